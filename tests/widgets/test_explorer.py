"""The Explorer without a browser: presses and clicks in, prompts, pictures and words out."""

import base64
import io
import threading
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from PIL import Image as PillowImage
from toys import NumberedStream, NumberedVideo, ToyMethod
from vostoolkit_widgets import Explorer
from vostoolkit_widgets.scene import scene_of

from vostoolkit.prompts import Box, Click, Drawing, Scribble, Skip
from vostoolkit.results import Propagation, Uncertainty
from vostoolkit.session import Session


@dataclass(frozen=True)
class Unsure(ToyMethod):
    """The toy, with an uncertainty of its own measure at each frame."""

    def run(self, video, start, /):
        run, reply = super().run(video, start), None
        while True:
            try:
                event = run.send(reply)
            except StopIteration:
                return
            if isinstance(event, Propagation):
                yield Uncertainty(
                    frame=event.frame,
                    masks=event.masks,
                    entropy=torch.full(tuple(event.masks.size), 0.7),
                    regions={},
                    score={1: 0.5},
                    jump={1: None},
                    measure="margin",
                )
            reply = yield event


@pytest.fixture
def explorer():
    made = Explorer(Session(ToyMethod(), NumberedVideo(10)))
    yield made
    made.close()


def press(explorer: Explorer, name: str) -> None:
    panel = explorer._panel
    (panel.actions.buttons | panel.question.buttons)[name].click()
    assert explorer.settle(10)


def click(explorer: Explorer, x: float, y: float, **more) -> None:
    """A press and release of a button at an image point, as the browser reports it."""
    canvas = explorer._panel.canvas
    across, down = canvas.view.to_canvas(x, y)
    for kind in ("down", "up"):
        message = {"type": "pointer", "kind": kind, "x": across, "y": down, **more}
        canvas.capture._received(None, message, [])
    assert explorer.settle(10)


def drag(explorer: Explorer, *places: tuple[float, float], end: str = "up", **more) -> None:
    """A press that is led through image points."""
    canvas = explorer._panel.canvas
    for index, place in enumerate((*places, places[-1])):
        x, y = canvas.view.to_canvas(*place)
        kind = "down" if index == 0 else end if index == len(places) else "move"
        message = {"type": "pointer", "kind": kind, "x": x, "y": y, "path": [], **more}
        canvas.capture._received(None, message, [])
    assert explorer.settle(10)


def key(explorer: Explorer, name: str, **more) -> None:
    explorer._panel.canvas.capture._received(None, {"type": "key", "key": name, **more}, [])
    assert explorer.settle(10)


def chips(explorer: Explorer) -> list[dict]:
    return explorer._panel.objects.state["objects"]


def say(explorer: Explorer, bar: str, name: str, value=None) -> None:
    """What a row of controls sends when it is used."""
    getattr(explorer._panel, bar)._received(None, {"name": name, "value": value}, [])
    assert explorer.settle(10)


def question(explorer: Explorer) -> str:
    return explorer._panel.question._text.value


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
    assert chips(explorer)[0]["name"] == "the man" and explorer.names == {1: "the man"}
    press(explorer, "run")
    assert "Object &quot;the man&quot; at frame 4" in question(explorer)
    assert explorer._panel.timeline._curves[0].name == "the man"
    explorer.rename(1, "")
    assert explorer.settle(10) and "Object 1 at frame 4" in question(explorer)


def test_a_hidden_object_is_not_drawn_but_still_there(explorer):
    click(explorer, 3, 2)
    press(explorer, "frame")
    canvas = explorer._panel.canvas
    with_it, there = canvas._pictures[1], explorer.session.labels(0)
    say(explorer, "objects", "hide", 1)
    assert chips(explorer)[0]["hidden"] and canvas._pictures[1] != with_it and not canvas._marks
    assert (explorer.session.labels(0) == there).all()
    click(explorer, 3, 2)  # who works on it sees it
    assert not chips(explorer)[0]["hidden"] and canvas._marks


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
    assert looks.state["maps"] == ["margin", "none"] and looks.state["chosen"] == "margin"
    assert canvas._pictures[2] is not None
    say(explorer, "looks", "chosen", "none")
    assert canvas._pictures[2] is None and looks.state["chosen"] == "none"
    say(explorer, "looks", "masks", 0.8)
    say(explorer, "looks", "map", 0.1)
    say(explorer, "looks", "outlines", False)
    assert (canvas.mask_opacity, canvas.map_opacity, canvas.is_outlined) == (0.8, 0.1, False)
    explorer.close()


def test_a_click_is_a_prompt_on_the_object_and_shows_what_it_does(explorer):
    click(explorer, 3, 2)
    assert explorer.session.prompts == (Click(frame=0, object_id=1, x=3, y=2),)
    assert type(explorer.session.last).__name__ == "Refinement"


@pytest.mark.parametrize("more", [{"button": 2}, {"alt": True}])
def test_right_button_or_alt_is_a_negative_click(explorer, more):
    click(explorer, 3, 2)
    click(explorer, 5, 1, **more)
    assert explorer.session.prompts[-1] == Click(0, 1, 5, 1, positive=False)


def test_frame_stage_run_and_answer(explorer):
    click(explorer, 3, 2)
    press(explorer, "frame")
    press(explorer, "frame")
    assert explorer.frame == 1
    press(explorer, "run")
    assert explorer.session.request.frame == 4 and explorer.frame == 4
    assert "Object 1 at frame 4" in question(explorer)
    assert explorer._panel.question.buttons["skip"].layout.display is None
    click(explorer, 2, 2)
    assert explorer.session.request.frame == 8
    press(explorer, "skip")
    assert explorer.session.finished and Skip(8, 1) in explorer.session.prompts
    assert "last frame is done" in question(explorer)


def test_a_question_is_answered_by_absence_too(explorer):
    click(explorer, 3, 2)
    press(explorer, "run")
    press(explorer, "it is gone")
    assert type(explorer.session.prompts[1]).__name__ == "Absent"


def test_clicking_on_an_earlier_frame_corrects_it_there(explorer):
    click(explorer, 3, 2)
    press(explorer, "run")
    explorer.frame = 2
    assert explorer.settle(10)
    click(explorer, 6, 3)
    assert explorer.session.prompts[-1].frame == 2
    assert explorer.session.frame == 2 and explorer.session.request is None


def test_keys_do_what_the_buttons_do(explorer):
    click(explorer, 3, 2)
    key(explorer, "f")
    key(explorer, "f")
    assert explorer.session.frame == 1
    key(explorer, "ArrowLeft")
    assert explorer.frame == 0
    key(explorer, " ")
    assert explorer.frame == 4 and explorer.session.request is not None
    explorer.frame = 0
    key(explorer, "ArrowRight", shift=True)
    assert explorer.frame == 4
    key(explorer, "n")
    assert explorer.object_id == 2
    key(explorer, "1")
    assert explorer.object_id == 1
    key(explorer, "x")
    click(explorer, 1, 1)
    assert not explorer.session.prompts[-1].positive


def test_a_bad_answer_is_told_and_nothing_is_lost(explorer):
    click(explorer, 3, 2)
    press(explorer, "frame")
    explorer._driver.answer(Click(frame=0, object_id=1, x=500, y=0))
    assert explorer.settle(10)
    assert "outside the frame" in explorer._panel.question._error.value
    press(explorer, "frame")
    assert explorer._panel.question._error.value == "" and explorer.session.frame == 1


def test_python_and_widget_show_the_same(explorer):
    explorer.frame, explorer.object_id = 5, 3
    assert explorer.settle(10)
    assert "frame 5 / 9" in explorer._panel.actions._place.value
    assert [chip["id"] for chip in chips(explorer)] == [3]
    assert explorer._panel.timeline.cursor == 5
    with pytest.raises(ValueError, match="frame 10: give a frame from 0 to 9"):
        explorer.frame = 10
    with pytest.raises(ValueError, match="object id 0"):
        explorer.object_id = 0


def test_a_snapshot_shows_frame_masks_timeline_and_question(explorer):
    click(explorer, 3, 2)
    press(explorer, "frame")
    picture = np.asarray(explorer.snapshot())
    canvas = explorer._panel.canvas.view.canvas
    assert picture.shape[0] > canvas.height + 60 and picture.shape[1] >= canvas.width
    row, column = np.argwhere(explorer.session.labels(0) > 0)[-1].tolist()
    x, y = explorer._panel.canvas.view.to_canvas(column, row)
    colour = picture[int(y), int(x)].astype(int)
    assert colour[2] - colour[0] > 40  # object 1 is blue, the frame is black


def test_the_bundle_holds_the_widget_and_a_picture_and_stable_text(explorer):
    bundle = explorer._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/plain"] == "Explorer(ToyMethod, 10 frames of 8x6)"
    PillowImage.open(io.BytesIO(base64.b64decode(bundle["image/png"]))).verify()


def test_a_live_stream_is_explored_as_it_comes():
    live = Explorer(Session(ToyMethod(), NumberedStream(6)))
    assert live.settle(10) and live.session.frame == 0  # there is something to click on
    click(live, 3, 2)
    press(live, "run")
    assert live.session.frame == 4 and live._panel.timeline.length == 5
    press(live, "skip")
    assert live.session.finished and live.snapshot().width >= 640
    live.close()


def test_only_the_parts_asked_for_are_shown():
    small = Explorer(Session(ToyMethod(), NumberedVideo(10)), show=("canvas", "timeline"))
    assert len(small._panel.widget.children) == 3  # style, canvas, timeline
    small.close()
    with pytest.raises(ValueError, match="no part 'maps'"):
        Explorer(Session(ToyMethod(), NumberedVideo(10)), show=("maps",))


def test_a_second_explorer_stops_the_run_of_the_first(explorer):
    explorer._driver.goal = "run"
    second = Explorer(explorer.session)
    assert explorer._driver.goal is None
    second.close()


def test_closing_leaves_no_thread_and_no_widget_behind():
    made = Explorer(Session(ToyMethod(), NumberedVideo(10)))
    click(made, 3, 2)
    canvas = made._panel.canvas.widget
    made.close()
    assert canvas.comm is None
    little = Explorer(Session(ToyMethod(), NumberedVideo(10)), show=("canvas",))
    rows = (little._panel.toolbar, little._panel.objects, little._panel.looks)
    little.close()
    assert all(row.comm is None for row in rows)
    threads = [t for t in threading.enumerate() if t.name.startswith("vostoolkit")]
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()
