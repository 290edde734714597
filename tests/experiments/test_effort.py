"""Quality against a person's seconds, way by way."""

import pandas as pd
import pytest

from vostoolkit.errors import ExperimentError
from vostoolkit.experiments import effort_curves, effort_figure


def run(clip: str, row: str, *points: tuple[float, float]) -> dict[str, object]:
    """A row of results with two objects: seconds and J&F after each round."""
    numbers: dict[str, object] = {"clip": clip, "row": row}
    for number, (seconds, quality) in enumerate(points, start=1):
        numbers |= {f"person_s@{number}": seconds, f"objects@{number}": 2.0}
        numbers[f"J&F@{number}"] = quality
    return numbers


ROWS = pd.DataFrame(
    [
        run("a", "eva", (160, 0.5), (320, 0.8)),
        run("b", "eva", (160, 0.7)),  # ended after a round: it stays where it was
        run("a", "eva-clicks", (160, 0.5), (170, 0.4)),
        run("b", "eva-clicks", (160, 0.7), (170, 0.9)),
        run("c", "eva", (160, 0.1)),  # without the other way: not comparable
    ]
)
NAMES = {"eva": "learned", "eva-clicks": "clicks only", "eva-masks": "masks only"}


def test_curves_are_means_over_the_clips_that_every_way_was_run_on():
    curves = effort_curves(ROWS, NAMES)
    assert list(curves) == ["learned", "clicks only"]
    assert curves["learned"].seconds == (80.0, 120.0)
    assert curves["learned"].quality == pytest.approx((0.6, 0.75))
    assert curves["clicks only"].quality == pytest.approx((0.6, 0.65))


def test_the_figure_has_a_line_for_each_way_in_percent():
    figure = effort_figure(effort_curves(ROWS, NAMES))
    assert [line.name for line in figure.data] == ["learned", "clicks only"]
    assert list(figure.data[0].y) == [60.0, 75.0] and figure.data[0].line.color == "#0072B2"


def test_rows_that_were_not_run_are_refused():
    with pytest.raises(ExperimentError, match="no clip was run with all of eva-masks"):
        effort_curves(ROWS, {"eva-masks": "masks only"})
