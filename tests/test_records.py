"""The masks of a frame while it is worked on."""

import torch
from toys import NumberedVideo, ToyMethod

from vostoolkit.arrays import Size
from vostoolkit.masks import Masks
from vostoolkit.prompts import Click
from vostoolkit.records import FrameRecord
from vostoolkit.results import Propagation, Refinement, Request
from vostoolkit.session import Session

SIZE = Size(2, 3)


def refinement(object_id: int, value: float) -> Refinement:
    after = torch.full(tuple(SIZE), value)
    return Refinement(frame=4, object_id=object_id, prompts=(), before=after, after=after)


def test_refinements_count_before_the_frame_is_done():
    predicted = Masks.empty(SIZE, (1, 2)).replaced(1, torch.full(tuple(SIZE), 0.25))
    begun = (Propagation(frame=4, masks=predicted), refinement(2, 1.0), refinement(1, 0.5))
    masks = FrameRecord(4, begun).masks
    assert (masks.of(1) == 0.5).all() and (masks.of(2) == 0.5).all()
    asked = Request(frame=4, kind="click", object_id=1, reason="", masks=masks)
    again = FrameRecord(4, (*begun, asked, refinement(2, 0.0))).masks
    assert (again.of(2) == 0).all() and (again.of(1) == 1).all()


def test_at_the_first_frame_there_is_nothing_but_what_was_refined():
    assert FrameRecord(0).masks is None
    masks = FrameRecord(0, (refinement(3, 1.0),)).masks
    assert masks.objects == (3,) and masks.size == SIZE and (masks.of(3) == 1).all()


def test_a_session_has_the_masks_of_a_click_as_soon_as_it_is_refined():
    session = Session(ToyMethod(), NumberedVideo(5))
    session.answer(Click(0, 1, 3, 2))
    session.run(until=Refinement)
    assert session.masks.objects == (1,)
    torch.testing.assert_close(session.masks.of(1), session.last.after)
