"""MiVOS and XMem++ with a propagator that copies: which frames a round changes, and which never."""

from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from methods.carrying import Copying, drawn
from toys import NumberedStream, NumberedVideo, click

from vostoolkit.album import Album
from vostoolkit.arrays import Size
from vostoolkit.errors import PromptError, SessionError
from vostoolkit.masks import Masks
from vostoolkit.methods.mivos import MiVOS
from vostoolkit.methods.xmem_plus_plus import XMemPlusPlus
from vostoolkit.prompts import Propagate, Release, Skip
from vostoolkit.protocols import Method, RoundMethod
from vostoolkit.results import (
    Checkpoint,
    Fusion,
    MemoryUpdate,
    Propagation,
    Refinement,
    Request,
)
from vostoolkit.session import Session
from vostoolkit.stages.propagate_xmem import XMemPropagator
from vostoolkit.trace import Keep

LENGTH = 12


def mivos(**changes) -> MiVOS:
    return MiVOS(Copying(), drawn, **changes)


def xmem(**changes) -> XMemPlusPlus:
    return XMemPlusPlus(Copying(), drawn, **changes)


def begun(method: Method, **keep: int) -> Session:
    return Session(method, NumberedVideo(LENGTH), keep=Keep(**keep))


def rounds(session: Session, *given: tuple) -> Session:
    """The session after rounds of these prompts."""
    for prompts in given:
        session.answer(*prompts, Propagate())
        session.run()
    return session


def edges(session: Session) -> list[int]:
    """Where each frame's mask begins, from the left: the x of the click that it comes from."""
    found = (session.labels(frame)[0] for frame in session.trace.frames)
    return [int(np.argmax(row)) if row.any() else -1 for row in found]


def mark(frame: int, x: int):
    return (click(frame, x=x),)


def test_the_first_round_of_mivos_goes_both_ways_and_a_later_one_up_to_annotated_frames():
    session = rounds(begun(mivos(fuse=None)), mark(4, 2))
    assert edges(session) == [2] * LENGTH
    rounds(session, mark(8, 5))
    assert edges(session) == [2] * 5 + [5] * 7
    rounds(session, mark(6, 1))
    assert edges(session) == [2] * 5 + [1] * 3 + [5] * 4
    assert session.trace.rounds == {
        **dict.fromkeys(range(5), 1),
        **dict.fromkeys(range(8, 12), 2),
        **dict.fromkeys((5, 6, 7), 3),
    }


def test_between_two_corrections_the_nearer_one_counts_more():
    session = rounds(begun(mivos(), results=20), mark(0, 2), mark(10, 5))
    found = {frame: session.at(frame) for frame in range(1, 10)}
    for frame, record in found.items():
        (fusion,) = [event for event in record.events if isinstance(event, Fusion)]
        assert fusion.weights == pytest.approx((frame / 10, 1 - frame / 10))
    assert edges(session)[1] == 2 and edges(session)[9] == 5
    assert not [e for e in session.at(11).events if isinstance(e, Fusion)]  # no other end there


def test_two_frames_of_one_round_meet_and_the_second_is_fused_with_the_first():
    session = rounds(begun(mivos(), results=20), (click(0, x=2), click(6, x=5)))
    fused = [f for f in range(LENGTH) if any(isinstance(e, Fusion) for e in session.at(f).events)]
    assert fused == [1, 2, 3, 4, 5]
    assert edges(session)[:2] == [2, 2] and edges(session)[5:] == [5] * 7


def test_a_release_changes_only_what_lies_between_its_annotated_neighbours():
    session = rounds(begun(mivos(), results=20), mark(0, 2), mark(3, 5), mark(6, 1), mark(9, 7))
    before = _soft(session)
    rounds(session, (Release(6, 1),))
    after = _soft(session)
    assert [t for t in range(LENGTH) if before[t] != after[t]] == [4, 5, 6, 7, 8]
    fused = [f for f in range(LENGTH) if any(e.round == 5 for e in _fusions(session, f))]
    assert fused == [4, 5, 6, 7, 8]
    assert edges(session)[4] == 5 and edges(session)[8] == 7


def test_an_object_whose_annotations_were_all_released_is_not_fused():
    method = MiVOS(XMemPropagator.nano(), drawn)
    session = Session(method, NumberedVideo(9, Size(32, 32)))
    marks = (click(0, x=9), click(2, x=9), click(4, x=9), click(6, x=20, object_id=2))
    rounds(session, marks, (Release(6, 2),))
    assert set(session.at(1).masks.objects) == {1, 2}
    rounds(session, mark(0, 12))
    assert session.round == 4 and set(session.at(1).masks.objects) == {1}


def test_one_frame_answers_at_once_before_anything_is_propagated():
    session = begun(mivos())
    for x in (3, 6, 1):
        session.answer(*mark(5, x))
        events = [type(event) for event in _events(session)]
        assert [e for e in events if e is not Request] == [Refinement, Propagation, Checkpoint]
        assert session.trace.frames == (5,) and edges(session) == [x]
    assert session.round == 1


@pytest.mark.parametrize("method", [mivos(), xmem()], ids=["mivos", "xmem++"])
class TestBoth:
    def test_it_is_a_method_in_rounds_that_needs_a_video(self, method):
        assert isinstance(method, RoundMethod) and isinstance(method, Method)
        with pytest.raises(SessionError, match="needs the whole video"):
            Session(method, NumberedStream()).step()

    def test_nothing_annotated_cannot_be_propagated(self, method):
        session = begun(method)
        session.answer(Propagate())
        with pytest.raises(PromptError, match=r"mark an object on any frame first.*undo"):
            session.run()
        session.undo()
        session.answer(Skip(0, 1))
        assert session.run().round == 1

    def test_every_annotated_frame_is_in_permanent_memory(self, method):
        session = begun(method)
        session.answer(click(3, x=2), click(9, x=5), Propagate())
        updates = [e for e in _events(session) if isinstance(e, MemoryUpdate)]
        assert [e.frame for e in updates if e.tier == "permanent"] == [3, 9]
        assert all(e.round == 1 for e in updates)

    def test_a_marked_frame_is_changed_again_and_a_released_one_is_predicted(self, method):
        session = rounds(begun(method), (click(2, x=2), click(7, x=5)), mark(7, 1))
        assert edges(session)[7] == 1
        rounds(session, (Release(7, 1),))
        assert edges(session)[7] == 2 and session.trace.rounds[7] == 3
        session.answer(Release(5, 1))
        with pytest.raises(PromptError, match="frame 5 isn't annotated: release one of 2"):
            session.run()

    def test_a_frame_with_several_objects_is_released_once(self, method):
        two = click(7, x=5), click(7, x=6, object_id=2)
        session = rounds(begun(method), (click(2, x=2), *two))
        rounds(session, (Release(7, 1), Release(7, 2)))
        assert edges(session)[7] == 2 and session.trace.rounds[7] == 2

    @pytest.mark.parametrize("named", [1, 2])
    def test_a_frame_stays_released_when_an_object_is_forgotten(self, method, named: int):
        two = click(7, x=5), click(7, x=6, object_id=2)
        marks = (click(2, x=2, object_id=2), click(0, x=1), click(4, x=1), *two)
        session = rounds(begun(method), marks, (Release(7, named), Release(4, 1)))
        session.forget(1)
        session.run()
        state = session._runner.store.nearest(session._runner.cursor).checkpoint.state
        assert state.accepted == {2} and session.round == 3

    @settings(max_examples=25)
    @given(
        st.lists(
            st.lists(st.tuples(st.integers(0, LENGTH - 1), st.integers(1, 7)), max_size=3),
            min_size=1,
            max_size=4,
        )
    )
    def test_no_round_changes_a_frame_that_a_person_annotated(self, method, given_rounds):
        session = begun(method)
        accepted: dict[int, int] = {}
        for marks in given_rounds:
            if marks or accepted:
                session.answer(*(click(t, x=x) for t, x in marks), Propagate())
                session.run()
                accepted |= dict(marks)
                found = edges(session)
                assert len(found) == LENGTH
                assert {t: found[t] for t in accepted} == accepted

    def test_a_correction_in_the_middle_changes_both_sides(self, method):
        session = rounds(begun(method), mark(0, 2))
        before = edges(session)
        rounds(session, mark(6, 7))
        after = edges(session)
        assert after[6] == 7 and after[7] == 7
        changed = [t for t in range(LENGTH) if before[t] != after[t]]
        assert 7 in changed and (isinstance(method, XMemPlusPlus) or 5 in changed)

    def test_it_goes_on_exactly_from_a_folder_and_after_rewinding(self, method, tmp_path: Path):
        given_ = mark(4, 2), mark(8, 5), mark(1, 6)
        straight = rounds(begun(method), *given_)
        session = rounds(begun(method, checkpoints=4), *given_[:2])
        session.save(tmp_path)
        resumed = Session.load(tmp_path, method, NumberedVideo(LENGTH))
        for run in (session, resumed):
            rounds(run, given_[2])
            assert edges(run) == edges(straight)
            assert _soft(run) == _soft(straight)
        session.rewind(1)
        assert session.round == 2
        session.run()
        assert edges(session) == edges(straight) and _soft(session) == _soft(straight)


def test_xmem_plus_plus_segments_all_other_frames_anew_in_one_pass():
    session = begun(xmem())
    session.answer(click(3, x=2), Propagate())
    events = _events(session)
    order = [e.frame for e in events if isinstance(e, Propagation) and not e.is_given]
    assert order == [t for t in range(LENGTH) if t != 3]
    assert [e.frame for e in events if isinstance(e, MemoryUpdate)] == [3, 8]  # the fifth after it


def test_an_album_keeps_masks_to_a_hundred_thousandth():
    torch.manual_seed(0)
    masks = Masks(torch.softmax(torch.randn(3, 20, 30) * 4, 0), (2, 7))
    album = Album().added(4, masks)
    found = album.masks(4)
    assert found.objects == (2, 7) and (found.pmf - masks.pmf).abs().max() < 2e-5
    assert (album.labels(4, masks.size) == masks.labels()).all()
    assert album.masks(5) is None and not album.labels(5, masks.size).any()
    again = Album().added(4, found).masks(4)
    assert (again.pmf == found.pmf).all()


def _events(session: Session) -> list:
    events = []
    while session.request is None:
        events.append(session.step())
    return events


def _fusions(session: Session, frame: int) -> list[Fusion]:
    return [event for event in session.at(frame).events if isinstance(event, Fusion)]


def _soft(session: Session) -> dict[int, bytes]:
    """Every frame's probabilities at the last checkpoint."""
    saved = session._runner.store.nearest(session._runner.cursor)
    return {t: page.soft for t, page in saved.checkpoint.state.album.pages.items()}
