"""Running until a frame, or a round, is done: with all that was given there."""

from test_session_rounds import LENGTH
from test_session_rounds import played as played_in_rounds
from toys import click, played

from vostoolkit.results import Checkpoint


def test_run_until_a_frame_that_is_done_stays_there():
    session = played()
    session.rewind(2)
    assert session.run(until=2).frame == session.run(until=1).frame == session.frame == 2
    session.answer(click(2))
    session.run(until=2)
    assert len(session.at(2).refinements) == 1


def test_run_until_a_frame_is_done_uses_all_that_was_given_on_it():
    session = played()
    for x in (4, 6):
        session.answer(click(2, x=x))
        session.run()
    session.rewind(1)
    session.run(until=2)
    assert session.frame == 2 and len(session.at(2).refinements) == 2


def test_run_until_a_round_is_done_uses_all_that_was_given_in_it():
    session = played_in_rounds()
    session.rewind(0)
    session.answer(click(1), click(4))
    session.run()
    session.rewind(0)
    event = session.run(until=1)
    assert isinstance(event, Checkpoint) and session.trace.frames == tuple(range(LENGTH))
