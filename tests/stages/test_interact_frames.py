import numpy as np
import pytest
import torch

from vostoolkit.arrays import Size
from vostoolkit.errors import PromptError
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.networks.across_frame import AcrossFrame, AcrossFrameConfig
from vostoolkit.networks.aot import Aot, AotConfig
from vostoolkit.networks.mobilenet import MobileNetConfig
from vostoolkit.pictures import picture, words
from vostoolkit.prompts import Box, Click, Scribble
from vostoolkit.results import AcrossFrames
from vostoolkit.stages.fitting import fit_frame
from vostoolkit.stages.interact_frames import InteractFrames
from vostoolkit.stages.propagate_aot import AotPropagator

TINY = AcrossFrameConfig(
    identities=3,
    identity_width=4,
    stem=4,
    widths=(4, 8, 8, 8),
    blocks=(1, 1, 1, 1),
    bottleneck=False,
    width=8,
    low_width=4,
    heads=2,
    points=2,
    rates=(1, 2, 3),
)
SIZE = (50, 75)
FIT = fit_frame(Size(*SIZE), None, multiple=16)


def make(**changes) -> InteractFrames:
    torch.manual_seed(5)
    return InteractFrames(AcrossFrame(TINY), **({"device": "cpu"} | changes))


def picture_at(index: int, size: tuple[int, int] = SIZE) -> Frame:
    rng = np.random.default_rng(index)
    return Frame(index, rng.integers(0, 255, (*size, 3), np.uint8), index / 25)


def stroke(frame: int, object_id: int, *, positive: bool = True) -> Scribble:
    row = 4.0 * object_id
    return Scribble(frame, object_id, ((10, row), (60, row)), positive, 3)


def test_each_frame_gets_all_objects():
    frames = [picture_at(i) for i in (2, 9, 30)]
    result = make()(frames, [stroke(2, 1), stroke(9, 4), Click(9, 1, 20, 30, positive=False)])
    assert isinstance(result, AcrossFrames)
    assert result.frame == 2
    assert set(result.after) == {2, 9, 30}
    for masks in result.after.values():
        assert masks.objects == (1, 4)
        assert tuple(masks.size) == SIZE
        torch.testing.assert_close(masks.pmf.sum(0), torch.ones(SIZE))


@pytest.mark.parametrize("count", [1, 3, 10])
def test_many_objects_and_one_frame(count):
    result = make()([picture_at(0)], [stroke(0, o) for o in range(1, 1 + count)])
    masks = result.after[0]
    assert masks.objects == tuple(range(1, 1 + count))
    torch.testing.assert_close(masks.pmf.sum(0), torch.ones(SIZE))


def test_strokes_as_the_network_gets_them():
    """At working size; other groups' objects and negative strokes are background."""
    stage = make(short_side=None)
    prompts = [stroke(0, 1), stroke(0, 2), stroke(0, 9), stroke(0, 5, positive=False)]
    prompts += [Click(0, 2, 30, 4), stroke(1, 1)]
    marks = stage._marks(0, prompts, (2, 1, 5), FIT)[0]
    assert marks.shape == (4, 64, 80)
    left, top = FIT.padding[0], FIT.padding[2]
    at = {y: marks[:, top + y, left + 40].tolist() for y in (4, 8, 20, 36, 45)}
    assert at == {
        4: [0, 0, 1, 0],
        8: [0, 1, 0, 0],
        20: [1, 0, 0, 0],
        36: [1, 0, 0, 0],
        45: [0, 0, 0, 0],
    }
    assert marks[:, top + 4, left + 30].tolist() == [0, 1, 0, 0]  # the click came later
    assert marks[:, top + 12 :, left].sum() == 0


def test_masks_as_the_network_gets_them():
    stage = make(short_side=None)
    masks = Masks.from_labels(np.full(SIZE, 7, np.uint8))
    known = stage._masks(masks, (3, 7), FIT)[0]
    assert known.shape == (4, 64, 80)
    assert known.sum((1, 2)).tolist() == [0, 0, 50 * 75, 0]
    assert not stage._masks(None, (3, 7), FIT).any()


def test_the_order_of_frames_does_not_matter():
    frames, prompts = [picture_at(i) for i in (1, 5)], [stroke(1, 1), stroke(5, 2)]
    given = {1: Masks.from_labels(np.full(SIZE, 2, np.uint8), (1, 2))}
    one, other = make()(frames, prompts, given), make()(frames[::-1], prompts, given)
    for index in (1, 5):
        torch.testing.assert_close(
            one.after[index].pmf, other.after[index].pmf, atol=1e-5, rtol=1e-4
        )


def test_a_round_goes_into_memory_and_back():
    """IDPro's round: interact, memorise what was annotated, propagate, interact again."""
    sizes = MobileNetConfig(4, (4, 4, 8, 8, 8, 8, 8), (1, 1, 1, 1, 1, 1, 1), 2, 16)
    network = Aot(AotConfig(width=16, heads=2, hidden=32, reach=2, encoder=sizes))
    propagator, interact = AotPropagator(network, device="cpu"), make()
    frames = {i: picture_at(i) for i in range(4)}
    result = interact([frames[0], frames[3]], [stroke(0, 1), stroke(3, 2)])
    state = propagator.start(frames[0], ())
    for index, masks in result.after.items():
        _, state = propagator.memorise(frames[index], masks, state, tier="permanent")
    found, state = propagator.propagate(frames[1], state)
    assert state.stored() == (0, 3)
    again = interact([frames[1]], [stroke(1, 2)], {1: found.masks})
    assert again.after[1].objects == (1, 2)


def test_it_draws_and_says_itself():
    given = {2: Masks.from_labels(np.full(SIZE, 1, np.uint8))}
    frames = [picture_at(2), picture_at(9)]
    result = make()(frames, [stroke(2, 1), Click(2, 2, 20, 30)], given)
    drawn = picture(result)
    assert drawn.dtype == np.uint8
    assert 400 < drawn.shape[0] < 520
    assert 900 < drawn.shape[1] < 1100
    assert [line.partition(";")[0] for line in words(result)] == [
        "frame 2: given on 1, 2",
        "frame 9: nothing given",
    ]
    assert "Across frames" in result._repr_html_()


@pytest.mark.parametrize(
    ("prompts", "said"),
    [
        ([], "no prompt on frames"),
        ([Click(7, 1, 3, 3)], "a click on frame 7: give clicks and scribbles on frames"),
        ([Box(0, 1, 3, 3, 9, 9)], "a box on frame 0"),
        ([Click(0, 1, 300, 3)], "outside the frame of 75x50"),
    ],
)
def test_prompts_that_do_not_fit_are_refused(prompts, said):
    with pytest.raises(PromptError, match=said):
        make()([picture_at(0)], prompts)


@pytest.mark.parametrize("fault", ["none", "twice", "sizes", "masks"])
def test_frames_that_do_not_fit_are_refused(fault):
    frames = {
        "none": [],
        "twice": [picture_at(0), picture_at(0)],
        "sizes": [picture_at(0), picture_at(1, (40, 40))],
        "masks": [picture_at(0)],
    }[fault]
    given = {3: Masks.empty(picture_at(0).size)} if fault == "masks" else None
    with pytest.raises(ValueError, match=r"each once|masks of frames \[3\]"):
        make()(frames, [stroke(0, 1)], given)


def test_a_side_below_one_cell_is_refused():
    with pytest.raises(ValueError, match="short side of 8 pixels: give at least 16"):
        make(short_side=8)
