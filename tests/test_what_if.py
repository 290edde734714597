"""What other thresholds would have asked: counted by hand, and on a real run."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from methods.test_lazy_xmem import CLIP, drawing, method

import vostoolkit as vos
from vostoolkit.records import Row
from vostoolkit.stages.decide import EntropyJump
from vostoolkit.what_if import as_decided, what_if

RULE = EntropyJump(tau_user=0.5, tau_pseudo=0.2)


def row(frame: int, jump: float | None, *, action: str = "none", lost: bool = False) -> Row:
    flags = {"asked": False, "pseudo": False, "corrected": False, "memory": False}
    return Row(
        frame=frame, object=1, score=0.3, jump=jump, lost=lost, action=action, seconds=0, **flags
    )


def run(*rows: Row) -> dict[int, tuple[Row, ...]]:
    return {r.frame: (r,) for r in rows}


def test_counts_by_hand():
    rows = run(row(0, None), row(1, 0.1), row(2, 0.3), row(3, 0.5), row(4, 0.7))
    found = what_if(rows, RULE)
    assert found.asked == {(3, 1), (4, 1)} and found.pseudo == {(2, 1)}
    lower = what_if(rows, replace(RULE, tau_user=0.3, tau_pseudo=0.1))
    assert lower.asked == {(2, 1), (3, 1), (4, 1)} and lower.pseudo == {(1, 1)}
    assert found.differs_at(lower) == 1 and found.differs_at(found) is None


def test_the_first_frame_is_given_and_never_asked_about():
    rows = run(row(0, None), row(1, None))
    assert what_if(rows, EntropyJump(score_user=0.1)).asked == {(1, 1)}


@pytest.mark.parametrize("tau_user", [0.1, 9.0])
def test_asking_about_a_lost_object_depends_on_no_threshold(tau_user):
    rows = run(row(0, None), row(1, 0.3, action="user", lost=True), row(2, 0.3, lost=True))
    rule = EntropyJump(tau_user=tau_user, tau_pseudo=0.1)
    assert what_if(rows, rule).asked == {(1, 1)}
    strict = replace(rule, ask_when_lost=False)
    assert len(what_if(rows, strict).asked) == (2 if tau_user == 0.1 else 0)


def test_no_rows_no_counts():
    assert not what_if({}, RULE).asked and not as_decided({}).pseudo


@pytest.fixture(scope="module")
def session() -> vos.Session:
    made = vos.Session(method(), CLIP.video)
    made.answer(drawing(0, 1), drawing(0, 2))
    made.play(lambda request: (vos.Skip(request.frame, request.object_id),))
    return made


def test_the_rule_of_a_run_decides_as_the_run_did(session):
    same = what_if(session.trace.rows, session.method.decide)
    assert same == as_decided(session.trace.rows)
    assert same.asked == {(3, 1)} and same.pseudo == {(6, 1)}


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_higher_thresholds_never_ask_more(session, one, other):
    low, high = sorted((one, other))
    rows = session.trace.rows
    few, many = (what_if(rows, EntropyJump(tau_user=tau, tau_pseudo=-9)) for tau in (high, low))
    assert few.asked <= many.asked
    assert few.asked | few.pseudo == many.asked | many.pseudo


def test_a_branch_asks_what_was_told_up_to_where_it_first_differs(session):
    rule = replace(session.method.decide, tau_user=0.2)
    told = what_if(session.trace.rows, rule)
    first = told.differs_at(as_decided(session.trace.rows))
    assert first == 6 and (6, 1) in told.asked
    branch = session.branch(1, decide=rule)
    branch.play(lambda request: (vos.Skip(request.frame, request.object_id),))
    seen = as_decided(branch.trace.rows)
    assert {p for p in seen.asked if p[0] <= first} == {p for p in told.asked if p[0] <= first}
