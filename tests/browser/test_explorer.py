"""The Explorer in JupyterLab in a real browser: clicks on the canvas, masks that change."""

import numpy as np
from open_notebook import ROOT, Notebook
from playwright.sync_api import Locator

CANVAS = "canvas[aria-label^='video frame']"
LESSON = ROOT / "notebooks" / "01-first-clicks.ipynb"
SETUP = """
import vostoolkit as vos
from vostoolkit.data.synthetic import demo_clip
from vostoolkit_widgets import Explorer

clip = demo_clip(frames=60, size=(180, 320))
method = vos.LazyXMem(vos.XMemPropagator.nano(), vos.GrabCutRefiner())
"""
STEADY = """
from dataclasses import replace
never = replace(method, decide=vos.EntropyJump(tau_user=9, tau_pseudo=9, ask_when_lost=False))
explorer = Explorer(vos.Session(never, clip.video)); session = explorer.session; explorer
"""
ASKING = """
from dataclasses import replace
asks = replace(method, decide=vos.EntropyJump(tau_user=-9, tau_pseudo=-9, ask_when_lost=False))
explorer = Explorer(vos.Session(asks, clip.video)); session = explorer.session; explorer
"""


def fish(notebook: Notebook) -> tuple[int, int]:
    """The point of the object that lies deepest inside it, in the first frame."""
    notebook.value(
        "globals().update(deepest=__import__('cv2').distanceTransform("
        "(clip.labels(0) == 1).astype('uint8'), 2, 5))"
    )
    place = notebook.value("int(deepest.argmax())")
    row, column = divmod(place, notebook.value("session.video.size.width"))
    return column, row


def canvas_of(notebook: Notebook) -> Locator:
    notebook.page.wait_for_selector(CANVAS)
    return notebook.page.locator(CANVAS).first


def click(notebook: Notebook, x: float, y: float, **how) -> None:
    """A click at an image point."""
    canvas, (height, width) = canvas_of(notebook), notebook.value("list(session.video.size)")
    box = canvas.bounding_box()
    assert box is not None
    place = {"x": (x + 0.5) / width * box["width"], "y": (y + 0.5) / height * box["height"]}
    canvas.click(position=place, **how)


def shown_on_canvas(notebook: Notebook) -> np.ndarray:
    """What the canvas shows, at the frame's size."""
    width = notebook.value("session.video.size.width")
    canvas_of(notebook)
    picture = notebook.picture(CANVAS)
    return np.asarray(picture.resize((width, round(width * picture.height / picture.width))))


def wait_for_mask(notebook: Notebook, frame: int, *, is_there: bool = True) -> None:
    """Returns once the canvas shows a frame with, or without, its mask tinted over it."""
    image = notebook.array(f"session.image({frame})").astype(int)
    mask = notebook.array(f"scene_of(session, {frame}).labels") == 1 if is_there else None
    inside, outside = 0.0, 0.0
    for _ in range(300):
        change = np.abs(shown_on_canvas(notebook) - image).max(-1)
        if mask is None and change.mean() < 8:
            return
        if mask is not None:
            inside, outside = change[mask].mean(), change[~mask].mean()
            if inside > 25 and outside < 15:
                return
        notebook.page.wait_for_timeout(200)
    raise AssertionError(f"frame {frame}: changed by {inside} on the mask, {outside} beside it")


def press(notebook: Notebook, name: str) -> None:
    button = notebook.button(name)
    button.wait_for(state="visible")
    button.click()


def test_the_first_lesson_by_hand(open_notebook):
    notebook = open_notebook(file=LESSON)
    for index in (1, 2, 4):
        notebook.run(index)
    notebook.let_see()
    wait_for_mask(notebook, 0, is_there=False)
    x, y = fish(notebook)
    click(notebook, x, y)
    notebook.until("type(session.last).__name__ == 'Refinement'")
    wait_for_mask(notebook, 0)
    press(notebook, "frame")
    notebook.until("0 in session.trace.frames")
    assert notebook.value(f"int(session.labels(0)[{y}, {x}])") == 1
    press(notebook, "frame")
    notebook.until("session.request is not None or 1 in session.trace.frames")
    if notebook.value("session.request is not None"):
        press(notebook, "skip")
    notebook.until("1 in session.trace.frames")
    wait_for_mask(notebook, 1)
    press(notebook, "stage")
    notebook.until("type(session.last).__name__ == 'Propagation' and session.frame == 2")
    wait_for_mask(notebook, 2)
    notebook.keep_picture("lesson")
    assert not notebook.errors


def test_it_asks_while_it_runs_and_goes_on_with_each_answer(open_notebook):
    notebook = open_notebook(SETUP, ASKING)
    notebook.run(0)
    notebook.run(1)
    notebook.let_see()
    x, y = fish(notebook)
    wait_for_mask(notebook, 0, is_there=False)
    press(notebook, "run")
    notebook.until("session.request is not None and session.request.kind == 'object'")
    click(notebook, x, y)
    notebook.until("session.request is not None and session.request.frame == 1")
    question = notebook.page.locator(".vos-question.vos-asks")
    question.wait_for()
    assert "Object 1 at frame 1" in question.inner_text()
    assert "τ_u" in question.inner_text()
    notebook.keep_picture("asking")
    click(notebook, x, y, button="right")
    notebook.until("session.request is not None and session.request.frame == 2")
    assert notebook.value("[p.positive for p in session.prompts]") == [True, False]
    assert notebook.page.locator(".lm-Menu").count() == 0
    click(notebook, x, y, modifiers=["Alt"])
    notebook.until("session.request is not None and session.request.frame == 3")
    assert notebook.value("session.prompts[-1].positive") is False
    press(notebook, "skip")
    notebook.until("session.request is not None and session.request.frame == 4")
    press(notebook, "it is gone")
    notebook.until("session.request is not None and session.request.frame == 5")
    assert notebook.value("int((session.labels(4) == 1).sum())") == 0
    assert not notebook.errors


def test_it_stops_looks_back_and_leaves_the_keyboard_alone(open_notebook):
    notebook = open_notebook(SETUP, STEADY)
    notebook.run(0)
    notebook.run(1)
    notebook.let_see()
    page, (x, y) = notebook.page, fish(notebook)
    wait_for_mask(notebook, 0, is_there=False)
    click(notebook, x, y)
    notebook.until("session.frame == 0")
    press(notebook, "run")
    notebook.until("session.frame >= 3")
    assert notebook.value("1 + 1") == 2  # the kernel is free while it runs
    press(notebook, "stop")
    stopped = notebook.until("explorer.settle(10) and session.frame")
    page.wait_for_timeout(500)
    assert notebook.value("session.frame") == stopped < 59

    canvas_of(notebook).focus()
    page.keyboard.press("ArrowLeft")
    notebook.until(f"explorer.frame == {stopped - 1}")
    page.keyboard.press("d")  # twice in a notebook's command mode deletes the cell
    page.keyboard.press("d")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") != "CANVAS"
    assert page.locator(".jp-CodeCell").count() == 2

    timeline = page.locator("canvas[aria-label^='timeline']").first
    box = timeline.bounding_box()
    timeline.click(position={"x": box["width"] * 0.075, "y": 20})
    notebook.until("explorer.frame <= 2")
    wait_for_mask(notebook, notebook.value("explorer.frame"))
    for handle in page.locator(".vos-looks input[type=range]").all():
        handle.press("Home")
    page.locator(".vos-looks input[type=checkbox]").click()
    notebook.until("explorer._panel.canvas.mask_opacity == 0")
    wait_for_mask(notebook, notebook.value("explorer.frame"), is_there=False)
    assert not notebook.errors
