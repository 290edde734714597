"""The Explorer's tools, objects and looks without a browser."""

import io

import numpy as np
import pytest
from PIL import Image
from toys import NumberedVideo
from vostoolkit_widgets import Explorer
from vostoolkit_widgets.scene import scene_of
from widgets.explorer_hands import Unsure, chips, click, drag, key, press, question, say

from vostoolkit.colours import colour_of, css
from vostoolkit.prompts import Box, Click, Drawing, Scribble
from vostoolkit.session import Session


def test_each_tool_gives_its_prompt(explorer):
    for name, kind in (("l", Scribble), ("r", Box), ("b", Drawing)):
        key(explorer, name)
        drag(explorer, (1, 1), (4, 3))
        assert isinstance(explorer.session.prompts[-1], kind)
    assert explorer.tool == "brush" and len(explorer.session.prompts) == 3
    explorer.tool = "click"
    drag(explorer, (1, 1), (4, 3))
    assert explorer.session.prompts[-1] == Click(0, 1, 1, 1)
    with pytest.raises(ValueError, match="no tool 'knife': there are click, scribble"):
        explorer.tool = "knife"


def test_a_cancelled_stroke_gives_nothing_and_one_that_ends_outside_something(explorer):
    explorer.tool = "scribble"
    drag(explorer, (1, 1), (4, 3), end="cancel")
    assert not explorer.session.prompts
    drag(explorer, (1, 1), (40, 3))
    assert explorer.session.prompts[-1].points[-1] == (7.0, 3.0)


def test_painting_goes_on_from_what_is_shown_also_on_a_frame_that_is_not_reached(explorer):
    click(explorer, 3, 2)
    explorer.frame, explorer.tool = 5, "brush"
    say(explorer, "toolbar", "width", 1.2)
    drag(explorer, (1, 1), (1, 4))
    assert explorer.frame == 5  # it stays where it was drawn
    drag(explorer, (6, 1), (6, 4))
    key(explorer, "e")
    say(explorer, "toolbar", "width", 1)
    drag(explorer, (1, 1), (1, 2))
    last = explorer.session.prompts[-1]
    rows, columns = np.nonzero(last.mask)
    assert set(zip(columns.tolist(), rows.tolist(), strict=True)) == {
        *((1, y) for y in (3, 4)),
        *((6, y) for y in (1, 2, 3, 4)),
    }
    assert explorer.session.frame == 0


def test_a_drawing_that_answers_stops_the_run_to_be_gone_on_with(explorer):
    click(explorer, 3, 2)
    press(explorer, "run")
    explorer.tool = "brush"
    drag(explorer, (1, 1), (4, 3))
    assert explorer.session.frame == 4 and not explorer._driver.is_running


def test_what_was_drawn_is_shown_before_the_method_has_taken_it(explorer):
    click(explorer, 3, 2)
    mask = np.zeros((6, 8), np.bool_)
    mask[5, 7] = True
    drawing = Drawing(0, 1, mask)
    scene = scene_of(explorer.session, 0, (drawing,))
    assert scene.shown[5, 7] == 1 and (scene.shown == 1).sum() == 1
    assert drawing in scene.prompts and scene.labels[5, 7] == 0
    explorer._driver.answer(drawing)
    assert explorer.settle(10) and explorer._driver.pending == ()


def test_the_toolbar_says_what_is_in_hand(explorer):
    def pressed(name, value=None):
        say(explorer, "toolbar", name, value)
        return explorer._panel.toolbar.state

    assert pressed("brush")["tool"] == "brush"
    assert pressed("width", 12.4)["width"] == 12
    assert explorer._panel.canvas.capture.ink["has_ring"]
    assert pressed("scribble")["width"] == 2 and not pressed("negative")["positive"]
    assert pressed("closer")["zoom"] == 1.5 and pressed("whole")["zoom"] == 1
    assert explorer._panel.keys.widget.layout.display == "none"
    pressed("help")
    assert explorer._panel.keys.widget.layout.display is None


def test_undo_and_redo_by_key_and_button(explorer):
    buttons = explorer._panel.actions.buttons
    click(explorer, 3, 2)
    assert buttons["redo"].disabled and not buttons["undo"].disabled
    drag(explorer, (3, 2), (5, 2))
    key(explorer, "z")
    assert len(explorer.session.prompts) == 1 and not buttons["redo"].disabled
    key(explorer, "Control+z", shift=True)
    assert len(explorer.session.prompts) == 2
    press(explorer, "undo")
    press(explorer, "undo")
    assert explorer.session.prompts == () and buttons["undo"].disabled
    key(explorer, "z", shift=True)
    assert len(explorer.session.prompts) == 1


def test_an_object_has_a_name_in_its_chip_the_question_and_the_timeline(explorer):
    click(explorer, 3, 2)
    say(explorer, "objects", "rename", [1, " the man "])
    assert chips(explorer)[0]["name"] == "the man" and explorer.session.appearance.names == {
        1: "the man"
    }
    press(explorer, "run")
    assert "Object &quot;the man&quot; at frame 4" in question(explorer)
    assert explorer._panel.timeline._curves[0].name == "the man"
    explorer.session.appearance = explorer.session.appearance.named(1, "")
    explorer.refresh()
    assert explorer.settle(10) and "Object 1 at frame 4" in question(explorer)


def test_an_object_has_the_colour_it_was_given_wherever_it_is_shown(explorer):
    click(explorer, 3, 2)
    press(explorer, "frame")
    panel, red = explorer._panel, (255, 0, 16)
    say(explorer, "objects", "colour", [1, "#ff0010"])
    assert chips(explorer)[0]["colour"] == panel.toolbar.state["colour"] == "#ff0010"
    assert panel.canvas.capture.ink["colour"] == "#ff0010"
    still = panel.canvas._still
    assert {line.colour for line in still.outlines} == {(20, 20, 24), red}
    assert any(mark.colour == red for mark in still.marks)
    palette = Image.open(io.BytesIO(still.masks)).getpalette()
    assert tuple(palette[3:6]) == red
    assert explorer._insight.curves()[0].colour == red
    explorer.session.appearance = explorer.session.appearance.coloured(1, "")
    explorer.refresh()
    assert explorer.settle(10) and chips(explorer)[0]["colour"] == css(colour_of(1))
    say(explorer, "objects", "object")
    say(explorer, "objects", "colour", [2, "#ff0010"])
    say(explorer, "objects", "forget", 2)
    say(explorer, "objects", "object")  # a new one has nothing of it
    assert explorer.session.appearance.colours == {}


def test_a_hidden_object_is_not_drawn_but_still_there(explorer):
    click(explorer, 3, 2)
    press(explorer, "frame")
    canvas = explorer._panel.canvas
    with_it, there = canvas._still.masks, explorer.session.labels(0)
    say(explorer, "objects", "hide", 1)
    assert (
        chips(explorer)[0]["hidden"] and canvas._still.masks != with_it and not canvas._still.marks
    )
    assert (explorer.session.labels(0) == there).all()
    click(explorer, 3, 2)  # who works on it sees it
    assert not chips(explorer)[0]["hidden"] and canvas._still.marks


def test_deleting_an_object_takes_its_prompts_back_and_undo_brings_them(explorer):
    click(explorer, 3, 2)
    press(explorer, "run")
    say(explorer, "objects", "object")
    assert explorer.object_id == 2
    explorer.frame = 2
    click(explorer, 1, 1)
    press(explorer, "frame")
    assert chips(explorer)[1]["forget"] == (
        "Delete object 2: takes back its prompt: frames from 2 on are computed again without it. "
        "Undo brings it back"
    )
    say(explorer, "objects", "forget", 2)
    assert explorer.session.prompts == (Click(0, 1, 3, 2),) and explorer.session.frame == 1
    assert explorer.object_id == 1 and [chip["id"] for chip in chips(explorer)] == [1]
    press(explorer, "undo")
    assert [chip["id"] for chip in chips(explorer)] == [1, 2]


def test_an_object_without_prompts_is_only_put_down(explorer):
    click(explorer, 3, 2)
    key(explorer, "n")
    done = explorer.session.history.done
    say(explorer, "objects", "forget", 2)
    assert explorer.object_id == 1 and explorer.session.history.done == done


def test_there_may_be_more_than_ten_objects(explorer):
    for object_id in range(1, 13):
        say(explorer, "objects", "object")
        assert explorer.object_id == object_id
        click(explorer, object_id % 8, 1)
    shown = chips(explorer)
    assert [chip["id"] for chip in shown] == list(range(1, 13))
    assert len({chip["colour"] for chip in shown}) == 12
    say(explorer, "objects", "choose", 11)
    click(explorer, 4, 4)
    assert explorer.session.prompts[-1].object_id == 11


def test_looks_change_the_canvas_and_no_map_is_a_choice():
    explorer = Explorer(Session(Unsure(), NumberedVideo(10)))
    click(explorer, 3, 2)
    press(explorer, "frame")
    canvas, looks = explorer._panel.canvas, explorer._panel.looks
    maps = looks.state["maps"]
    assert (maps[0], maps[-1]) == ("margin", "none") and looks.state["chosen"] == "margin"
    assert canvas._still.map is not None
    say(explorer, "looks", "chosen", "none")
    assert canvas._still.map is None and looks.state["chosen"] == "none"
    say(explorer, "looks", "masks", 0.8)
    say(explorer, "looks", "map", 0.1)
    say(explorer, "looks", "outlines", False)
    assert (canvas.mask_opacity, canvas.map_opacity, canvas.is_outlined) == (0.8, 0.1, False)
    explorer.close()


def test_another_frame_is_shown_at_once_and_explained_when_the_hand_rests(explorer):
    click(explorer, 3, 2)
    press(explorer, "run")
    order = []
    show, explain = explorer._panel.canvas.show_still, explorer._insight.inspector.show
    explorer._panel.canvas.show_still = lambda *a: (order.append("frame"), show(*a))
    explorer._insight.inspector.show = lambda *a, **k: (order.append("card"), explain(*a, **k))
    for name in ("ArrowLeft", "ArrowLeft", "ArrowLeft"):
        explorer._panel.canvas.capture._received(None, {"type": "key", "key": name}, [])
    assert explorer.settle(10) and explorer.frame == 1
    assert order[:3] == ["frame"] * 3 and order.count("card") == 1 and order[-1] == "card"
