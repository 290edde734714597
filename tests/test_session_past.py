"""Whatever a person did before, a session goes on, and looks back, as its prompts alone say."""

from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from toys import (
    NumberedStream,
    NumberedVideo,
    ToyMethod,
    click,
    numbers,
    played,
    states,
    user,
)

from vostoolkit.arrays import Size
from vostoolkit.errors import SessionError
from vostoolkit.prompts import Scribble, Skip
from vostoolkit.results import Checkpoint, Propagation, Refinement, Request
from vostoolkit.session import Session


@settings(max_examples=12)
@given(st.integers(1, 40), st.integers(0, 40))
def test_what_was_undone_is_redone_exactly(back: int, forth: int):
    session = played(6)
    session.answer(click(2, x=6))
    session.run(until=4)
    session.answer(click(1, x=2, object_id=2))
    session.forget(2)
    session.step()
    points = [_seen(session)]
    while session.history.done:
        session.undo()
        points.append(_seen(session))
    for _ in range(len(points) - 1):
        session.redo()
    back = min(back, len(points) - 1)
    session.undo(back)
    assert _seen(session) == points[back]
    for _ in range(min(back, forth)):
        session.redo()
    assert _seen(session) == points[back - min(back, forth)]


def _seen(session: Session):
    """Where a session stands, and what its trace knows of the finished frames."""
    last = type(session.last).__name__
    rows = {frame: [row.corrected for row in rows] for frame, rows in session.trace.rows.items()}
    return last, session.frame, session.prompts, session.trace.frames, rows


def test_something_new_ends_what_can_be_redone():
    session = played(3)
    session.undo(2)
    assert session.history.undone == 2
    session.answer(click(0, x=1))
    with pytest.raises(SessionError, match="nothing to redo"):
        session.redo()
    with pytest.raises(SessionError, match=r"undo\(99\), but .* give a count from 1 to"):
        session.undo(99)


def test_a_forgotten_object_was_never_there():
    session = played(6)
    session.answer(click(2, x=6, object_id=2), click(2, x=4))
    session.run(until=4)
    session.forget(2)
    assert session.frame == 1 and session.prompts[1] == click(2, x=4)
    session.play(user)
    assert states(session) == numbers(6, ToyMethod(), {0: [3], 2: [4], 4: [3]})
    with pytest.raises(SessionError, match="no prompt was given on object 2"):
        session.forget(2)


def test_a_branch_begins_with_the_record_of_the_frame_before_it():
    branch = played().branch(5, factor=17)
    assert branch.masks is not None
    assert [type(event) for event in branch.at(4).events] == [
        Propagation, Request, Refinement, Checkpoint,
    ]  # fmt: skip
    with pytest.raises(SessionError, match="begins behind frame 4"):
        branch.at(2)


def test_a_branch_of_a_branch_at_the_same_frame_keeps_the_first_ones_past():
    session = played()
    straight, twice = session.branch(5, factor=17), session.branch(5).branch(5, factor=17)
    straight.play(user)
    twice.play(user)
    assert [straight.at(f).checkpoint.state for f in range(5, 10)] == [
        twice.at(f).checkpoint.state for f in range(5, 10)
    ]


@pytest.mark.parametrize("until", [4, 5, 6, 9])
def test_a_saved_branch_keeps_the_past_that_it_did_not_make(tmp_path: Path, until: int):
    branch = played().branch(5, factor=17)
    for frame in range(5, until + 1):
        while branch.frame < frame or not isinstance(branch.last, Checkpoint):
            branch.step() if not branch.request else branch.answer(*user(branch.request))
    branch.save(tmp_path)
    resumed = Session.load(tmp_path, branch.method, NumberedVideo())
    for run in (branch, resumed):
        run.play(user)
    assert all((branch.labels(f) == resumed.labels(f)).all() for f in range(10))
    with pytest.raises(SessionError, match="this branch begins behind frame 4"):
        resumed.rewind(2)
    resumed.rewind(5)
    resumed.play(user)
    assert all((branch.labels(f) == resumed.labels(f)).all() for f in range(10))


def test_a_save_that_is_cut_short_leaves_the_one_before_it_whole(tmp_path: Path, monkeypatch):
    session = played()
    session.save(tmp_path)
    session.rewind(3)

    def killed(path: Path, data: bytes) -> None:
        raise OSError(path)

    with monkeypatch.context() as patch:
        patch.setattr("vostoolkit.storage._write", killed)
        with pytest.raises(OSError, match=r"session\.json"):
            session.save(tmp_path)
    resumed = Session.load(tmp_path, ToyMethod(), NumberedVideo())
    assert resumed.trace.frames == tuple(range(10))
    (tmp_path / "state-7.tmp").write_bytes(b"half a state")
    session.save(tmp_path)
    assert [path.suffix for path in tmp_path.glob("state-*")] == [".pt"]
    assert len(list(tmp_path.glob("labels/*.png"))) == 4


@pytest.mark.parametrize("checkpoints", [4, 12])
@pytest.mark.parametrize("frame", range(1, 40, 3))
def test_a_corrected_frame_keeps_what_came_before_the_correction(checkpoints: int, frame: int):
    session = played(40, results=1, checkpoints=checkpoints)
    before = [type(event) for event in session.at(frame).events]
    session.answer(click(frame, x=6))
    session.run(until=frame)
    assert [type(e) for e in session.at(frame).events] == [*before, Refinement, Checkpoint]


def test_undo_in_a_correction_takes_its_event_out_of_the_record():
    session = played()
    session.answer(click(5, x=6))
    session.step()
    session.undo()
    assert [type(e) for e in session.at(5).events] == [Propagation, Checkpoint]
    session.step()
    assert [type(e) for e in session.at(5).events] == [Propagation, Checkpoint, Refinement]


def test_a_loaded_frame_can_be_looked_at_and_corrected_whole(tmp_path: Path):
    played().save(tmp_path)
    resumed = Session.load(tmp_path, ToyMethod(), NumberedVideo())
    resumed.answer(click(9, x=6))
    resumed.run()
    kinds = [type(e) for e in resumed.trace.records[9].events]
    assert kinds == [Propagation, Checkpoint, Refinement, Checkpoint]


@pytest.mark.parametrize("video", [NumberedVideo(7), NumberedVideo(10, Size(7, 9))])
def test_a_session_of_another_video_is_refused(tmp_path: Path, video: NumberedVideo):
    played().save(tmp_path)
    with pytest.raises(SessionError, match="another video, 10 frames of 8x6 pixels; this one is"):
        Session.load(tmp_path, ToyMethod(), video)


def test_a_session_of_another_method_is_refused(tmp_path: Path):
    class Other(ToyMethod):
        pass

    played().save(tmp_path)
    with pytest.raises(SessionError, match=r"another method, toys\.ToyMethod"):
        Session.load(tmp_path, Other(), NumberedVideo())


def test_prompts_made_of_numpy_numbers_are_saved(tmp_path: Path):
    point = click(0)
    for name, value in (("object_id", np.int64(1)), ("positive", np.True_)):
        object.__setattr__(point, name, value)  # only the tests check types when prompts are made
    session = Session(ToyMethod(), NumberedVideo())
    session.answer(point, Scribble(0, 1, ((1.5, 2.0),)))
    session.save(tmp_path)
    assert Session.load(tmp_path, ToyMethod(), NumberedVideo()).prompts == session.prompts


def test_rewind_in_the_middle_of_a_correction_goes_to_the_end_of_the_frame():
    session = played()
    session.answer(click(5))
    session.step()
    session.rewind(5)
    assert isinstance(session.last, Checkpoint) and session.frame == 5


def test_the_last_frame_can_be_corrected_after_a_skip():
    session = played()
    session.answer(Skip(9, 1))
    session.run()
    assert session.finished
    session.answer(click(9, x=7))
    assert not session.finished
    session.run()
    assert session.finished and len(session.at(9).refinements) == 1


def test_a_stream_can_take_back_an_answer_but_no_step():
    session = Session(ToyMethod(), NumberedStream())
    session.answer(click(0))
    session.undo()
    assert session.prompts == ()
    session.answer(click(0, x=5))
    session.step()
    with pytest.raises(SessionError, match="can't go back"):
        session.undo()
    assert len(session.prompts) == 1
    session.play(user)
    with pytest.raises(SessionError, match="stream is at its end"):
        session.answer(click(9))


def test_a_skip_without_being_asked_does_not_stand_in_the_way():
    session = played()
    session.answer(Skip(5, 1))
    session.run()
    session.answer(Skip(9, 1))
    assert session.finished
    assert session.at(5).frame == 5
    session.rewind(5)
    assert session.frame == 5 and isinstance(session.last, Checkpoint)
    session.run()
    assert states(session) == states(played())


def test_a_state_that_does_not_fit_the_method_is_refused(tmp_path: Path):
    class Fussy(ToyMethod):
        def run(self, video, start, /):
            if start and self.factor == 17:
                raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")
            yield from super().run(video, start)

    session = Session(Fussy(), NumberedVideo())
    session.play(user)
    session.save(tmp_path)
    with pytest.raises(SessionError, match=r"doesn't fit this method \(mat1 .* same networks"):
        Session.load(tmp_path, Fussy(factor=17), NumberedVideo())


def test_states_that_a_correction_has_overtaken_are_let_go_until_it_is_undone():
    session = played(6)
    branch = session.branch(6)
    for x in (6, 2):
        branch.answer(click(5, x=x))
        branch.run()

    def ends():
        return [e.state for e in branch.at(5).events if isinstance(e, Checkpoint)]

    *overtaken, last = ends()
    assert overtaken == [None, None] and last not in (None, states(session)[5])
    branch.undo(branch.history.done)
    assert ends() == [states(session)[5]]
