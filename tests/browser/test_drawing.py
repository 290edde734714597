"""Outlines, regions, keys, files, fingers and fine pixels in a real browser, by one person."""

import numpy as np
import pytest
from canvas_hands import CANVAS, INK, canvas_of, pick, pixel, place, press
from open_notebook import Notebook

from vostoolkit.data.export import palette_png

CELLS = (
    """
import vostoolkit as vos
from vostoolkit.data.synthetic import demo_clip
from vostoolkit_widgets import Explorer
clip = demo_clip(frames=12, size=(180, 320))
never = vos.EntropyJump(tau_user=9, tau_pseudo=9, ask_when_lost=False)
method = vos.LazyXMem(vos.XMemPropagator.nano(), vos.ClickRefiner(), decide=never)
""",
    "session = vos.Session(method, clip.video); explorer = Explorer(session); explorer",
    """
wide = demo_clip(frames=1, size=(1080, 1920))
large = Explorer(vos.Session(method, wide.video), show=("canvas",)); large
""",
)
BEGIN = """
while session.prompts: session.undo()
session.answer(vos.Drawing(0, 1, clip.labels(0) == 1)); session.run(until=0)
session.appearance = vos.Appearance()
explorer.frame, explorer.object_id = 0, 1
explorer._gaze.region, explorer.tool = (), "click"
explorer._panel.canvas.zoom(0)
explorer.settle()
"""
LAST = "session.prompts[-1]"
CONTRAST = """() => {
    const parse = text => (text.match(/[0-9.]+/g) ?? [0, 0, 0, 0]).map(Number);
    const over = (top, under) => {
        const [r, g, b, a = 1] = top;
        return [r, g, b].map((value, index) => a * value + (1 - a) * under[index]);
    };
    const ground = element => {
        if (!element) return [255, 255, 255];
        const own = parse(getComputedStyle(element).backgroundColor);
        return (own[3] ?? 1) === 1 ? own : over(own, ground(element.parentElement));
    };
    const light = colour => {
        const [r, g, b] = colour.map(value => value / 255)
            .map(value => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const low = [];
    for (const element of document.querySelectorAll(".vos-explorer *")) {
        const own = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
        const style = getComputedStyle(element);
        const isOff = element.closest(":disabled") || element.closest("[aria-hidden=true], style");
        if (!own || isOff || !element.offsetParent || style.visibility === "hidden") continue;
        const under = ground(element);
        const pair = [light(over(parse(style.color), under)), light(under)].sort((a, b) => b - a);
        const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
        if (ratio < 4.5) low.push([element.textContent.trim().slice(0, 30), ratio.toFixed(2)]);
    }
    return low;
}"""
DROP = """([selector, content]) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(content)], "mask.png", {type: "image/png"}));
    const event = {dataTransfer: data, bubbles: true, cancelable: true};
    document.querySelector(selector).dispatchEvent(new DragEvent("drop", event));
}"""


@pytest.fixture
def notebook(shared_notebook: Notebook):
    """The notebook, its session begun anew with a mask on the frame."""
    shared_notebook.execute(BEGIN)
    shared_notebook.page.wait_for_selector(CANVAS)
    yield shared_notebook
    assert not shared_notebook.errors


def click(notebook: Notebook, *points: tuple[float, float]) -> None:
    for point in points:
        notebook.page.mouse.click(*place(notebook, *point))


def edges(notebook: Notebook, selector: str) -> float:
    """How much a picture changes from pixel to pixel."""
    shown = np.array(notebook.picture(selector).convert("L"), np.float64)
    return float(np.abs(np.diff(shown, 2, axis=1)).mean())


def given(notebook: Notebook, count: int) -> str:
    """The kind of the last prompt, once there are so many and all is drawn."""
    notebook.until(f"len(session.prompts) == {count} and explorer.settle()")
    return notebook.value(f"type({LAST}).__name__")


def test_an_object_is_outlined_corner_by_corner(notebook):
    notebook.execute("explorer.object_id = 2")
    pick(notebook, "polygon")
    click(notebook, (251, 57), (266, 42), (282, 36), (303, 46), (319, 41), (319, 80), (301, 73))
    notebook.until("len(explorer._panel._hands.outline.corners) == 7 and explorer.settle()")
    notebook.page.wait_for_timeout(300)
    notebook.page.mouse.move(*place(notebook, 278, 79))
    notebook.page.wait_for_function(f"() => ({INK})() > 100")  # a line leads to the pointer
    notebook.keep_picture("polygon")
    click(notebook, (278, 79), (230, 20))
    notebook.page.keyboard.press("Backspace")
    notebook.until("len(explorer._panel._hands.outline.corners) == 8")
    notebook.page.keyboard.press("Enter")
    assert given(notebook, 2) == "Drawing"
    mask = notebook.array(f"{LAST}.mask.astype('uint8')").astype(bool)
    assert mask[42:72, 285].all() and not mask[:35].any()
    own = np.array(notebook.value("vos.colours.colour_of(2)"))
    notebook.page.wait_for_timeout(300)
    assert np.abs(pixel(notebook, 282, 36) - own).max() < 60  # its outline


def test_marks_count_in_a_region_only(notebook):
    notebook.execute("explorer.object_id = 2")
    before = notebook.array("session.labels(0)")
    pick(notebook, "local")
    press(notebook, (238, 22), (318, 18), (319, 98), (262, 104), (234, 62))
    notebook.page.mouse.up()
    notebook.until("bool(explorer._gaze.place) and explorer.settle()")
    assert notebook.value("explorer.tool") == "click"
    notebook.page.wait_for_selector("button[data-name=local][aria-pressed=true]")
    pick(notebook, "scribble")
    press(notebook, (262, 58), (285, 57), (304, 60))
    notebook.page.wait_for_timeout(200)
    notebook.keep_picture("region")
    notebook.page.mouse.up()
    assert given(notebook, 2) == "Local"
    notebook.keep_picture("region-marked")
    changed = np.argwhere(notebook.array("scene_of(session, 0).labels") != before)
    inside = notebook.array(f"vos.prompts.polygon({LAST}.region, vos.Size(180, 320)).astype('u1')")
    assert all(inside[y, x] for y, x in changed)
    click(notebook, (20, 150))
    notebook.until("'outside the region' in explorer._panel.question._error.value")
    canvas_of(notebook).focus()
    notebook.page.keyboard.press("g")
    notebook.until("not explorer._gaze.place and explorer.settle()")


def test_everything_is_done_without_a_pointer(notebook):
    page = notebook.page
    canvas_of(notebook).focus()
    for key in ("k", *["ArrowLeft"] * 4):
        page.keyboard.press(key)
    page.wait_for_function(  # by then the page knows that the other arrows are the cursor's too
        "() => document.querySelector('[role=status]').textContent.startsWith('137,')"
    )
    for key in (*["Shift+ArrowUp"] * 3, "Enter"):
        page.keyboard.press(key)
    assert given(notebook, 2) == "Click"
    x, y = notebook.value(f"[{LAST}.x, {LAST}.y]")
    assert abs(x - (159.5 - 4 * 12 * 320 / 680)) < 0.1 and abs(y - (89.5 - 3 * 320 / 680)) < 0.1
    page.wait_for_function(
        "() => document.querySelector('[role=status]').textContent.includes('click')"
    )
    page.keyboard.press("l")
    for key in ("Enter", *["ArrowDown"] * 4, *["ArrowRight"] * 3):
        page.keyboard.press(key)
    notebook.until("explorer.tool == 'scribble' and explorer._panel._hands.cursor.is_down")
    page.wait_for_timeout(300)
    notebook.keep_picture("keyboard")
    page.keyboard.press("Enter")
    assert given(notebook, 3) == "Scribble"
    page.keyboard.press("Escape")
    notebook.until("explorer._panel._hands.cursor is None")
    page.keyboard.press("Tab")
    focused = "document.activeElement.closest('[role=toolbar]')?.getAttribute('aria-label')"
    assert page.evaluate(f"() => {focused}") == "Tools"  # no trap, and the row below is next


def test_masks_come_from_files_and_objects_have_colours(notebook):
    page = notebook.page
    labels = np.zeros((180, 320), np.uint8)
    for index in range(12):
        row, column = divmod(index, 6)
        labels[20 + 80 * row : 70 + 80 * row, 10 + 52 * column : 50 + 52 * column] = index + 1
    file = {"name": "twelve.png", "mimeType": "image/png", "buffer": palette_png(labels)}
    page.locator(".vos-bar input[type=file]").set_input_files(file)
    assert given(notebook, 13) == "Drawing"
    page.locator(".vos-chip", has_text="12").wait_for()
    page.locator(".vos-chip", has_text="12").get_by_role("button").first.click()
    notebook.until("explorer.object_id == 12")
    page.get_by_label("Colour of object 12").fill("#ffffff")
    notebook.until("session.appearance.colour(12) == (255, 255, 255) and explorer.settle()")
    page.wait_for_timeout(400)
    assert pixel(notebook, 290, 125).min() > pixel(notebook, 238, 125).min() + 20
    notebook.keep_picture("twelve")
    page.evaluate(DROP, [CANVAS, list(palette_png(labels[:90]))])
    notebook.until("'mask.png: a mask of 320x90' in explorer._panel.question._error.value")
    page.evaluate(DROP, [CANVAS, list(palette_png(np.where(labels == 3, 3, 0).astype("u1")))])
    assert given(notebook, 14) == "Drawing"


def test_two_fingers_zoom_and_one_draws(notebook):
    pick(notebook, "scribble")
    tools = notebook.page.context.new_cdp_session(notebook.page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        found = [place(notebook, *point) for point in points]
        touches = [{"x": x, "y": y, "id": index} for index, (x, y) in enumerate(found)]
        tools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    touch("touchStart", (60, 60))
    touch("touchMove", (90, 70))
    touch("touchMove", (120, 80))
    touch("touchEnd")
    assert given(notebook, 2) == "Scribble"
    touch("touchStart", (140, 90))
    touch("touchStart", (140, 90), (180, 90))
    for spread in (10, 20, 30, 40):
        touch("touchMove", (140 - spread, 90), (180 + spread, 90))
    touch("touchEnd")
    zoom = notebook.until(
        "explorer._panel.canvas.view.zoom > 2.5 and explorer._panel.canvas.view.zoom"
    )
    assert zoom == pytest.approx(3, abs=0.2)  # 120 pixels apart, 40 before
    x, y = notebook.value("[*explorer._panel.canvas.view.to_canvas(160, 90)]")
    assert abs(x - 340) < 8 and abs(y - 191) < 8  # what was between them
    assert len(notebook.value("[p.frame for p in session.prompts]")) == 2  # nothing was drawn


def test_an_enlarged_frame_has_the_pixels_of_the_video(notebook):
    own = "large._panel.canvas"
    canvas = "canvas." + notebook.value(f"{own}.capture.target")
    notebook.page.locator(canvas).scroll_into_view_if_needed()
    notebook.page.locator(canvas).focus()
    for _ in range(4):
        notebook.page.keyboard.press("+")
    notebook.until(f"{own}.view.zoom > 5 and {own}._detail is not None and large.settle()")
    notebook.page.wait_for_timeout(500)
    fine = edges(notebook, canvas)
    notebook.execute(f"{own}.on_coarse(None); {own}._detail = None; {own}.redraw()")
    notebook.page.wait_for_timeout(500)
    assert fine > 1.15 * edges(notebook, canvas)


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_all_text_stands_out_from_its_ground(notebook, theme):
    page = notebook.page
    change = "name => jupyterapp.commands.execute('apputils:change-theme', {theme: name})"
    page.evaluate(f"({change})('JupyterLab {theme}').then(() => null)")
    page.wait_for_function(
        f"() => document.body.dataset.jpThemeLight === '{str(theme == 'Light').lower()}'"
    )
    try:
        page.get_by_role("button", name="Keys").click()
        page.locator(".vos-keys").wait_for()
        assert page.evaluate(CONTRAST) == []
    finally:
        page.get_by_role("button", name="Keys").click()
        page.evaluate(f"({change})('JupyterLab Light').then(() => null)")
