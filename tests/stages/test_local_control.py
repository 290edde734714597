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
from vostoolkit.prompts import Absent, Box, Click, Drawing, Scribble
from vostoolkit.protocols import Refiner
from vostoolkit.results import Refinement
from vostoolkit.stages.local_control import LocalControl
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


def test_only_the_inside_of_the_box_changes():
    inner = Everything()
    box, click = Box(2, 1, 10, 5, 29, 24), Click(2, 1, 15, 12)
    result = LocalControl(inner)(FRAME, 1, (box, click), HALF)
    expected = torch.full(tuple(SIZE), 0.25)
    expected[8:22, 13:27] = 1  # 20 x 20 pixels less a rim of 3
    assert torch.equal(result.after, expected)
    assert torch.equal(result.before, HALF.of(1))
    assert (result.prompts, result.score) == ((box, click), 0.5)
    assert inner.prompts == (Click(2, 1, 5, 7),)
    np.testing.assert_array_equal(inner.frame.image, FRAME.image[5:25, 10:30])
    assert inner.masks.pmf.shape == (2, 20, 20)


def test_there_is_no_rim_at_the_frames_border():
    result = LocalControl(Everything())(
        FRAME, 1, (Box(2, 1, 0, 0, 19, 29), Click(2, 1, 5, 5)), None
    )
    expected = torch.zeros(tuple(SIZE))
    expected[:, :17] = 1
    assert torch.equal(result.after, expected)


def test_marks_outside_the_box_are_left_out():
    inner = Everything()
    line = Scribble(2, 1, ((5.0, 10.0), (12.0, 10.0), (20.0, 10.0), (35.0, 10.0)))
    marks = (Box(2, 1, 10, 5, 29, 24), line, Click(2, 1, 2, 2))
    LocalControl(inner)(FRAME, 1, marks, HALF)
    assert inner.prompts == (Scribble(2, 1, ((2.0, 5.0), (10.0, 5.0))),)
    with pytest.raises(PromptError, match="no mark lies in the box"):
        LocalControl(inner)(FRAME, 1, (marks[0], marks[2]), HALF)


@pytest.mark.parametrize("prompts", [(Click(2, 1, 5, 5),), (Box(2, 1, 4, 4, 20, 20),)])
def test_without_both_a_box_and_marks_the_refiner_gets_all(prompts):
    inner = Everything()
    assert LocalControl(inner)(FRAME, 1, prompts, HALF).after.all()
    assert inner.prompts == prompts
    assert inner.frame is FRAME


def test_drawings_and_absent_count_inside_the_box():
    box = Box(2, 1, 0, 0, 19, 29)
    refiner = LocalControl(GrabCutRefiner(), rim=0)
    drawing = Drawing(2, 1, np.ones(tuple(SIZE), np.bool_))
    drawn = refiner(FRAME, 1, (box, drawing), None).after
    assert drawn[:, :20].all() and not drawn[:, 20:].any()
    gone = refiner(FRAME, 1, (box, Absent(2, 1)), HALF).after
    assert not gone[:, :20].any() and (gone[:, 20:] == 0.25).all()


def test_a_box_that_is_all_rim_is_refused():
    with pytest.raises(PromptError, match="6x6 pixels with a rim of 3"):
        LocalControl(Everything())(FRAME, 1, (Box(2, 1, 10, 10, 15, 15), Click(2, 1, 12, 12)), HALF)
    with pytest.raises(ValueError, match="rim of -1"):
        LocalControl(Everything(), rim=-1)


@given(
    st.integers(0, 25),
    st.integers(0, 15),
    st.integers(8, 14),
    st.integers(8, 14),
    st.integers(0, 3),
)
def test_what_lies_outside_never_changes(left, top, width, height, rim):
    box = Box(2, 1, left, top, left + width - 1, top + height - 1)
    refiner = LocalControl(Everything(), rim=rim)
    assert isinstance(refiner, Refiner)
    after = refiner(FRAME, 1, (box, Click(2, 1, left + 4, top + 4)), HALF).after
    outside = torch.ones(tuple(SIZE), dtype=torch.bool)
    outside[top : top + height, left : left + width] = False
    assert (after[outside] == 0.25).all()
    assert after[top + rim : top + height - rim, left + rim : left + width - rim].all()
