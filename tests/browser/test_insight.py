"""What explains a run, in a real browser: thresholds, stages, memory, and another run."""

from open_notebook import Notebook
from playwright.sync_api import Locator

TIMELINE = "canvas[aria-label^='timeline']"
FRAME = "canvas[aria-label^='video frame']"
MEMORY = "canvas[aria-label^='frames in memory']"
RUN = """
import numpy as np
import vostoolkit as vos
from vostoolkit.data.synthetic import demo_clip
from vostoolkit_widgets import Explorer

clip = demo_clip(frames=40)
session = vos.Session(vos.LazyXMem.preset("nano"), clip.video)
session.answer(vos.Drawing(0, 1, clip.labels(0) == 1))
for event in iter(lambda: session.run(until=26), None):
    if session.request is None:
        break
    session.answer(vos.Drawing(session.request.frame, 1, clip.labels(session.request.frame) == 1))
"""
SHOW = "explorer = Explorer(session, truth=clip.labels); explorer"
TRIAL = "explorer._insight.trial"
MEMORY_VIEW = "explorer._insight.folds.part('memory')"
VARIETY = """canvas => {
    const context = canvas.getContext("2d");
    const {data} = context.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
}"""
"""How many colours a canvas shows; a blank one shows 1."""
UNFOLDED = ".vos-folds .vos-explorer"
COMPARISON = "explorer._insight.folds.part('branch')"


def point(notebook: Notebook, chart: str, place: str) -> tuple[float, float]:
    """Where a place of the timeline, ``(x, y)`` in Python, is on the page."""
    notebook.execute(f"chart = {chart}")
    x, y = notebook.value(f"list({place})")
    width = notebook.value("chart.size.width")
    timeline = notebook.page.locator(TIMELINE).first
    timeline.scroll_into_view_if_needed()
    box = timeline.bounding_box()
    assert box is not None
    scale = box["width"] / width
    return box["x"] + x * scale, box["y"] + y * scale


def drag_threshold(notebook: Notebook, name: str, value: float) -> None:
    chart = "explorer._panel.timeline._chart"
    tau = f"explorer._panel.timeline.thresholds[{name!r}]"
    start = point(notebook, chart, f"(chart.x(30), chart.y(0, {tau}))")
    end = point(notebook, chart, f"(chart.x(30), chart.y(0, {value}))")
    mouse = notebook.page.mouse
    mouse.move(*start)
    mouse.down()
    mouse.move(*end, steps=6)
    mouse.up()


def press(notebook: Notebook, row: str, name: str) -> None:
    notebook.page.locator(f"{row} button", has_text=name).first.click()


def shown(notebook: Notebook, name: str, part: str = ".vos-explorer") -> None:
    """Keeps a picture of a part of the page, once what was asked for is drawn."""
    notebook.until("explorer.settle(20)")
    notebook.page.wait_for_timeout(700)
    notebook.keep_picture(name, part)


def click_inside(canvas: Locator, across: float, down: float) -> None:
    box = canvas.bounding_box()
    assert box is not None
    canvas.click(position={"x": across * box["width"], "y": down * box["height"]})


def test_a_run_is_explained(open_notebook):
    notebook = open_notebook(RUN, SHOW)
    notebook.run(0)
    notebook.run(1)
    page = notebook.page
    page.wait_for_selector(TIMELINE)
    notebook.until("explorer._panel.timeline.is_connected and explorer.settle(20)")
    thresholds(notebook)
    stages(notebook)
    memory(notebook)
    branch(notebook)
    page.evaluate(
        "() => jupyterapp.commands.execute('apputils:change-theme',"
        " {theme: 'JupyterLab Dark'}).then(() => null)"
    )
    shown(notebook, "insight-dark")
    assert not notebook.errors
    notebook.execute("explorer.close()")
    page.wait_for_function("() => !document.querySelector('.vos-explorer')")


def thresholds(notebook: Notebook) -> None:
    notebook.execute(
        "jumps = sorted(row.jump for rows in session.trace.rows.values() for row in rows"
        " if row.jump is not None)"
    )
    for name, place in (("tau_pseudo", -10), ("tau_user", -7)):  # so many jumps are higher
        wanted = notebook.value(f"max(0.005, jumps[{place}])")
        drag_threshold(notebook, name, wanted)
        notebook.until(f"abs({TRIAL}.thresholds[{name!r}] - {wanted}) < 0.006")
    notebook.execute(
        f"from dataclasses import replace; tried = {TRIAL}.thresholds\n"
        "told = vos.what_if(session.trace.rows, replace(session.method.decide, **tried))"
    )
    asked = notebook.value("len(told.asked)")
    assert asked > notebook.value("len(vos.as_decided(session.trace.rows).asked)")
    text = notebook.page.locator(".vos-would")
    assert f"Would have asked {asked} times" in text.inner_text()
    shown(notebook, "thresholds")


def stages(notebook: Notebook) -> None:
    page = notebook.page
    notebook.execute("explorer.frame = 21; explorer.settle(20)")
    for name in ("propagation", "uncertainty", "memory"):
        page.locator(f".vos-chain button[data-stage={name}]").click()
        notebook.until(f"explorer._insight.inspector.widget.state['now'] == {name!r}")
    page.locator(".vos-chain button[data-stage=uncertainty]").click()
    notebook.until("explorer._insight.inspector.widget.state['now'] == 'uncertainty'")
    code = page.locator(".vos-inspector code")
    page.wait_for_function(
        "() => document.querySelector('.vos-inspector code').textContent.includes('uncertainty')"
    )
    assert code.inner_text() == "session.at(21).uncertainty"
    assert "Lazy-XMem, Eq. 2 and 3" in page.locator(".vos-inspector").inner_text()
    shown(notebook, "inspector")


def memory(notebook: Notebook) -> None:
    press(notebook, ".vos-unfold", "memory")
    page = notebook.page
    page.wait_for_selector(MEMORY)
    notebook.until(f"{MEMORY_VIEW} is not None and {MEMORY_VIEW}.recall is not None")
    notebook.until(f"{MEMORY_VIEW}._surface.is_connected and explorer.settle(20)")
    page.wait_for_timeout(500)
    click_inside(page.locator(f".vos-folds {FRAME}"), 0.45, 0.42)
    said = page.locator(".vos-said").first
    page.wait_for_function(
        "() => document.querySelector('.vos-said').textContent.includes('was read from')"
    )
    shown(notebook, "memory-origins", UNFOLDED)
    notebook.execute(
        f"sheet, origin = {MEMORY_VIEW}._sheet, {MEMORY_VIEW}.pick(288, 150)[0]\n"
        "thumb = sheet.find(origin.tier, origin.frame)"
    )
    x, y = notebook.value("list(thumb.spot(origin.x, origin.y, sheet.frame))")
    canvas = page.locator(MEMORY)
    box, width = canvas.bounding_box(), notebook.value("sheet.size.width")
    assert box is not None
    canvas.click(position={"x": x * box["width"] / width, "y": y * box["width"] / width})
    page.wait_for_function(
        "() => document.querySelector('.vos-said').textContent.includes('pixels read')"
    )
    assert notebook.value("f'affinity({origin.tier!r}, {origin.frame}, '") in said.inner_text()
    shown(notebook, "memory-readers", UNFOLDED)
    press(notebook, ".vos-unfold", "memory")
    notebook.until(f"{MEMORY_VIEW} is None")


def branch(notebook: Notebook) -> None:
    notebook.execute("explorer.frame = 12; explorer.settle(20)")
    press(notebook, ".vos-thresholds", "branch from frame 13")
    notebook.until(f"{COMPARISON} is not None")
    notebook.until(
        f"{COMPARISON}.right.request is not None or {COMPARISON}.right.finished", timeout_s=90
    )
    notebook.until(f"{COMPARISON}.settle(20)")
    asking = f"{COMPARISON}.settle(60) and {COMPARISON}.right.request is not None"
    while notebook.value(f"{asking} and {COMPARISON}.right.frame < 27"):
        frame = notebook.value(f"{COMPARISON}.right.request.frame")
        press(notebook, ".vos-folds", "skip")  # the run was answered with masks, the branch isn't
        notebook.until(f"{COMPARISON}.settle(60) and {COMPARISON}.right.frame > {frame}")
    notebook.execute(f"{COMPARISON}.frame = 25")
    shown(notebook, "comparison", UNFOLDED)
    for side in ("this run", "branch"):
        box = f".vos-folds .widget-vbox:has(> .widget-html:has(b:text-is('{side}')))"
        assert notebook.page.locator(f"{box} {FRAME}").evaluate(VARIETY) > 50
    press(notebook, ".vos-folds", "difference")
    notebook.until(f"{COMPARISON}.is_difference")
    shown(notebook, "difference", UNFOLDED)
    assert notebook.value("session.method.decide.tau_user") == 0.07  # the run itself is as it was
