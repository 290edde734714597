"""A session in rounds that was loaded knows of each frame what the saved one knew."""

from pathlib import Path

from test_session_rounds import LENGTH, begun, played, seen, settled
from toys import NumberedVideo, ToyRounds, click

from vostoolkit.prompts import Propagate
from vostoolkit.results import Propagation
from vostoolkit.session import Session


def test_only_the_end_of_each_round_is_remembered_however_many_replies_it_had():
    session = begun()
    for x in range(5):
        session.answer(click(1, x=x), *((Propagate(),) if x == 3 else ()))
        settled(session)
    assert list(session.trace.past) == [(1, 4), (2, 1)]


def loaded(session: Session, folder: Path) -> Session:
    session.save(folder)
    return Session.load(folder, ToyRounds(), NumberedVideo(LENGTH))


def test_what_was_known_at_the_end_of_a_round_is_known_after_loading_in_a_later_one(tmp_path: Path):
    session = begun()
    session.answer(click(2, x=6), Propagate())
    settled(session)
    session.answer(click(5, x=1), Propagate())
    session.run(until=lambda event: isinstance(event, Propagation) and event.frame == 3)
    resumed = loaded(session, tmp_path)
    assert seen(resumed) == seen(session)
    for run in (session, resumed):
        run.rewind(1)
    assert resumed.trace.rounds == dict.fromkeys(range(LENGTH), 1) == session.trace.rounds
    assert seen(resumed) == seen(session) and resumed.at(3).masks is not None


def test_replies_within_a_round_are_counted_on_after_loading(tmp_path: Path):
    session = begun()
    for mark in (click(2, x=6), click(5, x=1)):
        session.answer(mark)
        settled(session)
    resumed = loaded(session, tmp_path)
    for run in (session, resumed):
        run.answer(Propagate())
        settled(run)
        run.rewind(1)
    assert resumed.trace.rounds == session.trace.rounds != {}
    assert seen(resumed) == seen(session)


def test_a_loaded_session_can_be_branched_at_any_round(tmp_path: Path):
    branch = loaded(played(), tmp_path).branch(2)
    assert branch.trace.rounds == dict.fromkeys(range(LENGTH), 1)
    again = loaded(branch, tmp_path / "branch")
    assert again.trace.rounds == branch.trace.rounds
