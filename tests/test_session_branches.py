"""Whatever was done before, and wherever it was branched, a session ends as its prompts say."""

from contextlib import nullcontext, suppress

import hypothesis.strategies as st
from hypothesis import given
from toys import NumberedVideo, ToyMethod, click, numbers, revise, states, user

from vostoolkit.errors import SessionError
from vostoolkit.session import Session
from vostoolkit.trace import Keep

ACTIONS = ["step", "answer", "undo", "redo", "correct", "other", "rewind", "forget", "rest"]


@given(st.lists(st.sampled_from([*ACTIONS, "branch"]), max_size=25))
def test_any_history_ends_as_its_prompts_alone_would(actions: list[str]):
    session = Session(ToyMethod(), NumberedVideo(6), keep=Keep(checkpoints=4, results=2))
    begins, known = 0, {}
    for index, action in enumerate(actions):
        if action == "branch" and (session.frame or 0) > begins:
            begins = session.frame - 1
            session = session.branch(begins + 1)
            known |= clicks_of(session)
        else:
            with nullcontext() if not begins else suppress(SessionError):  # nothing before a branch
                act(session, action, index)
    session.play(user)
    numbered = numbers(6, ToyMethod(), known | clicks_of(session))
    assert states(session, begins) == numbered[begins:]


def act(session: Session, action: str, index: int) -> None:
    frame = session.frame or 0
    if action == "answer" and session.request:
        session.answer(click(frame, x=index % 8))
    elif action == "correct" and frame > 0:
        session.answer(click(frame - 1, x=index % 8))
    elif action == "other" and frame > 0:
        session.answer(click(frame - 1, x=index % 8, object_id=2))
    elif revise(session, action, index, frame) or session.finished:
        return
    elif not session.request:
        session.step()


def clicks_of(session: Session) -> dict[int, list[float]]:
    """The abscissae of the clicks on each frame."""
    clicks: dict[int, list[float]] = {}
    for prompt in session.prompts:
        clicks.setdefault(prompt.frame, []).append(prompt.x)
    return clicks


def test_a_branch_goes_back_to_a_beginning_that_was_corrected_more_than_once():
    session = Session(ToyMethod(), NumberedVideo(6))
    session.answer(click(0))
    for x in (1, 3):
        session.run(until=2)
        session.answer(click(2, x=x))
    session.run(until=2)
    branch = session.branch(3)
    branch.run(until=4)
    branch.rest()  # of its first frame nothing is kept now, and nothing before it is known
    branch.answer(click(2, x=0))
    branch.run(until=4)
    corrected = branch.labels(2)
    branch.rewind(2)
    assert len(branch.at(2).refinements) == 1 and branch.at(2).unseen == 2
    assert (branch.labels(2) == corrected).all()
    branch.undo(branch.history.done)
    assert (branch.labels(2) == session.labels(2)).all()
    assert branch.at(2).masks.labels().tolist() == session.labels(2).tolist()
