"""Undo and redo of what isn't a step or an answer: names, colours, and another session taken."""

import gc

import numpy as np
import pytest
import torch
from toys import NumberedVideo, ToyMethod
from vostoolkit_widgets import Explorer
from vostoolkit_widgets.lineage import DEPTH
from widgets.explorer_hands import chips, click, key, press, say
from widgets.lazy_runs import lazy_run

from vostoolkit.prompts import Click, Skip
from vostoolkit.session import Session


@pytest.fixture
def explorer():
    made = Explorer(Session(ToyMethod(), NumberedVideo(10)))
    yield made
    made.close()


def test_a_name_and_a_colour_are_taken_back_one_by_one_by_ctrl_z(explorer):
    click(explorer, 3, 2)
    press(explorer, "frame")
    say(explorer, "objects", "rename", [1, "man"])
    say(explorer, "objects", "colour", [1, "#ff0010"])
    key(explorer, "Control+z")
    assert explorer.session.appearance.names == {1: "man"}
    assert explorer.session.appearance.colours == {} and chips(explorer)[0]["name"] == "man"
    key(explorer, "Control+z")
    assert chips(explorer)[0]["name"] == "" and explorer.session.trace.frames == (0,)
    press(explorer, "undo")
    assert explorer.session.trace.frames == ()
    for _ in range(3):
        press(explorer, "redo")
    assert explorer.session.trace.frames == (0,)
    assert chips(explorer)[0]["name"] == "man" and chips(explorer)[0]["colour"] == "#ff0010"


def test_a_name_given_while_it_runs_is_an_act_of_its_own(explorer):
    click(explorer, 3, 2)
    driver = explorer._driver
    seen: list[int] = []
    on_event = driver._on_event

    def rename_in_the_middle(event):
        if explorer.session.frame == 2 and not seen:
            seen.append(2)
            explorer._acts.describe("rename", 1, "man")
        on_event(event)

    driver._on_event = rename_in_the_middle
    press(explorer, "run")
    assert explorer.session.request.frame == 4 and explorer.session.appearance.names == {1: "man"}
    press(explorer, "undo")
    assert explorer.session.frame == 2 and explorer.session.appearance.names == {1: "man"}
    press(explorer, "undo")
    assert explorer.session.frame == 2 and explorer.session.appearance.names == {}
    press(explorer, "undo")
    assert explorer.session.trace.frames == () and len(explorer.session.prompts) == 1


def test_a_branch_that_was_taken_is_undone_and_taken_again(explorer):
    click(explorer, 3, 2)
    press(explorer, "run")
    first = explorer.session
    branch = explorer.session = first.branch(2, ask_every=3)
    press(explorer, "run")
    buttons = explorer._panel.actions.buttons
    assert branch.request.frame == 3 and explorer.session is branch
    press(explorer, "undo")
    assert explorer.session is branch and branch.frame == 1 and not buttons["undo"].disabled
    press(explorer, "undo")
    assert explorer.session is first and first.request.frame == 4 and explorer.frame == 4
    press(explorer, "redo")
    assert explorer.session is branch and branch.frame == 1
    press(explorer, "redo")
    assert branch.request.frame == 3
    press(explorer, "undo")
    press(explorer, "undo")
    click(explorer, 5, 2)  # something else is done in the first: the branch is left
    assert explorer.session is first and buttons["redo"].disabled


def megabytes() -> float:
    """What all tensors that are alive hold together."""
    gc.collect()
    stores = [t.untyped_storage() for t in gc.get_objects() if type(t) is torch.Tensor]
    return sum({store.data_ptr(): store.nbytes() for store in stores}.values()) / 2**20


def test_sessions_that_undo_leads_back_to_hold_little():
    before = megabytes()
    explorer = Explorer(lazy_run())
    own = megabytes() - before
    held = []
    for _ in range(DEPTH + 3):
        explorer.session = explorer.session.branch(3)
        explorer.session.play(lambda request: (Skip(request.frame, request.object_id),))
        assert explorer.settle(10)
        held.append(megabytes() - before)
    assert held[-1] <= 1.05 * held[DEPTH]
    assert held[-1] < 1.7 * own, (own, held)
    explorer.close()


def test_a_session_that_was_at_rest_is_seen_and_goes_on_as_before():
    explorer, rested = Explorer(lazy_run()), lazy_run()
    first = explorer.session
    explorer.session = first.branch(5)
    press(explorer, "undo")
    assert explorer.session is first and list(first.trace.records) == [9]
    assert np.array_equal(first.at(4).masks.labels(), rested.at(4).masks.labels())
    first.undo(12)
    rested.undo(12)
    assert first.last.frame == rested.last.frame and type(first.last) is type(rested.last)
    for session in (first, rested):
        session.play(lambda request: (Skip(request.frame, request.object_id),))
    for frame in range(10):
        assert np.array_equal(first.labels(frame), rested.labels(frame))
    explorer.close()


def test_each_further_correction_of_a_frame_adds_little_more_than_its_two_maps():
    session = lazy_run()
    held = []
    for count in range(8):
        session.answer(Click(9, 1 + count % 2, 40 + count, 30))
        session.run()
        held.append(megabytes())
    a_map = session.video.size.height * session.video.size.width * 4 / 2**20
    assert len(session.at(9).refinements) == 8
    assert (held[-1] - held[3]) / 4 < 3 * a_map
