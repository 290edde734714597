import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vostoolkit.arrays import Size
from vostoolkit.prompts import rasterise
from vostoolkit.training.click_examples import random_example
from vostoolkit.training.simulated_clicks import (
    error_click,
    error_line,
    error_scribble,
    loose_box,
    spoiled,
)


def disk(x, y, radius, side=48):
    across, down = np.meshgrid(np.arange(side), np.arange(side))
    return ((across - x) ** 2 + (down - y) ** 2 <= radius**2).astype(np.uint8)


def test_click_on_the_middle_of_the_largest_error():
    truth = disk(12, 12, 8) | disk(38, 38, 4)
    click = error_click(truth, np.zeros_like(truth))
    assert (click.x, click.y, click.positive) == (12, 12, True)
    click = error_click(disk(38, 38, 4), truth)
    assert (click.x, click.y, click.positive) == (12, 12, False)
    assert error_click(truth, truth) is None


def test_an_error_at_the_border_is_clicked_inside():
    truth = np.zeros((20, 20), np.uint8)
    truth[:, :5] = 1
    click = error_click(truth, np.zeros_like(truth))
    assert click.x == 2


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_random_clicks_are_inside_the_error(seed):
    rng = np.random.default_rng(seed)
    truth = disk(20, 25, 9)
    predicted = spoiled(truth, rng)
    click = error_click(truth, predicted, rng)
    assert set(np.unique(predicted)) <= {0, 1}
    if click is not None:
        place = int(click.y), int(click.x)
        assert truth[place] == click.positive
        assert predicted[place] != click.positive


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_scribbles_stay_inside_the_error(seed):
    truth = disk(14, 14, 9) | disk(38, 34, 7)
    nothing = np.zeros_like(truth)
    stroke = error_scribble(truth, nothing, np.random.default_rng(seed), width=1.0)
    touched = rasterise([stroke], Size(48, 48), positive=True)
    assert touched.any()
    assert (truth[touched] == 1).mean() > 0.95
    assert error_scribble(truth, truth, np.random.default_rng(seed)) is None


def test_a_line_runs_along_the_whole_error():
    truth = np.zeros((48, 48), np.uint8)
    truth[20:25, 4:44] = 1
    nothing = np.zeros_like(truth)
    line = error_line(truth, nothing)
    x = [x for x, _ in line.points]
    assert line.positive
    assert min(x) < 10
    assert max(x) > 36
    assert np.mean([truth[int(y), int(x)] for x, y in line.points]) > 0.9
    assert not error_line(nothing, truth).positive
    assert error_line(truth, truth) is None


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_boxes_are_about_the_object(seed):
    box = loose_box(disk(20, 25, 9), np.random.default_rng(seed))
    assert box.left == pytest.approx(11, abs=2.5)
    assert box.bottom == pytest.approx(34, abs=2.5)


def test_examples_have_an_object_and_a_prompt(pool):
    rng = np.random.default_rng(0)
    for _ in range(30):
        example = random_example(pool, rng, side=48)
        assert example.image.shape == (48, 48, 3)
        assert 0.0015 <= example.truth.mean() <= 0.8
        assert example.strokes or example.box or np.array_equal(example.previous, example.truth)
