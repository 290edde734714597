"""Regions, polygons and masks from files, through the Explorer without a browser."""

import numpy as np
import pytest
from vostoolkit_widgets import Explorer
from vostoolkit_widgets.capture import Pinch
from vostoolkit_widgets.scene import marks_of, scene_of
from vostoolkit_widgets.tools import confined
from widgets.explorer_hands import chips, click, drag, key, press, question, say

from vostoolkit.arrays import Size
from vostoolkit.data.export import palette_png
from vostoolkit.errors import PromptError
from vostoolkit.prompts import Box, Click, Drawing, Local, Scribble, polygon

LEFT = ((0.0, 0.0), (3.0, 0.0), (3.0, 5.0), (0.0, 5.0))
SHAPE = Size(6, 8)


def error(explorer: Explorer) -> str:
    return explorer._panel.question._error.value


def outline(explorer: Explorer, *corners) -> None:
    for corner in corners:
        click(explorer, *corner)
    key(explorer, "Enter")


def test_a_polygon_adds_its_inside_and_not_it_takes_it_away(explorer):
    key(explorer, "o")
    outline(explorer, (1, 1), (5, 1), (1, 5))
    (drawing,) = explorer.session.prompts
    np.testing.assert_array_equal(drawing.mask, polygon(((1, 1), (5, 1), (1, 5)), SHAPE))
    key(explorer, "x")
    outline(explorer, (1, 1), (3, 1), (1, 3))
    cut = explorer.session.prompts[-1].mask
    assert cut.any() and not (cut & polygon(((1, 1), (3, 1), (1, 3)), SHAPE)).any()


def test_marks_count_in_the_region_that_was_drawn_until_it_is_given_up(explorer):
    key(explorer, "l")
    key(explorer, "g")
    assert explorer.tool == "local"
    outline(explorer, *LEFT)
    assert explorer.tool == "scribble"  # as before
    assert explorer._panel.toolbar.state["is_local"] and explorer._panel.canvas._sketch
    drag(explorer, (1, 1), (3, 3))
    prompt = explorer.session.prompts[-1]
    assert isinstance(prompt, Local) and prompt.region == LEFT
    assert isinstance(prompt.mark, Scribble)
    key(explorer, "g")
    assert explorer.tool == "scribble" and not explorer._panel.toolbar.state["is_local"]
    drag(explorer, (1, 1), (3, 3))
    assert isinstance(explorer.session.prompts[-1], Scribble)


def test_a_region_is_that_of_its_frame_and_its_marks_stay_visible_there(explorer):
    say(explorer, "toolbar", "local")
    drag(explorer, *LEFT)
    click(explorer, 2, 2)
    press(explorer, "frame")
    scene = scene_of(explorer.session, 0)
    assert scene.prompts == (Local(Click(0, 1, 2, 2), scene.prompts[0].region),)
    assert len(marks_of(scene)) == 2 + 4  # a dashed border, and the click
    explorer.frame = 1
    assert explorer.settle(10) and not explorer._panel.toolbar.state["is_local"]
    explorer.frame = 0
    assert explorer.settle(10) and explorer._panel.toolbar.state["is_local"]


def test_a_mark_outside_the_region_is_refused_with_what_to_do(explorer):
    key(explorer, "g")
    outline(explorer, *LEFT)
    click(explorer, 6, 2)
    assert explorer.session.prompts == () and "take the region away (G)" in error(explorer)


def test_what_a_region_makes_of_each_mark():
    before = np.zeros(SHAPE, np.bool_)
    before[2, 6] = True
    painted = np.ones(SHAPE, np.bool_)
    drawn = confined(Drawing(0, 1, painted), LEFT, before)
    assert drawn.mask[:, :4].all() and drawn.mask[:, 4:].sum() == 1 and drawn.mask[2, 6]
    box = Box(0, 1, 2, 2, 6, 4)
    assert confined(box, LEFT, before) == Local(box, LEFT)
    with pytest.raises(PromptError, match="outside the region"):
        confined(Box(0, 1, 5, 2, 6, 4), LEFT, before)


def test_a_local_mark_is_undone_and_done_again(explorer):
    click(explorer, 3, 2)
    key(explorer, "g")
    outline(explorer, *LEFT)
    click(explorer, 2, 2)
    given = explorer.session.prompts
    key(explorer, "z")
    assert explorer.session.prompts == given[:1]
    key(explorer, "z", shift=True)
    assert explorer.session.prompts == given


def test_masks_come_from_a_file_by_button_and_by_dropping(explorer):
    labels = np.zeros(SHAPE, np.uint8)
    labels[1:3, 1:3], labels[4, 4:7] = 1, 12
    content = palette_png(labels)
    explorer._panel.toolbar._received(None, {"name": "mask", "value": "a.png"}, [content])
    assert explorer.settle(10)
    assert [p.object_id for p in explorer.session.prompts] == [1, 12]
    np.testing.assert_array_equal(explorer.session.prompts[1].mask, labels == 12)
    assert [chip["id"] for chip in chips(explorer)] == [1, 12]
    dropped = {"type": "file", "name": "b.png"}
    explorer._panel.canvas.capture._received(None, dropped, [memoryview(content)])
    assert explorer.settle(10) and len(explorer.session.prompts) == 4


def test_a_file_that_does_not_fit_is_refused_by_name(explorer):
    content = palette_png(np.ones((3, 3), np.uint8))
    explorer._panel.toolbar._received(None, {"name": "mask", "value": "a.png"}, [content])
    assert explorer.settle(10)
    assert "a.png: a mask of 3x3 pixels for frames of 8x6" in error(explorer)
    assert explorer.session.prompts == () and "Which object?" in question(explorer)


def test_commas_and_points_go_through_the_objects(explorer):
    click(explorer, 3, 2)
    for _ in range(11):
        say(explorer, "objects", "object")
        click(explorer, 1, 1)
    assert explorer.object_id == 12
    key(explorer, ".")
    assert explorer.object_id == 1
    key(explorer, ",")
    key(explorer, ",")
    assert explorer.object_id == 11


def test_two_fingers_zoom_where_they_are_and_move_the_frame(explorer):
    canvas = explorer._panel.canvas
    at = canvas.view.to_image(200, 100)
    canvas._happened(Pinch(200.0, 100.0, 2.0, 0.0, 0.0))
    assert explorer.settle(10) and canvas.view.zoom == 2
    assert canvas.view.to_image(200, 100) == pytest.approx(at)
    canvas._happened(Pinch(200.0, 100.0, 1.0, -10.0, 0.0))
    assert explorer.settle(10) and canvas.view.to_image(190, 100) == pytest.approx(at)
