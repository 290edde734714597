"""What every refiner does alike: verdicts, drawings, negative clicks alone, checks."""

import numpy as np
import pytest
import torch

from vostoolkit.arrays import Map, Size
from vostoolkit.errors import PromptError
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.prompts import Absent, Box, Click, Drawing, Prompt, Scribble, Skip
from vostoolkit.results import Refinement
from vostoolkit.stages.verdicts import Answer, Marks, UsePrevious, carved, refine

SIZE = Size(20, 40)
FRAME = Frame(7, np.zeros((*SIZE, 3), np.uint8), 0.0)


def mask_of(*rectangles: tuple[int, int, int, int]) -> torch.Tensor:
    """Rectangles (left, top, right, bottom) of ones."""
    mask = torch.zeros(SIZE)
    for left, top, right, bottom in rectangles:
        mask[top : bottom + 1, left : right + 1] = 1
    return mask


def masks_with(mask: Map) -> Masks:
    return Masks.empty(SIZE).replaced(1, mask)


def click(x: float, y: float, positive: bool = True) -> Click:
    return Click(7, 1, x, y, positive)


class Spy:
    """Answers with a mask of 0.7 and remembers what it was given."""

    def __init__(self) -> None:
        self.given: list[Marks] = []

    def __call__(self, marks: Marks) -> Answer:
        self.given.append(marks)
        return Answer(torch.full(SIZE, 0.7), 0.9)


def refined(
    *prompts: Prompt,
    masks: Masks | None = None,
    spy: Spy | None = None,
    use_previous: UsePrevious = "near",
) -> Refinement:
    return refine(FRAME, 1, prompts, masks, answer=spy or Spy(), use_previous=use_previous)


def test_clicks_are_answered_from_nothing_at_the_start() -> None:
    spy = Spy()
    result = refined(click(3, 4), spy=spy)
    assert spy.given[0].strokes == (click(3, 4),)
    assert spy.given[0].previous is None
    assert result.score == 0.9
    assert float(result.after.min()) == pytest.approx(0.7)
    assert not result.before.any()
    assert (result.frame, result.object_id, result.prompts) == (7, 1, (click(3, 4),))


@pytest.mark.parametrize(
    ("rule", "x", "given"),
    [
        ("near", 12, True),  # 2 pixels off a mask of 100: within half its side
        ("near", 30, False),
        ("always", 30, True),
        ("never", 5, False),
    ],
)
def test_the_present_mask_is_given_if_the_rule_says_so(
    rule: UsePrevious, x: int, given: bool
) -> None:
    spy = Spy()
    masks = masks_with(mask_of((1, 5, 10, 14)))
    refined(click(x, 8), masks=masks, spy=spy, use_previous=rule)
    previous = spy.given[0].previous
    assert (previous is not None) == given
    if previous is not None:
        torch.testing.assert_close(previous, masks.of(1))


def test_a_box_and_scribbles_are_passed_on() -> None:
    spy = Spy()
    box = Box(7, 1, 2, 2, 9, 9)
    scribble = Scribble(7, 1, ((3.0, 3.0), (6.0, 6.0)))
    refined(box, scribble, spy=spy)
    assert spy.given[0].box == box
    assert spy.given[0].strokes == (scribble,)


def test_a_drawing_is_the_mask_itself() -> None:
    drawn = mask_of((2, 2, 5, 5)).bool().numpy()
    result = refined(Drawing(7, 1, drawn), masks=masks_with(mask_of((8, 8, 9, 9))))
    np.testing.assert_array_equal(result.after.numpy(), drawn.astype(np.float32))


def test_absent_empties_and_skip_leaves() -> None:
    masks = masks_with(mask_of((2, 2, 9, 9)))
    assert not refined(Absent(7, 1), masks=masks).after.any()
    for prompts in ((Skip(7, 1),), ()):
        result = refined(*prompts, masks=masks)
        assert torch.equal(result.after, masks.of(1))
        assert torch.equal(result.before, masks.of(1))


def test_an_object_that_is_new_starts_from_an_empty_mask() -> None:
    masks = Masks.empty(SIZE, (5,))
    assert not refined(click(3, 3), masks=masks).before.any()


def test_a_negative_click_in_the_middle_removes_its_part_only() -> None:
    before = mask_of((1, 1, 11, 11), (20, 5, 30, 15))
    result = refined(click(25, 10, positive=False), masks=masks_with(before))
    torch.testing.assert_close(result.after, mask_of((1, 1, 11, 11)))


def test_a_negative_click_on_a_lobe_removes_the_lobe() -> None:
    before = mask_of((1, 1, 15, 15), (16, 7, 35, 9))  # a body, deepest at (8, 8), and an arm
    after = carved(before, (click(33, 8, positive=False),))
    assert torch.equal(after[:, :16], before[:, :16])
    assert not after[:, 21:].any()  # nearer to 33 than to 8


def test_a_negative_click_beside_the_mask_changes_nothing() -> None:
    before = mask_of((1, 1, 11, 11))
    assert torch.equal(carved(before, (click(30, 10, positive=False),)), before)


def test_a_refiner_may_take_away_itself_but_never_adds() -> None:
    before = mask_of((1, 1, 11, 11))
    spy = Spy()
    result = refine(
        FRAME,
        1,
        (click(3, 3, positive=False),),
        masks_with(before),
        answer=spy,
        use_previous="never",
        take_away="answer",
    )
    assert spy.given[0].previous is not None
    assert float(result.after[5, 5]) == pytest.approx(0.7)
    assert not result.after[:, 20:].any()


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        (Click(8, 1, 1, 1), "frame 8, object 1 came with frame 7, object 1"),
        (Click(7, 2, 1, 1), "object 2 came with frame 7, object 1"),
        (Click(7, 1, 40, 1), "outside the frame of 40x20"),
        (Drawing(7, 1, np.zeros((3, 3), np.bool_)), "a drawing of 3x3"),
    ],
)
def test_prompts_that_dont_fit_are_refused(prompt: Prompt, message: str) -> None:
    with pytest.raises(PromptError, match=message):
        refined(prompt)


def test_a_verdict_and_clicks_together_are_refused() -> None:
    with pytest.raises(PromptError, match="together with clicks"):
        refined(Absent(7, 1), click(1, 1))


def test_an_unknown_rule_about_the_present_mask_is_refused() -> None:
    with pytest.raises((ValueError, TypeError)):  # under test, types catch it first
        refined(click(1, 1), use_previous="sometimes")  # pyright: ignore[reportArgumentType]


def test_masks_of_another_size_are_refused() -> None:
    with pytest.raises(ValueError, match="masks of \\(3, 3\\) for frame 7 of \\(20, 40\\)"):
        refined(click(1, 1), masks=Masks.empty(Size(3, 3)))
