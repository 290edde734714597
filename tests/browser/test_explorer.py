"""The Explorer in JupyterLab in a real browser: clicks on the canvas, masks that change."""

import pytest
from open_notebook import ROOT, Notebook
from playwright.sync_api import Locator

CANVAS = "canvas[aria-label^='video frame']"
LESSON = ROOT / "notebooks" / "01-first-clicks.ipynb"
FISH = (125, 168)
"""A point on the orange fish in the first frame of the demonstration clip, in image pixels."""

SETUP = """
import vostoolkit as vos
from vostoolkit.data.synthetic import demo_clip
from vostoolkit_widgets import Explorer

clip = demo_clip(frames=60, size=(180, 320))
method = vos.LazyXMem(vos.XMemPropagator.nano(), vos.GrabCutRefiner())
"""
STEADY = (
    "explorer = Explorer(vos.Session(method, clip.video)); session = explorer.session; explorer"
)
ASKING = """
from dataclasses import replace
asks = replace(method, decide=vos.EntropyJump(tau_user=-9, tau_pseudo=-9))
explorer = Explorer(vos.Session(asks, clip.video)); session = explorer.session; explorer
"""


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


def colour(notebook: Notebook, x: float, y: float) -> list[int]:
    """The canvas's colour at an image point."""
    canvas, (height, width) = canvas_of(notebook), notebook.value("list(session.video.size)")
    across, down = (int(canvas.get_attribute(name) or 0) for name in ("width", "height"))
    return notebook.pixel(CANVAS, (x + 0.5) / width * across, (y + 0.5) / height * down)


def wait_for_colour(notebook: Notebook, x: float, y: float, *, other_than: list[int]) -> None:
    for _ in range(100):
        if colour(notebook, x, y) != other_than:
            return
        notebook.page.wait_for_timeout(100)
    raise AssertionError(f"the canvas at ({x}, {y}) stayed {other_than}")


def press(notebook: Notebook, name: str) -> None:
    button = notebook.button(name)
    button.wait_for(state="visible")
    button.click()


def test_the_first_lesson_by_hand(open_notebook):
    if not LESSON.exists():
        pytest.skip(f"no notebook {LESSON.name}")
    notebook = open_notebook(file=LESSON)
    for index in (1, 2, 4):
        notebook.run(index)
    canvas_of(notebook)
    beside = (FISH[0] + 22, FISH[1])  # the fish, clear of the click's own mark
    before = wait_for_frame(notebook, beside)
    click(notebook, *FISH)
    notebook.until("len(session.prompts) == 1 and len(session.at(0).refinements) == 1")
    wait_for_colour(notebook, *beside, other_than=before)
    press(notebook, "frame")
    notebook.until("0 in session.trace.frames")
    assert notebook.value(f"int(session.labels(0)[{FISH[1]}, {FISH[0]}])") == 1
    shown = colour(notebook, *beside)
    press(notebook, "frame")
    notebook.until("1 in session.trace.frames")
    assert notebook.value("int((session.labels(1) == 1).sum())") > 100
    wait_for_colour(notebook, *beside, other_than=shown)
    press(notebook, "stage")
    notebook.until("type(session.last).__name__ == 'Propagation' and session.frame == 2")
    assert not notebook.errors


def wait_for_frame(notebook: Notebook, point: tuple[float, float]) -> list[int]:
    """The colour at an image point, once a frame is drawn there."""
    wait_for_colour(notebook, *point, other_than=[0, 0, 0, 0])
    return colour(notebook, *point)


def test_it_asks_while_it_runs_and_goes_on_with_each_answer(open_notebook):
    notebook = open_notebook(SETUP, ASKING)
    notebook.run(0)
    notebook.run(1)
    x, y = 62, 84
    wait_for_frame(notebook, (x, y))
    press(notebook, "run")
    notebook.until("session.request is not None and session.request.kind == 'object'")
    click(notebook, x, y)
    notebook.until("session.request is not None and session.request.frame == 1")
    question = notebook.page.locator(".vos-question.vos-asks")
    question.wait_for()
    assert "Object 1 at frame 1" in question.inner_text()
    assert "τ_u" in question.inner_text()
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
    page, (x, y) = notebook.page, (62, 84)
    wait_for_frame(notebook, (x, y))
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
    shown = colour(notebook, x, y + 12)
    page.locator(".vos-looks .noUi-handle").first.press("Home")
    notebook.until("explorer._panel.canvas.mask_opacity == 0")
    wait_for_colour(notebook, x, y + 12, other_than=shown)
    assert not notebook.errors
