"""The network is taught a video in a real browser: start, the gain, use it, undo."""

from browser.test_insight import press, shown

RUN = """
import vostoolkit as vos
from vostoolkit.data.synthetic import demo_clip
from vostoolkit_widgets import Explorer

clip = demo_clip(frames=10, size=(180, 320))
session = vos.Session(vos.LazyXMem.preset("nano"), clip.video)
session.answer(vos.Drawing(0, 1, clip.labels(0) == 1))
session.play(lambda request: (vos.Skip(request.frame, request.object_id),))
"""
SHOW = "explorer = Explorer(session); explorer"
PART = "explorer._insight.folds.part('adapt')"


def test_a_gain_is_seen_before_it_is_used_and_undone(open_notebook):
    notebook = open_notebook(RUN, SHOW)
    notebook.run(0)
    notebook.run(1)
    page = notebook.page
    page.wait_for_selector(".vos-unfold")
    press(notebook, ".vos-unfold", "adapt")
    start = page.locator(".vos-adaptation button", has_text="start")
    start.wait_for()
    start.click()
    doing = page.locator(".vos-adaptation .vos-going span")
    page.wait_for_function(
        "() => document.querySelector('.vos-adaptation .vos-going').textContent.includes('%')"
    )
    assert doing.inner_text().startswith("learning and measuring: ")
    use = page.locator(".vos-adaptation button", has_text="use it")
    use.wait_for(timeout=300_000)
    cells = page.locator(".vos-gains td").all_inner_texts()
    assert len(cells) == 6 and all(0 <= float(cells[i]) <= 1 for i in (0, 1, 3, 4))
    assert page.locator(".vos-gain").evaluate("image => image.naturalWidth") > 400
    shown(notebook, "adaptation", ".vos-folds .vos-adaptation")
    use.click()
    notebook.until("explorer.session is not session and explorer.session.finished", timeout_s=120)
    notebook.until(f"explorer.settle(20) and {PART} is None")
    assert notebook.value("len(explorer.session.prompts) == len(session.prompts)")
    for _ in range(2):  # the run, then the network
        press(notebook, ".vos-actions", "undo")
        notebook.until("explorer.settle(20)")
    assert notebook.value("explorer.session is session")
    assert not notebook.errors, notebook.errors
