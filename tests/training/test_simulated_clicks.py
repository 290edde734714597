import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vostoolkit.arrays import Size
from vostoolkit.prompts import rasterise
from vostoolkit.training.click_examples import creased, random_example
from vostoolkit.training.pool import Pool
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


def test_most_objects_are_seen_as_a_whole():
    """A disk beside the middle: about half of all zooms and close-ups cut it."""
    labels = disk(60, 40, 22, side=96)[None, None].repeat(2, axis=1)
    pool = Pool(np.zeros((1, 2, 96, 96, 3), np.uint8), labels)
    rng = np.random.default_rng(0)
    truths = [random_example(pool, rng, side=48).truth for _ in range(80)]
    cut = [t[[0, -1]].any() or t[:, [0, -1]].any() for t in truths]
    assert 0.05 < np.mean(cut) < 0.35


def test_a_second_look_has_the_new_mask_and_no_new_stroke(pool):
    rng = np.random.default_rng(1)
    example = random_example(pool, rng, side=48)
    nothing = np.zeros(example.truth.shape, np.float32)
    again = [example.clicked(nothing, rng) for _ in range(200)]
    assert all(a.previous is nothing for a in again)
    fresh = np.mean([len(a.strokes) == len(example.strokes) + 1 for a in again])
    assert fresh == pytest.approx(0.85, abs=0.08)


def test_seams_and_colours_are_drawn_on_the_object_and_at_times_run_on():
    image, truth = np.full((48, 48, 3), 120, np.uint8), disk(24, 24, 14)
    given, beyond, colours = image.copy(), 0, 0
    for seed in range(60):
        drawn = creased(np.random.default_rng(seed), image, truth)
        assert (drawn != image)[truth > 0].any()
        beyond += bool((drawn != image)[truth == 0].any())
        colours += len(np.unique(drawn[truth > 0], axis=0)) > 1
    assert np.array_equal(image, given)
    assert 12 <= beyond <= 40
    assert colours > 50
