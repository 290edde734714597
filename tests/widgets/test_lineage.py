"""Undo and redo of what isn't a step or an answer: names, colours, and another session taken."""

import pytest
from toys import NumberedVideo, ToyMethod
from vostoolkit_widgets import Explorer
from widgets.explorer_hands import chips, click, key, press, say

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
