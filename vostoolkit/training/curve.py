"""The learning curve of a run: read from its file, and as a page to look at."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vostoolkit.training.loop import CurvePoint, Files


def read_curve(files: Files) -> tuple[CurvePoint, ...]:
    """The points of a run's curve, none if it hasn't got that far."""
    return points_in(files.curve.read_text()) if files.curve.is_file() else ()


def points_in(text: str) -> tuple[CurvePoint, ...]:
    """The points in a curve's lines.

    A run that was killed and went on wrote some steps twice: the later ones count.
    """
    points: dict[int, CurvePoint] = {}
    for line in text.splitlines():
        point = CurvePoint(**json.loads(line))
        points = {step: earlier for step, earlier in points.items() if step < point.step}
        points[point.step] = point
    return tuple(points.values())


def curve_figure(points: Sequence[CurvePoint], title: str) -> Any:
    """A plotly figure: the loss above, the IoU of the training predictions below, over minutes."""
    from plotly.subplots import make_subplots  # here: the core starts without plotly

    figure: Any = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.08)
    minutes = [point.seconds / 60 for point in points]
    steps = [f"step {point.step}" for point in points]
    curves = (
        ("loss", [point.loss for point in points], "#D55E00"),
        ("IoU in training", [point.overlap for point in points], "#0072B2"),
    )
    for row, (name, values, colour) in enumerate(curves, start=1):
        figure.add_scatter(
            x=minutes,
            y=values,
            text=steps,
            mode="lines",
            line={"color": colour},
            name=name,
            row=row,
            col=1,
        )
        figure.update_yaxes(title_text=name, row=row, col=1)
    figure.update_xaxes(title_text="minutes of training", row=2, col=1)
    figure.update_layout(title=title, template="simple_white", height=460, showlegend=False)
    return figure


def write_curve(files: Files, title: str) -> Path | None:
    """The page `curve.html` beside the run's checkpoint; None if there is no curve yet."""
    points = read_curve(files)
    if not points:
        return None
    page = files.folder / "curve.html"
    page.write_text(curve_figure(points, title).to_html(include_plotlyjs=True))
    return page
