"""A session in rounds is exactly its method, its video and a person's prompts, round by round."""

from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from toys import NumberedVideo, ToyMethod, ToyRounds, click, numbers_after, revise

from vostoolkit.errors import PromptError, SessionError
from vostoolkit.prompts import Click, Propagate, Skip
from vostoolkit.protocols import RoundMethod
from vostoolkit.results import Checkpoint, Propagation, Refinement, Request
from vostoolkit.session import Session
from vostoolkit.trace import Keep

LENGTH = 6
ACTIONS = ["step", "mark", "other", "propagate", "both"]
ACTIONS += ["undo", "redo", "rewind", "forget", "rest"]


def begun(**keep: int) -> Session:
    return Session(ToyRounds(), NumberedVideo(LENGTH), keep=Keep(**keep))


def rounds_of(session: Session) -> tuple[list[list[Click]], bool]:
    """The clicks of each round, and whether the last isn't complete."""
    groups = session._runner.answers.groups
    found = [[p for group in groups[r] for p in group] for r in sorted(groups)]
    is_open = not any(isinstance(p, Propagate) for p in found[-1]) if found else False
    return [[p for p in prompts if isinstance(p, Click)] for prompts in found], is_open


def settled(session: Session) -> None:
    """Nothing; goes on until all that was given is used."""
    session.run()
    assert session.request is not None


def seen(session: Session):
    """Where a session stands, and what its trace knows of each frame."""
    rows = {f: [(r.corrected, r.round) for r in rows] for f, rows in session.trace.rows.items()}
    pictures = {f: session.labels(f).tobytes() for f in session.trace.frames}
    return type(session.last).__name__, session.round, session.prompts, pictures, rows


def test_prompts_on_any_frames_show_at_once_and_propagate_completes_the_round():
    session = begun()
    assert isinstance(session.method, RoundMethod) and session.round == 1
    request = session.run()
    assert isinstance(request, Request) and (request.kind, request.round) == ("round", 1)
    with pytest.raises(SessionError, match=r"round 1 waits for prompts on any frames, or Prop"):
        session.step()
    session.answer(click(4, x=5), click(1, x=2))
    kinds = [type(session.step()) for _ in range(6)]
    assert kinds == [Refinement, Propagation, Refinement, Propagation, Checkpoint, Request]
    assert session.round == 1 and session.trace.frames == (1, 4)
    session.answer(Propagate())
    settled(session)
    assert session.round == 2 and session.trace.frames == tuple(range(LENGTH))
    assert session.trace.frame.query("corrected")["frame"].tolist() == [1, 4]
    assert not session.finished


def test_marks_and_propagate_in_one_answer_do_both_and_two_such_answers_are_two_rounds():
    session = begun()
    session.answer(click(0, x=3), Propagate())
    session.answer(click(4, x=5), Propagate())
    settled(session)
    assert session.round == 3
    clicks = [[click(0, x=3)], [click(4, x=5)]]
    expected = numbers_after(LENGTH, ToyRounds(), clicks)
    assert session._runner.store.nearest(session._runner.cursor).checkpoint.state[1] == expected


def test_a_mark_while_it_propagates_belongs_to_the_next_round():
    session = begun()
    session.answer(click(0, x=3), Propagate())
    session.run(until=lambda event: isinstance(event, Propagation) and event.frame == 2)
    session.answer(click(1, x=5))
    assert session.round == 2
    assert session.run().round == 2
    assert rounds_of(session) == ([[click(0, x=3)], [click(1, x=5)]], True)


@settings(max_examples=30)
@given(st.lists(st.sampled_from(ACTIONS), max_size=25))
def test_any_history_ends_as_its_prompts_alone_would(actions: list[str]):
    session = begun(checkpoints=4, results=2)
    for index, action in enumerate(actions):
        mark = click(index % LENGTH, x=index % 8)
        given_ = any(isinstance(prompt, Click) for prompt in session.prompts)
        if action == "mark":
            session.answer(mark)
        elif action == "other":
            session.answer(click(index % LENGTH, x=index % 8, object_id=2))
        elif action == "both":
            session.answer(mark, Propagate())
        elif action == "propagate" and given_:
            session.answer(Propagate())
        elif not revise(session, action, index, session.round) and session.request is None:
            session.step()
    settled(session)
    rounds, is_open = rounds_of(session)
    expected = numbers_after(LENGTH, ToyRounds(), rounds, is_open=is_open)
    assert session.trace.frames == tuple(sorted(expected))
    for frame, number in expected.items():
        assert (session.labels(frame) > 0).sum(1).max() == number % 8
        assert session.at(frame).masks is not None
        assert (session.at(frame).masks.labels() == session.labels(frame)).all()


@settings(max_examples=5)
@given(st.integers(1, 40), st.integers(0, 40))
def test_what_was_undone_is_redone_exactly(back: int, forth: int):
    session = begun(checkpoints=4)
    session.answer(click(2, x=6))
    settled(session)
    session.answer(Propagate())
    settled(session)
    session.answer(click(4, x=1), click(2, x=3), Propagate())
    session.run(until=2)
    points = [seen(session)]
    while session.history.done:
        session.undo()
        points.append(seen(session))
    assert session.prompts == () and session.trace.frames == ()
    for _ in range(len(points) - 1):
        session.redo()
    back = min(back, len(points) - 1)
    session.undo(back)
    assert seen(session) == points[back]
    for _ in range(min(back, forth)):
        session.redo()
    assert seen(session) == points[back - min(back, forth)]


def played() -> Session:
    session = begun()
    for mark in (click(2, x=6), click(5, x=1), click(0, x=4)):
        session.answer(mark, Propagate())
        settled(session)
    return session


def test_rewind_goes_to_the_end_of_a_round_and_later_rounds_are_applied_again():
    session = played()
    after = [seen(session)]
    session.rewind(1)
    assert session.round == 2 and isinstance(session.last, Checkpoint)
    first = numbers_after(LENGTH, ToyRounds(), [[click(2, x=6)]])
    assert (session.labels(5) > 0).sum(1).max() == first[5] % 8
    settled(session)
    assert [seen(session)] == after
    session.rewind(0)
    assert session.trace.frames == () and session.round == 1
    with pytest.raises(SessionError, match="round 4 isn't finished"):
        session.rewind(4)


def test_the_record_of_a_frame_is_that_of_its_last_prediction_computed_again_if_need_be():
    session = played()
    assert session.trace.rounds == {0: 3, 1: 3, 2: 1, 3: 3, 4: 3, 5: 2}
    session.trace.records.clear()
    assert session.at(5).round == 2 and session.at(5).refinements
    assert session.at(3).round == 3 and session.at(3).propagation is not None
    with pytest.raises(SessionError, match="frame 3 has no masks yet"):
        begun().at(3)


def test_a_branch_does_a_round_and_later_ones_otherwise():
    session = played()
    before = seen(session)
    branch = session.branch(2, factor=17)
    assert branch.trace.frames == tuple(range(LENGTH)) and branch.round == 2
    branch.answer(click(5, x=1), Propagate())
    settled(branch)
    first = numbers_after(LENGTH, ToyRounds(), [[click(2, x=6)]])
    expected = {**first, 2: first[2], 5: (first[5] * 7 + 1) % 1009}
    for frame in (0, 1, 3, 4):
        expected[frame] = ToyRounds(17).carried(expected, frozenset({2, 5}), frame, 2)
    assert {f: (branch.labels(f) > 0).sum(1).max() for f in expected} == {
        f: number % 8 for f, number in expected.items()
    }
    assert seen(session) == before
    with pytest.raises(SessionError, match="branch at round 0: give one from 1 to 4"):
        session.branch(0)


def test_a_branch_has_the_results_of_the_rounds_before_it_whatever_is_done_to_what_it_came_from():
    session = played()
    branch = session.branch(3)
    session.rewind(2)
    expected = {f: session.at(f) for f in range(LENGTH)}
    session.rewind(0)
    session.answer(click(1, x=7))
    settled(session)
    assert set(branch.trace.rounds.values()) == {1, 2}
    for frame, record in expected.items():
        found = branch.at(frame)
        assert found.round == record.round == branch.trace.rounds[frame]
        assert np.array_equal(found.masks.pmf, record.masks.pmf)
        assert [type(e) for e in found.events] == [type(e) for e in record.events]


@pytest.mark.parametrize("stop", [0, 1, 5, 9, 16, 22, 30])
def test_a_saved_session_goes_on_as_if_never_interrupted(tmp_path: Path, stop: int):
    session = begun()
    for mark in (click(2, x=6), click(5, x=1), click(0, x=4)):
        session.answer(mark, Propagate())
    for _ in range(stop):
        if session.request is None:
            session.step()
    session.save(tmp_path)
    resumed = Session.load(tmp_path, ToyRounds(), NumberedVideo(LENGTH))
    assert resumed.prompts == session.prompts and resumed.round == session.round
    assert resumed.trace.frames == session.trace.frames
    for run in (session, resumed):
        settled(run)
    assert seen(resumed) == seen(session) == seen(played())
    resumed.rewind(1)
    session.rewind(1)
    assert [resumed.labels(f).tolist() for f in range(LENGTH)] == [
        session.labels(f).tolist() for f in range(LENGTH)
    ]
    assert np.array_equal(resumed.at(3).masks.pmf, session.at(3).masks.pmf)


def test_the_masks_at_a_request_are_those_it_asks_about():
    session = begun(results=1)
    session.answer(click(2, x=6), Propagate())
    settled(session)
    assert session.request is not None and session.masks is session.request.masks


def test_a_method_without_rounds_takes_no_word_to_propagate():
    session = Session(ToyMethod(), NumberedVideo(LENGTH))
    with pytest.raises(PromptError, match="for methods in rounds"):
        session.answer(click(0), Propagate())
    assert session.prompts == () and session.round == 0


def test_play_ends_where_the_user_is_content():
    session, done = begun(), []

    def user(request: Request):
        if request.round == 3:
            return ()
        return click(request.round, x=4), Propagate()

    session.play(user, progress=done.append)
    assert session.round == 3 and session.request is not None
    assert sorted(done) == [0, 0, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    session.play(lambda request: (Skip(request.frame, 1),))
    assert session.round == 3 and len(session.prompts) == 4


def test_a_round_without_prompts_is_left_out_when_its_object_is_forgotten():
    session = begun()
    session.answer(click(2, x=6, object_id=2), Propagate())
    session.answer(click(4, x=5), Propagate())
    settled(session)
    session.forget(2)
    settled(session)
    expected = numbers_after(LENGTH, ToyRounds(), [[click(4, x=5)]])
    assert session.round == 2
    assert {f: (session.labels(f) > 0).sum(1).max() for f in range(LENGTH)} == {
        f: number % 8 for f, number in expected.items()
    }
