"""Each tool of the Explorer in a real browser: what is drawn, seen and given."""

import numpy as np
import pytest
from canvas_hands import CANVAS, INK, canvas_of, pick, pixel, place, press
from open_notebook import Notebook

CELLS = (
    """
import vostoolkit as vos
from vostoolkit.data.synthetic import demo_clip
from vostoolkit_widgets import Explorer
clip = demo_clip(frames=12, size=(180, 320))
never = vos.EntropyJump(tau_user=9, tau_pseudo=9, ask_when_lost=False)
method = vos.LazyXMem(vos.XMemPropagator.nano(), vos.GrabCutRefiner(), decide=never)
""",
    "session = vos.Session(method, clip.video); explorer = Explorer(session); explorer",
)
BEGIN = """
while session.prompts: session.undo()
session.answer(vos.Drawing(0, 1, clip.labels(0) == 1)); session.run(until=0)
explorer.frame, explorer.object_id, explorer.tool = 0, 1, "click"
explorer._panel.canvas.zoom(0)
explorer.settle()
"""
COUNT_BYTES = """
sent, channel = [], explorer._panel.canvas._surface.layers._channel
def counted(commands, buffers=(), plain=channel._send_custom):
    sent.append(sum(map(len, buffers))); plain(commands, buffers)
channel._send_custom = counted
"""


@pytest.fixture
def notebook(shared_notebook: Notebook):
    """The notebook, its session begun anew with a mask on the frame."""
    shared_notebook.execute(BEGIN)
    shared_notebook.page.wait_for_selector(CANVAS)
    yield shared_notebook
    assert not shared_notebook.errors


def let_go(notebook: Notebook, count: int, button="left") -> None:
    """Lets go, and returns when the session has got so many prompts and the ink is dry."""
    notebook.page.mouse.up(button=button)
    notebook.until(f"len(session.prompts) == {count} and explorer.settle()")
    notebook.page.wait_for_function(f"() => ({INK})() < 400")  # at most the brush's ring is left


def test_a_scribble_is_seen_while_it_is_drawn_and_ends_outside(notebook):
    pick(notebook, "scribble")
    press(notebook, (40, 30), (120, 40), (200, 30))
    notebook.page.wait_for_function(f"() => ({INK})() > 1000")
    notebook.keep_picture("scribble")
    box = canvas_of(notebook).bounding_box()
    notebook.page.mouse.move(box["x"] - 30, box["y"] + 20, steps=3)
    let_go(notebook, 2)
    assert notebook.value("type(session.prompts[-1]).__name__") == "Scribble"
    points = np.array(notebook.value("session.prompts[-1].points"))
    assert np.abs(points[0] - (40, 30)).max() < 1.5 and points[-1][0] == 0
    assert np.abs(points - (120, 40)).max(1).min() < 2
    own = np.array(notebook.value("vos.colours.colour_of(1)"))
    notebook.page.wait_for_timeout(300)
    assert np.abs(pixel(notebook, 120, 40) - own).max() < 30  # the mark stays
    press(notebook, (40, 150), (120, 150), button="right")
    let_go(notebook, 3, button="right")
    assert notebook.value("session.prompts[-1].positive") is False


def test_a_box_is_drawn_around_the_object(notebook):
    notebook.page.keyboard.press("Escape")
    canvas_of(notebook).focus()
    notebook.page.keyboard.press("r")
    notebook.until("explorer.tool == 'box'")
    press(notebook, (260, 150), (60, 40))
    notebook.page.wait_for_function(f"() => ({INK})() > 1000")
    notebook.keep_picture("box")
    let_go(notebook, 2)
    box = notebook.value(
        "[getattr(session.prompts[-1], s) for s in ('left','top','right','bottom')]"
    )
    assert np.abs(np.array(box) - (60, 40, 260, 150)).max() < 1.5


def test_the_brush_paints_and_the_eraser_takes_away(notebook):
    pick(notebook, "brush")
    slider = notebook.page.get_by_label("Width of the tool in pixels")
    slider.focus()
    slider.press("End")
    notebook.until("explorer._gaze.width == 200")
    canvas_of(notebook).focus()
    for _ in range(10):
        notebook.page.keyboard.press("[")
    width = 22
    notebook.until(f"explorer._gaze.width == {width}")
    before = pixel(notebook, 50, 20)
    press(notebook, (30, 20), (90, 20))
    notebook.keep_picture("brush")
    let_go(notebook, 2)
    assert notebook.value("type(session.prompts[-1]).__name__") == "Drawing"
    mask = notebook.array("session.prompts[-1].mask.astype('uint8')").astype(bool)
    assert mask[20, 30:91].all() and abs(mask[:45, 60].sum() - width) <= 2
    own = np.array(notebook.value("vos.colours.colour_of(1)"))
    after = pixel(notebook, 50, 20)
    assert np.abs(after - own).sum() < np.abs(before - own).sum() - 30
    assert notebook.value("int(scene_of(session, 0).labels[20, 60])") == 1
    pick(notebook, "eraser")
    press(notebook, (30, 20), (90, 20))
    let_go(notebook, 3)
    notebook.keep_picture("eraser")
    assert not notebook.array("session.prompts[-1].mask.astype('uint8')")[20, 30:91].any()
    notebook.page.wait_for_timeout(300)
    assert np.abs(pixel(notebook, 50, 20) - before).max() < 40


def test_one_undo_takes_back_a_stroke_and_redo_gives_it_again(notebook):
    page = notebook.page
    notebook.button("redo").wait_for()
    pick(notebook, "brush")
    press(notebook, (30, 20), (90, 20))
    let_go(notebook, 2)
    canvas_of(notebook).focus()
    page.keyboard.press("Control+z")
    notebook.until("len(session.prompts) == 1 and explorer.settle()")
    assert notebook.value("int(session.labels(0)[20, 60])") == 0
    page.keyboard.press("Shift+Z")
    notebook.until("len(session.prompts) == 2 and explorer.settle()")
    assert notebook.value("int(scene_of(session, 0).labels[20, 60])") == 1
    page.keyboard.press("z")
    notebook.until("len(session.prompts) == 1 and explorer.settle()")
    assert notebook.button("undo").is_enabled() and notebook.button("redo").is_enabled()


def test_the_wheel_zooms_at_the_cursor_and_the_space_bar_drags(notebook):
    page, view = notebook.page, "explorer._panel.canvas.view"
    at = place(notebook, 80, 60)
    page.mouse.move(at[0] - 5, at[1])
    page.mouse.move(*at)
    page.mouse.wheel(0, -600)
    notebook.until(f"{view}.zoom > 2")
    spot = notebook.value(f"[*{view}.to_canvas(80, 60)]")
    box = canvas_of(notebook).bounding_box()
    assert np.abs(np.array(spot) - (at[0] - box["x"], at[1] - box["y"])).max() < 4
    left = notebook.value(f"{view}.left")
    canvas_of(notebook).focus()
    frames = notebook.value("session.history.done")
    page.keyboard.down(" ")
    press(notebook, (200, 90), (170, 90))
    page.mouse.up()
    page.keyboard.up(" ")
    zoom = notebook.value(f"{view}.zoom")
    notebook.until(f"abs({view}.left - {left} - 30 / {zoom}) < 1")
    notebook.keep_picture("zoom")
    page.mouse.down(button="middle")
    page.mouse.move(*place(notebook, 200, 90), steps=3)
    page.mouse.up(button="middle")
    notebook.until(f"abs({view}.left - {left}) < 1")
    assert notebook.value("explorer.settle() and session.history.done") == frames  # nothing ran
    page.keyboard.press("0")
    notebook.until(f"{view}.zoom == 1")
    assert notebook.value("len(session.prompts)") == 1


def test_a_page_that_scrolls_by_is_not_held_up(notebook):
    box = canvas_of(notebook).bounding_box()
    page = notebook.page
    page.mouse.move(box["x"] - 40, box["y"] + 50)  # beside the canvas
    page.evaluate(
        "([x, y]) => document.elementFromPoint(x, y).dispatchEvent(new WheelEvent('wheel', "
        "{deltaY: -200, clientX: x, clientY: y, bubbles: true, cancelable: true}))",
        [box["x"] + 50, box["y"] + 50],
    )
    assert notebook.value("explorer.settle() and explorer._panel.canvas.view.zoom") == 1


def test_on_a_fine_screen_the_canvas_has_as_many_pixels_as_the_screen(notebook):
    tools = notebook.page.context.new_cdp_session(notebook.page)
    metrics = {"width": 1360, "height": 1250, "deviceScaleFactor": 2, "mobile": False}
    tools.send("Emulation.setDeviceMetricsOverride", metrics)
    try:
        notebook.page.wait_for_function(f'() => document.querySelector("{CANVAS}").width === 1360')
        assert canvas_of(notebook).bounding_box()["width"] == 680
        pick(notebook, "box")
        press(notebook, (60, 40), (260, 150))
        notebook.keep_picture("fine")
        let_go(notebook, 2)
        assert abs(notebook.value("session.prompts[-1].right") - 260) < 1
    finally:
        tools.send("Emulation.clearDeviceMetricsOverride")
    notebook.page.wait_for_function(f'() => document.querySelector("{CANVAS}").width === 680')


def test_objects_are_added_renamed_hidden_and_deleted(notebook):
    page = notebook.page
    page.get_by_role("button", name="+ object").click()
    notebook.until("explorer.object_id == 2")
    pick(notebook, "brush")
    press(notebook, (220, 20), (280, 20))
    let_go(notebook, 2)
    page.locator(".vos-chip.vos-chosen button").first.dblclick()
    page.keyboard.type("dd light")  # in a notebook's command mode d d deletes the cell
    page.keyboard.press("Enter")
    notebook.until("session.appearance.names.get(2) == 'dd light'")
    assert page.locator(".jp-CodeCell").count() == len(CELLS)
    page.locator(".vos-chip", has_text="dd light").wait_for()
    notebook.keep_picture("objects")
    before = pixel(notebook, 250, 20)
    page.get_by_role("button", name="Hide dd light").click()
    notebook.until("explorer.settle() and explorer._gaze.hidden == {2}")
    page.get_by_role("button", name="Show dd light").wait_for()
    assert np.abs(pixel(notebook, 250, 20) - before).max() > 20
    page.get_by_role("button", name="Delete object 2: takes back its prompt").click()
    notebook.until("{p.object_id for p in session.prompts} == {1} and explorer.settle()")
    page.locator(".vos-chip", has_text="dd light").wait_for(state="detached")
    notebook.button("undo").click()
    notebook.until("len(session.prompts) == 2")
    page.locator(".vos-chip", has_text="dd light").wait_for()


def test_looks_are_set_without_sending_pictures_again(notebook):
    page = notebook.page
    notebook.execute(COUNT_BYTES)
    mask = notebook.array("session.masks.labels()")
    row, column = np.argwhere(mask == 1)[len(np.argwhere(mask == 1)) // 2].tolist()
    before = pixel(notebook, column, row)
    page.get_by_label("How opaque the masks are").press("End")
    notebook.until("explorer._panel.canvas.mask_opacity == 1 and explorer.settle() and sent")
    page.wait_for_timeout(300)
    after = pixel(notebook, column, row)
    own = np.array(notebook.value("vos.colours.colour_of(1)"))
    assert np.abs(after - own).max() < 12 < np.abs(before - own).max()
    assert notebook.value("max(sent)") < 2_000  # outlines, but no picture
    page.get_by_label("Which map is shown").select_option("none")
    notebook.until("explorer._gaze.map == 'none'")
    page.get_by_label("outlines").uncheck()
    notebook.until("not explorer._panel.canvas.is_outlined")
    notebook.keep_picture("looks")


def test_it_is_dark_where_jupyterlab_is_dark(notebook):
    page = notebook.page
    change = "name => jupyterapp.commands.execute('apputils:change-theme', {theme: name})"
    page.evaluate(f"({change})('JupyterLab Dark').then(() => null)")
    page.wait_for_function("() => document.body.dataset.jpThemeLight === 'false'")
    try:
        notebook.until("explorer._panel.timeline._is_dark")
        pick(notebook, "brush")
        page.keyboard.press("Tab")
        page.get_by_role("button", name="Keys").click()
        page.locator(".vos-keys").wait_for()
        press(notebook, (30, 20), (90, 20))
        notebook.keep_picture("dark")
        let_go(notebook, 2)
        colour = "getComputedStyle(document.querySelector('.vos-bar button')).color"
        bright = page.evaluate(f"() => {colour}.match(/[0-9.]+/g).slice(0, 3).map(Number)")
        assert min(bright) > 150
    finally:
        page.evaluate(f"({change})('JupyterLab Light').then(() => null)")
        page.get_by_role("button", name="Keys").click()
