"""Work that lasts: a kernel killed and resumed, a page reloaded, two Explorers, a round, export."""

from pathlib import Path

from browser.test_explorer import CANVAS, SETUP, canvas_of, click, fish, press, wait_for_mask
from open_notebook import Notebook

KEPT = """
from dataclasses import replace
asks = replace(method, decide=vos.EntropyJump(tau_user=-9, tau_pseudo=-9))
explorer = Explorer(vos.Session(asks, clip.video), folder="{folder}"); session = explorer.session
explorer
"""
ROUND = """
from vostoolkit_widgets import Explorer
from vostoolkit.data.synthetic import demo_clip
clip = demo_clip(frames=16, size=(180, 320))
session = vos.Session(vos.method("xmem++"), clip.video)
explorer = Explorer(session); explorer
"""
SECOND = "second = Explorer(vos.Session(method, clip.video)); second"
PROMPTS = "[(p.frame, p.object_id, type(p).__name__) for p in session.prompts]"


def kill(notebook: Notebook) -> None:
    """Kills the kernel's process, and returns when Jupyter has started another."""
    notebook.execute("import os, threading, signal")
    notebook.execute("threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGKILL)).start()")
    dialog = notebook.page.locator(".jp-Dialog button.jp-mod-accept")
    dialog.wait_for(timeout=30_000)
    dialog.click()
    notebook.wait_for_kernel()
    notebook.page.wait_for_timeout(500)
    notebook.wait_for_kernel()


def begin(notebook: Notebook, *cells: int) -> None:
    for index in cells:
        notebook.run(index)
    notebook.let_see()


def test_a_killed_kernel_is_resumed_by_the_same_cells_and_nothing_is_lost(
    open_notebook, tmp_path: Path
):
    notebook = open_notebook(SETUP, KEPT.format(folder=tmp_path / "fish"))
    begin(notebook, 0, 1)
    x, y = fish(notebook)
    wait_for_mask(notebook, 0, is_there=False)
    press(notebook, "run")
    notebook.until("session.request is not None")
    click(notebook, x, y)
    notebook.until("session.request is not None and session.request.frame == 1")
    notebook.keep_picture("asking-where")
    click(notebook, x, y)
    notebook.until("session.request is not None and session.request.frame == 2")
    click(notebook, x, y, button="right")
    notebook.until("session.request is not None and session.request.frame == 3")
    press(notebook, "accept")
    notebook.until("session.request is not None and session.request.frame == 4")
    before = notebook.value(PROMPTS)
    assert [kind for *_, kind in before] == ["Click", "Click", "Click", "Drawing"]
    notebook.execute("session.appearance = session.appearance.named(1, 'Wanda')")
    notebook.until("explorer.settle(10)")
    press(notebook, "skip")
    notebook.until("session.request is not None and session.request.frame == 5")
    before = notebook.value(PROMPTS)

    kill(notebook)
    begin(notebook, 0, 1)
    assert notebook.value(PROMPTS) == before
    assert notebook.value("session.appearance.names[1]") == "Wanda"
    press(notebook, "run")
    notebook.until("session.request is not None and session.request.frame == 5")
    kept = notebook.page.locator(".vos-kept").first.inner_text()
    assert kept.endswith("Its 5 earlier prompts are back.")
    notebook.keep_picture("resumed")
    assert not notebook.errors, notebook.errors


def test_after_a_reload_two_explorers_work_and_masks_are_exported(open_notebook, tmp_path: Path):
    notebook = open_notebook(SETUP, KEPT.format(folder=tmp_path / "fish"), SECOND)
    begin(notebook, 0, 1, 2)
    x, y = fish(notebook)
    wait_for_mask(notebook, 0, is_there=False)
    click(notebook, x, y)
    press(notebook, "frame")
    notebook.until("0 in session.trace.frames", timeout_s=20)
    assert notebook.value("len(second.session.prompts)") == 0

    notebook.page.evaluate(
        "() => jupyterapp.commands.execute('docmanager:save').then(() => null)"
    )  # a page that is opened again shows what was saved
    notebook.page.reload()
    notebook.wait_for_kernel()
    wait_for_mask(notebook, 0)
    assert notebook.page.locator(CANVAS).count() == 2
    click(notebook, x, y)
    notebook.until("len(session.prompts) == 2")
    notebook.page.locator(CANVAS).nth(1).click(position={"x": 60, "y": 60})
    notebook.until("len(second.session.prompts) == 1")
    assert notebook.value("len(session.prompts)") == 2

    page, out = notebook.page, tmp_path / "out"
    page.locator(".vos-work button", has_text="export ▾").first.click()
    page.locator(".vos-folder").first.fill(str(out))
    page.locator(".vos-formats label", has_text="overlay").first.locator("input").check()
    notebook.keep_picture("export")
    page.locator(".vos-into button").first.click()
    told = page.locator(".vos-told:visible").first
    told.wait_for()
    assert "masks, coco.json and overlay.mp4" in told.inner_text()
    assert {path.name for path in out.iterdir()} == {"masks", "coco.json", "overlay.mp4"}
    page.locator(".vos-into button").first.click()
    page.locator(".vos-work button", has_text="replace").first.wait_for()
    notebook.keep_picture("export-asks")
    page.locator(".vos-work button", has_text="cancel").first.click()
    assert not notebook.errors, notebook.errors


def test_a_round_of_two_frames_is_propagated(open_notebook):
    notebook = open_notebook("import vostoolkit as vos", ROUND)
    begin(notebook, 0, 1)
    x, y = fish(notebook)
    wait_for_mask(notebook, 0, is_there=False)
    click(notebook, x, y)
    notebook.until("session.request is not None and session.round == 1")
    wait_for_mask(notebook, 0)
    notebook.execute("explorer.frame = 10")
    notebook.until("explorer.settle(10)")
    canvas_of(notebook)
    x, y = notebook.value(
        "[int(v) for v in __import__('numpy').argwhere(clip.labels(10) == 1).mean(0)[::-1]]"
    )
    click(notebook, x, y)
    notebook.until("explorer.settle(10) and 10 in session.trace.frames")
    notebook.page.locator(".vos-card-frame").nth(1).wait_for()
    notebook.keep_picture("round")
    press(notebook, "propagate")
    notebook.until("session.round == 2 and session.request is not None", timeout_s=120)
    assert notebook.value("list(session.trace.frames)") == list(range(16))
    assert notebook.value("explorer.settle(20)")
    notebook.keep_picture("round-propagated")
    assert not notebook.errors, notebook.errors
