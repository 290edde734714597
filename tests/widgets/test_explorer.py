"""The Explorer without a browser: presses and clicks in, prompts, pictures and words out."""

import base64
import io
import threading

import numpy as np
import pytest
from PIL import Image as PillowImage
from toys import NumberedStream, NumberedVideo, ToyMethod
from vostoolkit_widgets import Explorer
from widgets.explorer_hands import chips, click, key, press, question

from vostoolkit.prompts import Click, Skip
from vostoolkit.session import Session


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
