"""Stitching worked by hand with a refiner that marks all it sees."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vostoolkit.arrays import Size
from vostoolkit.errors import PromptError
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.prompts import Absent, Box, Click, Local, Scribble
from vostoolkit.protocols import Refiner
from vostoolkit.results import Refinement
from vostoolkit.stages.local_control import LocalControl, with_regions
from vostoolkit.stages.refine import GrabCutRefiner

SIZE = Size(30, 40)
FRAME = Frame(2, np.random.default_rng(0).integers(0, 255, (*SIZE, 3), np.uint8), 0.0)
HALF = Masks.empty(SIZE, (1,)).replaced(1, torch.full(tuple(SIZE), 0.25))


class Everything:
    """Says that all of its picture is the object, and keeps what it was given."""

    def __call__(self, frame, object_id, prompts, masks, /) -> Refinement:
        self.frame, self.prompts, self.masks = frame, prompts, masks
        after = torch.ones(tuple(frame.size))
        return Refinement(
            frame=frame.index,
            object_id=object_id,
            prompts=prompts,
            before=after,
            after=after,
            score=0.5,
        )


def rectangle(left, top, right, bottom):
    return ((left, top), (right, top), (right, bottom), (left, bottom))


PLACE = rectangle(10, 5, 29, 24)


def local(*marks, region=PLACE):
    return tuple(Local(mark, region) for mark in marks)


def test_only_the_inside_of_a_rectangle_changes():
    inner = Everything()
    prompts = local(Click(2, 1, 15, 12))
    result = LocalControl(inner)(FRAME, 1, prompts, HALF)
    expected = torch.full(tuple(SIZE), 0.25)
    expected[8:22, 13:27] = 1  # 20 x 20 pixels less a rim of 3
    assert torch.equal(result.after, expected)
    assert torch.equal(result.before, HALF.of(1))
    assert (result.prompts, result.score) == (prompts, 0.5)
    assert inner.prompts == (Click(2, 1, 5, 7),)
    np.testing.assert_array_equal(inner.frame.image, FRAME.image[5:25, 10:30])
    assert inner.masks.pmf.shape == (2, 20, 20)


def test_a_triangle_changes_inside_it_and_the_refiner_sees_its_rectangle():
    inner = Everything()
    corner = local(Click(2, 1, 12, 6), region=((10, 5), (29, 5), (10, 24)))
    after = LocalControl(inner, rim=0)(FRAME, 1, corner, HALF).after
    rows, columns = torch.meshgrid(torch.arange(30), torch.arange(40), indexing="ij")
    inside = (columns >= 10) & (rows >= 5) & ((columns - 10) + (rows - 5) <= 19)
    assert torch.equal(after == 1, inside) and (after[~inside] == 0.25).all()
    assert tuple(inner.frame.size) == (20, 20)


def test_there_is_no_rim_at_the_frames_border():
    prompts = local(Click(2, 1, 5, 5), region=rectangle(0, 0, 19, 29))
    expected = torch.zeros(tuple(SIZE))
    expected[:, :17] = 1
    assert torch.equal(LocalControl(Everything())(FRAME, 1, prompts, None).after, expected)


def test_marks_count_as_far_as_they_lie_in_the_region():
    inner = Everything()
    line = Scribble(2, 1, ((5.0, 10.0), (12.0, 10.0), (20.0, 10.0), (35.0, 10.0)))
    box = Box(2, 1, 12, 2, 35, 9)
    LocalControl(inner)(FRAME, 1, local(line, Click(2, 1, 2, 2), box), HALF)
    clipped = Scribble(2, 1, ((0.0, 5.0), (2.0, 5.0), (10.0, 5.0), (19.0, 5.0)))
    assert inner.prompts == (clipped, Box(2, 1, 2, 0, 19, 4))
    with pytest.raises(PromptError, match="no mark lies in the region"):
        LocalControl(inner)(FRAME, 1, local(Click(2, 1, 2, 2)), HALF)


def test_a_line_that_leaves_the_region_and_comes_back_is_two():
    inner = Everything()
    line = Scribble(2, 1, ((15, 15), (35, 15), (35, 20), (15, 20), (5, 10)), width=2.0)
    LocalControl(inner)(FRAME, 1, local(line), HALF)
    assert inner.prompts == (
        Scribble(2, 1, ((5.0, 10.0), (19.0, 10.0)), width=2.0),
        Scribble(2, 1, ((19.0, 15.0), (5.0, 15.0), (0.0, 10.0)), width=2.0),
    )
    across = Scribble(2, 1, ((0, 15), (39, 15)))  # no point of it in there
    LocalControl(inner)(FRAME, 1, local(across), HALF)
    assert inner.prompts == (Scribble(2, 1, ((0.0, 10.0), (19.0, 10.0))),)


def test_without_a_region_the_refiner_gets_all():
    inner = Everything()
    prompts = (Click(2, 1, 5, 5), Box(2, 1, 4, 4, 20, 20))
    assert LocalControl(inner)(FRAME, 1, prompts, HALF).after.all()
    assert inner.prompts == prompts
    assert inner.frame is FRAME


def test_absent_counts_inside_the_region():
    refiner = LocalControl(GrabCutRefiner(), rim=0)
    gone = refiner(FRAME, 1, local(Absent(2, 1), region=rectangle(0, 0, 19, 29)), HALF).after
    assert not gone[:, :20].any() and (gone[:, 20:] == 0.25).all()


def test_what_cannot_be_done_is_said():
    click = Click(2, 1, 12, 12)
    with pytest.raises(PromptError, match="36 pixels with a rim of 3 has nothing inside"):
        tight = local(click, region=rectangle(10, 10, 15, 15))
        LocalControl(Everything())(FRAME, 1, tight, HALF)
    with pytest.raises(ValueError, match="rim of -1"):
        LocalControl(Everything(), rim=-1)
    with pytest.raises(PromptError, match="together with marks elsewhere"):
        LocalControl(Everything())(FRAME, 1, (click, *local(click)), HALF)
    with pytest.raises(PromptError, match="wrap it in LocalControl"):
        GrabCutRefiner()(FRAME, 1, local(click), HALF)
    with pytest.raises(PromptError, match="a region of 2 corners"):
        Local(click, ((0, 0), (1, 1)))
    with pytest.raises(PromptError, match=r"region's corner at \(50, 2\) is outside"):
        LocalControl(Everything())(FRAME, 1, local(click, region=((0, 0), (50, 2), (9, 9))), HALF)


def test_a_refiner_takes_regions_once():
    refine = LocalControl(GrabCutRefiner(), rim=1)
    assert with_regions(refine) is refine
    assert with_regions(refine.refine) == LocalControl(refine.refine)


@given(
    st.integers(0, 25),
    st.integers(0, 15),
    st.integers(8, 14),
    st.integers(8, 14),
    st.integers(0, 3),
)
def test_what_lies_outside_never_changes(left, top, width, height, rim):
    region = rectangle(left, top, left + width - 1, top + height - 1)
    refiner = LocalControl(Everything(), rim=rim)
    assert isinstance(refiner, Refiner)
    after = refiner(FRAME, 1, local(Click(2, 1, left + 4, top + 4), region=region), HALF).after
    outside = torch.ones(tuple(SIZE), dtype=torch.bool)
    outside[top : top + height, left : left + width] = False
    assert (after[outside] == 0.25).all()
    assert after[top + rim : top + height - rim, left + rim : left + width - rim].all()
