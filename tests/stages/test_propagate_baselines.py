"""Both propagators without learning keep the Propagator's promises and do what they claim."""

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vostoolkit.data.synthetic import EASY, synthetic_clip
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.protocols import Propagator
from vostoolkit.stages.propagate_colour import ColourPropagator
from vostoolkit.stages.propagate_flow import FlowPropagator

BOTH = pytest.mark.parametrize(
    "stage",
    [FlowPropagator(), ColourPropagator(short_side=24)],
    ids=["flow", "colour"],
)


def square(left: int, *, index: int, side: int = 32) -> tuple[Frame, Masks]:
    """A red speckled square on a green speckled ground, in a picture four and three times wider."""
    rng = np.random.default_rng(5)
    size = (3 * side, 4 * side)
    grain = [cv2.GaussianBlur(rng.normal(0, 90, s), (0, 0), 2) for s in (size, (side, side))]
    image, labels = np.zeros((*size, 3)), np.zeros(size, np.uint8)
    image[..., 1] = 120 + grain[0]
    inside = slice(side, 2 * side), slice(left, left + side)
    image[inside] = (160 + grain[1])[..., None] * [1.0, 0.2, 0.2]
    labels[inside] = 1
    return Frame(index, np.clip(image, 0, 255).astype(np.uint8), 0.0), Masks.from_labels(labels)


def overlap(ours: Masks, truth: Masks, object_id: int = 1) -> float:
    a, b = ours.labels() == object_id, truth.labels() == object_id
    return float((a & b).sum() / (a | b).sum())


@BOTH
def test_a_moving_square_is_followed(stage):
    assert isinstance(stage, Propagator)
    frame, masks = square(10, index=0)
    state = stage.start(frame, (1,))
    _, state = stage.memorise(frame, masks, state, tier="permanent")
    for index in range(1, 5):
        frame, masks = square(10 + 2 * index, index=index)
        result, state = stage.propagate(frame, state)
        assert result.masks.size == (96, 128)
        torch.testing.assert_close(result.masks.pmf.sum(0), torch.ones(96, 128))
    assert overlap(result.masks, masks) > 0.75


@BOTH
def test_a_state_is_a_value(stage):
    (first, masks), (second, other) = square(10, index=0), square(14, index=1)
    _, state = stage.memorise(first, masks, stage.start(first, (1,)), tier="permanent")
    ours, after = stage.propagate(second, state)
    stage.memorise(second, other, after, tier="working")
    again, _ = stage.propagate(second, state)
    assert torch.equal(ours.masks.pmf, again.masks.pmf)


@BOTH
def test_a_new_object_joins_the_others(stage):
    frame, masks = square(10, index=0)
    _, state = stage.memorise(frame, masks, stage.start(frame, (1,)), tier="permanent")
    labels = np.zeros((96, 128), np.uint8)
    labels[70:90, 60:100] = 7
    update, state = stage.memorise(frame, Masks.from_labels(labels), state, tier="permanent")
    assert update.objects == (7,)
    result, _ = stage.propagate(square(10, index=1)[0], state)
    assert sorted(result.masks.objects) == [1, 7]
    assert overlap(result.masks, masks) > 0.7


@BOTH
def test_wrong_use_is_refused(stage):
    frame, masks = square(10, index=0)
    with pytest.raises(ValueError, match="memorise a frame"):
        stage.propagate(frame, stage.start(frame, (1,)))
    with pytest.raises(ValueError, match="aren't in the masks"):
        stage.memorise(frame, masks, stage.start(frame, ()), tier="working", objects=(4,))
    _, state = stage.memorise(frame, masks, stage.start(frame, (1,)), tier="working")
    with pytest.raises(ValueError, match="128x96"):
        stage.propagate(square(4, index=1, side=20)[0], state)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 500), st.sampled_from(["flow", "colour"]))
def test_a_picture_that_does_not_change_keeps_its_masks(seed, name):
    clip = synthetic_clip(seed, frames=1, size=(48, 64), objects=2, difficulty=EASY)
    stage = FlowPropagator() if name == "flow" else ColourPropagator(short_side=48)
    frame, masks = clip.video[0], clip.masks(0)
    _, state = stage.memorise(frame, masks, stage.start(frame, (1, 2)), tier="permanent")
    result, _ = stage.propagate(Frame(1, frame.image, 0.04), state)
    assert np.mean(result.masks.labels() == masks.labels()) > (0.999 if name == "flow" else 0.85)


def test_flow_keeps_nothing_and_colour_the_newest_frames():
    colour = ColourPropagator(short_side=12, kept=2)
    frame, masks = square(10, index=0)
    _, state = colour.memorise(frame, masks, colour.start(frame, (1,)), tier="permanent")
    for index in range(1, 5):
        frame, masks = square(10, index=index)
        update, state = colour.memorise(frame, masks, state, tier="working")
    cells = 12 * 16
    assert update.sizes == {"permanent": cells, "working": 2 * cells}
    assert (update.added, update.removed) == (cells, cells)
    assert [seen.frame for seen in state.memory] == [0, 3, 4]
    flow = FlowPropagator()
    update, _ = flow.memorise(frame, masks, flow.start(frame, (1,)), tier="working")
    assert (update.added, dict(update.sizes)) == (0, {})


def test_bad_settings_are_refused():
    with pytest.raises(ValueError, match="at least 8 cells"):
        ColourPropagator(short_side=2)
