"""A branch that is gone on with stays in the folder: killed, gone back from, and gone on with."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch
from test_autosave import LENGTH, answer_all, begun, die
from toys import NumberedVideo, ToyMethod, click

from vostoolkit.autosave import Autosave
from vostoolkit.errors import SessionError
from vostoolkit.method_changes import changes_between, with_changes
from vostoolkit.session import Session


def half_done(folder: Path) -> tuple[Session, Autosave]:
    session, kept = begun(folder)
    session.answer(click(0, x=3))
    session.run()
    session.answer(click(4, x=5))
    session.run()  # it asks at frame 8
    return session, kept


def test_a_branch_that_is_taken_is_resumed_with_its_thresholds_and_its_past(tmp_path: Path):
    session, kept = half_done(tmp_path)
    branch = session.branch(6, ask_every=3)
    kept.follow(branch)
    branch.run()
    branch.answer(click(6, x=7))
    assert session.watchers == [] and branch.watchers == [kept.keep]
    die(kept)
    resumed, kept = begun(tmp_path)
    assert resumed.prompts == branch.prompts and resumed.method == ToyMethod(ask_every=3)
    assert kept.changed == ("ask_every",)
    for one in (branch, resumed):
        answer_all(one)
    states = [[one.at(f).checkpoint.state for f in range(6, LENGTH)] for one in (branch, resumed)]
    assert states[0] == states[1]
    for frame in range(LENGTH):  # before frame 6 the method asked at 4 and not at 3
        assert (resumed.labels(frame) == branch.labels(frame)).all()


def test_going_back_to_the_session_before_is_kept_too(tmp_path: Path):
    session, kept = half_done(tmp_path)
    given = session.prompts
    kept.follow(session.branch(2, ask_every=3))
    assert len(kept.session.prompts) == 1
    kept.follow(session)
    session.answer(click(8, x=1))
    die(kept)
    resumed, kept = begun(tmp_path)
    assert resumed.prompts == (*given, click(8, x=1)) and resumed.method == ToyMethod()
    assert kept.changed == ()


def test_a_kill_before_the_branch_was_saved_costs_computing_only(tmp_path: Path, monkeypatch):
    session, kept = half_done(tmp_path)
    kept.save()

    def killed() -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(kept, "save", killed)
        with pytest.raises(KeyboardInterrupt):
            kept.follow(session.branch(6, ask_every=3))
    die(kept)
    resumed, _ = begun(tmp_path)
    assert resumed.prompts == session.prompts and resumed.frame is None
    assert resumed.method == ToyMethod(ask_every=3)


@dataclass(frozen=True)
class Other(ToyMethod):
    pass


def test_what_can_t_be_kept_is_refused_and_the_work_stays(tmp_path: Path):
    session, kept = half_done(tmp_path)
    with pytest.raises(SessionError, match="Other in place of ToyMethod can't be kept in"):
        kept.follow(Session(Other(), NumberedVideo(LENGTH)))
    assert kept.session is session and session.watchers == [kept.keep]
    die(kept)
    assert begun(tmp_path)[0].prompts == session.prompts


def test_the_same_click_given_twice_counts_twice_whatever_was_taken(tmp_path: Path):
    session, kept = begun(tmp_path)
    same = click(0, x=3)
    kept.give((same,))
    kept.give((same,))
    session.answer(same)
    die(kept)
    resumed, kept = begun(tmp_path)
    assert resumed.prompts == (same, same)
    die(kept)
    assert begun(tmp_path)[0].prompts == (same, same)


@dataclass(frozen=True)
class Stage:
    network: torch.nn.Module
    level: float = 0.5


@dataclass(frozen=True)
class TwoStages:
    first: Stage
    second: Stage


def test_numbers_and_weights_of_stages_are_written_and_read(tmp_path: Path):
    torch.manual_seed(1)
    plain = TwoStages(Stage(torch.nn.Linear(2, 2)), Stage(torch.nn.Linear(3, 1)))
    learned = torch.nn.Linear(3, 1)
    other = TwoStages(replace(plain.first, level=0.7), replace(plain.second, network=learned))
    changes = json.loads(json.dumps(changes_between(plain, other, tmp_path)))
    file = changes["second"]["network"]
    assert changes == {"first": {"level": 0.7}, "second": {"network": file}}
    again = with_changes(plain, changes, tmp_path)
    assert again.first == other.first and again.second.level == 0.5
    assert again.second.network.weight.equal(learned.weight)
    assert not plain.second.network.weight.equal(learned.weight)
    assert changes_between(plain, plain, tmp_path) == {} and with_changes(plain, {}, tmp_path)
    (tmp_path / file).unlink()
    with pytest.raises(SessionError, match="can't be read"):
        with_changes(plain, changes, tmp_path)
    with pytest.raises(SessionError, match="changed third, which TwoStages doesn't have"):
        with_changes(plain, {"third": 1}, tmp_path)
