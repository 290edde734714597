"""Frames that go by: the film, scrubbing, and a click that is seen while the kernel is busy."""

import pytest
from open_notebook import Notebook

CANVAS = "canvas[aria-label^='video frame']"
CELLS = (
    """
import time
import vostoolkit as vos
from vostoolkit.data.synthetic import demo_clip
from vostoolkit_widgets import Explorer
clip = demo_clip(frames=40, size=(180, 320))
never = vos.EntropyJump(tau_user=9, tau_pseudo=9, ask_when_lost=False)
method = vos.LazyXMem(vos.XMemPropagator.nano(), vos.GrabCutRefiner(), decide=never)
session = vos.Session(method, clip.video)
session.answer(vos.Drawing(0, 1, clip.labels(0) == 1))
""",
    "explorer = Explorer(session); explorer",
)
INK = """() => {
    const sheet = document.querySelector("canvas[aria-hidden='true']");
    const { data } = sheet.getContext("2d").getImageData(0, 0, sheet.width, sheet.height);
    return data.filter((value, index) => index % 4 === 3 && value > 0).length;
}"""
SEEN = "selector => document.querySelector(selector).toDataURL()"
CONTROLS = """() => {
    window.controls = [...document.querySelectorAll('.vos-explorer *')].filter(
        one => one.tabIndex >= 0 && one.offsetParent);
    return window.controls.length;
}"""
FOCUS = """index => {
    const one = window.controls[index];
    one.focus();
    return document.activeElement === one ? `${one.tagName} ${one.type ?? ''}` : null;
}"""
IS_ON_A_CELL = """() => {
    const { activeElement: one } = document;
    return one.closest('.jp-Notebook') !== null && !one.closest('.vos-explorer');
}"""
COUNT = """selector => {
    window.pictures = new Set();
    const canvas = document.querySelector(selector);
    const look = () => { window.pictures.add(canvas.toDataURL()); requestAnimationFrame(look); };
    look();
}"""


@pytest.fixture(scope="module")
def notebook(shared_notebook: Notebook):
    """The notebook, run to the end."""
    shared_notebook.button("run").click()
    shared_notebook.until("session.finished and explorer.settle()", 120)
    shared_notebook.page.evaluate(COUNT, CANVAS)
    return shared_notebook


def test_the_film_goes_by_with_masks_and_map(notebook):
    notebook.execute("explorer.frame = 0; explorer.settle()")
    notebook.page.evaluate("window.pictures.clear()")
    notebook.button("watch").click()
    notebook.until("explorer.frame > 10")
    notebook.keep_picture("watching")
    notebook.until("explorer.frame == 39 and not explorer._watch.is_on and explorer.settle()")
    assert notebook.page.evaluate("window.pictures.size") > 10
    notebook.page.locator(CANVAS).first.focus()
    notebook.page.keyboard.press("p")
    notebook.until("0 < explorer.frame < 30 and explorer._watch.is_on")
    notebook.page.keyboard.press(" ")
    notebook.until("not explorer._watch.is_on and explorer.settle()")
    notebook.page.wait_for_timeout(1000)
    stopped = notebook.page.evaluate(SEEN, CANVAS)
    notebook.execute("explorer._panel.canvas.redraw(); explorer.settle()")
    notebook.page.wait_for_timeout(1000)
    assert notebook.page.evaluate(SEEN, CANVAS) == stopped  # no picture of the film came after
    assert notebook.value("session.finished") and not notebook.errors


def test_the_picture_follows_the_pointer_on_the_timeline(notebook):
    timeline = notebook.page.locator("canvas[aria-label^='timeline']").first
    timeline.scroll_into_view_if_needed()
    box, mouse = timeline.bounding_box(), notebook.page.mouse
    mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 30)
    mouse.down()
    notebook.page.evaluate("window.pictures.clear()")
    for step in range(40):
        mouse.move(box["x"] + (0.2 + 0.015 * step) * box["width"], box["y"] + 30)
        notebook.page.wait_for_timeout(30)
    mouse.up()
    assert notebook.page.evaluate("window.pictures.size") > 8
    assert notebook.until("explorer.settle() and explorer.frame") > 25


def test_a_click_is_seen_at_once_however_busy_the_kernel_is(notebook):
    canvas = notebook.page.locator(CANVAS).first
    canvas.scroll_into_view_if_needed()
    notebook.execute("explorer._desk.post(lambda: time.sleep(3)); given = len(session.prompts)")
    canvas.click(position={"x": 200, "y": 100})
    notebook.page.wait_for_function(f"() => ({INK})() > 150", timeout=1500)
    assert notebook.value("len(session.prompts) == given")
    notebook.until("len(session.prompts) > given and explorer.settle()")
    notebook.page.wait_for_function(f"() => ({INK})() === 0")  # the kernel's own mark is there
    assert not notebook.errors


def test_letters_after_a_press_of_a_button_are_the_explorers_and_cut_no_cell(notebook):
    page = notebook.page
    notebook.button("undo").click()
    for key in ("d", "d", "x"):
        page.keyboard.press(key)
    notebook.until("not explorer._gaze.is_positive")
    page.locator(".vos-side").first.click(position={"x": 5, "y": 2})  # beside all controls
    page.keyboard.press("x")
    notebook.until("explorer._gaze.is_positive")
    assert page.locator(".jp-CodeCell").count() == len(CELLS)


def test_no_key_typed_on_any_control_cuts_a_cell_or_leaves_the_explorer(notebook):
    page, tried = notebook.page, set()
    for index in range(page.evaluate(CONTROLS)):
        for key in ("a", "x", "ArrowDown"):  # above, cut, next: what a notebook makes of them
            if (name := page.evaluate(FOCUS, index)) is None:
                continue
            tried.add(name)
            page.keyboard.press(key)
            assert not page.evaluate(IS_ON_A_CELL), (name, key)
            assert page.locator(".jp-CodeCell").count() == len(CELLS), (name, key)
    assert {"CANVAS ", "BUTTON button", "SELECT select-one"} <= tried
    assert {f"INPUT {kind}" for kind in ("range", "checkbox", "color")} <= tried
