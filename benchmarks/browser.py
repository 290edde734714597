"""How quick the Explorer is in a real JupyterLab and Chromium, on this machine, in one run.

Times are taken in the page: from the event's own time stamp to the first animation frame at which
the pixels have changed. A picture is counted when a row of pixels of the canvas isn't what it was
at the animation frame before, so no more than 60 a second are seen.
"""

import argparse
import contextlib
import json
import math
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import psutil

import vostoolkit as vos
from vostoolkit.data.mp4 import Mp4Writer
from vostoolkit.data.synthetic import SyntheticClip, synthetic_clip

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from lab_server import Desktop, desktop
from open_notebook import Notebook

SIZES = {"480p": vos.Size(480, 854), "1080p": vos.Size(1080, 1920)}
FRAMES, FPS = 90, 60
CANVAS = "canvas[aria-label^='video frame']"
COUNT_BYTES = """
window.received = 0;
window.WebSocket = class extends WebSocket {
    constructor(...how) {
        super(...how);
        this.addEventListener('message', ({ data }) => {
            window.received += data.byteLength ?? data.size ?? data.length;
        });
    }
};
"""
BEGIN = """
from vostoolkit_widgets import Explorer
import vostoolkit as vos
never = vos.EntropyJump(tau_user=9, tau_pseudo=9, ask_when_lost=False)
method = vos.LazyXMem.preset("nano")
method = __import__("dataclasses").replace(method, decide=never)
video = vos.open_video("{file}")
"""
SHOW = "session = vos.Session(method, video); explorer = Explorer(session); explorer"
PIXEL = """
const pixel = (canvas, [x, y]) => [...canvas.getContext('2d').getImageData(
    x * canvas.width, y * canvas.height, 1, 1).data];
const differs = (one, other) => one.some((value, index) => Math.abs(value - other[index]) > 16);
const frames = async act => { while (!act()) await new Promise(requestAnimationFrame); };
"""
FIRST_PICTURE = f"""async selector => {{
    {PIXEL}
    const old = new Set(document.querySelectorAll(selector)), start = performance.now();
    jupyterapp.shell.currentWidget.content.activeCellIndex = 1;
    jupyterapp.commands.execute('notebook:run-cell');
    await frames(() => [...document.querySelectorAll(selector)].some(
        canvas => !old.has(canvas) && canvas.width && pixel(canvas, [0.5, 0.5])[3] === 255));
    return performance.now() - start;
}}"""
ARM = f"""([selector, spot, probe]) => {{
    {PIXEL}
    const canvas = document.querySelector(selector);
    const sheet = canvas.closest('.jp-OutputArea').querySelector("canvas[aria-hidden='true']");
    const before = pixel(canvas, spot), masked = pixel(canvas, probe);
    window.seen = new Promise(resolve => window.addEventListener('pointerdown', async event => {{
        const found = {{}}, since = () => performance.now() - event.timeStamp;
        await frames(() => {{
            if (pixel(sheet, spot)[3] > 0 || differs(pixel(canvas, spot), before))
                found.prompt ??= since();
            if (differs(pixel(canvas, probe), masked)) found.mask ??= since();
            return found.mask || since() > 10000;
        }});
        resolve(found);
    }}, {{ once: true, capture: true }}));
}}"""
COUNT_PICTURES = """selector => {
    const counting = window.counting = { pictures: 0, start: null, end: null, bytes: received };
    const canvas = document.querySelector(selector), drawing = canvas.getContext('2d');
    let last = null;
    const look = () => {
        const row = drawing.getImageData(0, canvas.height / 2, canvas.width, 1).data;
        const now = row.reduce((sum, value, index) => (sum * 31 + value * (1 + index % 97)) | 0, 7);
        if (last !== null && now !== last) {
            counting.pictures += 1;
            counting.start ??= performance.now();
            counting.end = performance.now();
        }
        last = now;
        if (!counting.isOver) requestAnimationFrame(look);
    };
    look();
}"""
END_COUNT = """() => {
    counting.isOver = true;
    const seconds = (counting.end - counting.start) / 1000;
    return [(counting.pictures - 1) / seconds, (received - counting.bytes) / counting.pictures,
            counting.pictures];
}"""


def write(clip: SyntheticClip, size: vos.Size, path: Path) -> None:
    """Nothing; the clip as a video file of another size."""
    with Mp4Writer(path, size, FPS) as writer:
        for frame in clip.video:
            image = cv2.resize(frame.image, size[::-1], interpolation=cv2.INTER_LINEAR)
            writer.write(np.asarray(image), frame.index / FPS)


def opened(desk: Desktop, name: str, file: Path) -> Notebook:
    """A notebook that knows video and method."""
    notebook = desk.open(name, BEGIN.format(file=file), SHOW, script=COUNT_BYTES)
    notebook.run(0)
    return notebook


def first_pictures(notebook: Notebook, repeats: int) -> list[float]:
    """Milliseconds from running the cell to the first frame on its canvas; the first is cold."""
    times: list[float] = []
    for _ in range(repeats):
        times.append(notebook.page.evaluate(FIRST_PICTURE, CANVAS))
        notebook.page.wait_for_timeout(500)
    return times


def clicks(notebook: Notebook, clip: SyntheticClip, repeats: int) -> list[dict[str, float]]:
    """Milliseconds from a click to its mark and to its mask, for clicks at the object's middle."""
    size = SIZES["480p"]
    mask = (clip.labels(0) == 1).astype(np.uint8)
    depth = np.asarray(cv2.distanceTransform(mask, cv2.DIST_L2, 5))
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    notebook.execute(
        f"session.answer(vos.Click(0, 1, {column}, {row})); session.run(until=vos.Refinement)\n"
        "from vostoolkit_widgets import render\n"
        "image, mask = session.image(0), session.at(0).refinements[-1].after.cpu().numpy() > 0.5\n"
        "change = abs(render.composed(image, mask.astype('uint8')).astype(int) - image).sum(2)\n"
        f"change[{row - 40}:{row + 40}, {column - 40}:{column + 40}] = 0\n"
        "undo = lambda: [session.undo() for _ in range(session.history.done)]; undo()"
    )
    place = int(notebook.value("int(change.argmax())"))
    probe = (place % size.width / size.width, place // size.width / size.height)
    spot = ((int(column) + 0.5) / size.width, (int(row) + 0.5) / size.height)
    found: list[dict[str, float]] = []
    canvas = notebook.page.locator(CANVAS).first
    for _ in range(repeats):
        notebook.execute("undo(); explorer.refresh(); explorer.settle()")
        notebook.page.wait_for_timeout(400)
        notebook.page.evaluate(ARM, [CANVAS, spot, probe])
        box = canvas.bounding_box() or {}
        canvas.click(position={"x": spot[0] * box["width"], "y": spot[1] * box["height"]})
        found.append(notebook.page.evaluate("() => window.seen"))
    return found


def run_to_the_end(notebook: Notebook, clip: SyntheticClip) -> None:
    """Nothing; the Explorer has seen masks and map of each frame."""
    notebook.execute(
        f"import numpy as np, cv2\ntruth = np.array({np.argwhere(clip.labels(0) == 1).tolist()})\n"
        f"mask = np.zeros({tuple(SIZES['480p'])}, np.uint8); mask[tuple(truth.T)] = 1\n"
        "mask = cv2.resize(mask, session.video.size[::-1], interpolation=0) == 1\n"
        "undo = lambda: [session.undo() for _ in range(session.history.done)]; undo()\n"
        "session.answer(vos.Drawing(0, 1, mask))"
    )
    notebook.button("run").click()
    notebook.until("session.finished and explorer.settle()", 300)


@dataclass(frozen=True)
class Film:
    """Pictures a second while a film played; for each, bytes received and ms of CPU time."""

    rate: float
    size: float
    kernel_ms: float
    browser_ms: float


def played(notebook: Notebook) -> Film:
    """What playing from the beginning came to."""
    notebook.execute("explorer.frame = 0; explorer.settle()")
    notebook.page.evaluate(COUNT_PICTURES, CANVAS)
    before = processor_s()
    notebook.button("watch").click()
    stop = notebook.button("stop")  # to ask the kernel would take from what is measured
    notebook.page.wait_for_function("button => !button.disabled", arg=stop.element_handle())
    notebook.page.wait_for_function("button => button.disabled", arg=stop.element_handle())
    after = processor_s()
    rate, size, pictures = notebook.page.evaluate(END_COUNT)
    notebook.until(f"explorer.frame == {FRAMES - 1} and explorer.settle()", 60)
    spent = [1e3 * (late - soon) / pictures for soon, late in zip(before, after, strict=True)]
    return Film(rate, size, *spent)


def processor_s() -> tuple[float, float]:
    """CPU seconds that kernels and browser have used so far."""
    kernel, browser = 0.0, 0.0
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            times, command = process.cpu_times(), " ".join(process.cmdline())
            spent = times.user + times.system
            kernel += spent * ("ipykernel_launcher" in command)
            browser += spent * ("chrom" in command and "--" in command)
    return kernel, browser


def scrubbed(notebook: Notebook, seconds: float = 3.0) -> float:
    """Pictures a second while the pointer is led along the timeline."""
    timeline = notebook.page.locator("canvas[aria-label^='timeline']").first
    timeline.scroll_into_view_if_needed()
    box, mouse = timeline.bounding_box() or {}, notebook.page.mouse
    y = box["y"] + 0.4 * box["height"]
    steps = int(seconds * 50)
    mouse.move(box["x"] + 0.1 * box["width"], y)
    mouse.down()
    notebook.page.evaluate(COUNT_PICTURES, CANVAS)
    for step in range(steps):
        across = 0.5 + 0.4 * np.sin(6 * step / steps - np.pi / 2)
        mouse.move(box["x"] + across * box["width"], y)
        notebook.page.wait_for_timeout(12)
    rate, *_ = notebook.page.evaluate(END_COUNT)
    mouse.up()
    return rate


def row(
    name: str, values: Sequence[float], target: float, unit: str, *, least: bool = False
) -> str:
    """A line of the table: median, 95th percentile (5th where more is better), target, if met."""
    middle, edge = np.median(values), np.percentile(values, 5 if least else 95)
    is_met = middle >= target if least else middle < target
    sign = "≥" if least else "<"
    if math.isinf(target):
        return f"| {name} | {middle:.0f} | {edge:.0f} | | | {len(values)} |"
    return (
        f"| {name} | {middle:.0f} | {edge:.0f} | {sign} {target:g} {unit} | "
        f"{'yes' if is_met else 'no'} | {len(values)} |"
    )


def measure(desk: Desktop, folder: Path, repeats: int) -> list[str]:
    """The lines of the table."""
    clip = synthetic_clip(11, frames=FRAMES, size=SIZES["480p"], objects=1)
    lines: list[str] = []
    for name, size in SIZES.items():
        write(clip, size, folder / f"{name}.mp4")
        notebook = opened(desk, name, folder / f"{name}.mp4")
        pictures = first_pictures(notebook, 1 + max(2, repeats // 4))
        lines.append(row(f"first picture, {name}, cold", pictures[:1], 2000, "ms"))
        lines.append(row(f"first picture, {name}, again", pictures[1:], 2000, "ms"))
        if name == "480p":
            found = clicks(notebook, clip, repeats)
            lines.append(row("click → mark", [one["prompt"] for one in found], 80, "ms"))
            lines.append(
                row("click → refined mask, 480p", [one["mask"] for one in found], 300, "ms")
            )
        run_to_the_end(notebook, clip)
        films = [played(notebook) for _ in range(max(3, repeats // 5))]
        target = 30 if name == "480p" else 15
        rates = [film.rate for film in films]
        lines.append(row(f"playing {name}", rates, target, "pictures/s", least=True))
        kilobytes = [film.size / 1000 for film in films]
        lines.append(row(f"bytes a picture, {name}", kilobytes, 200, "kB"))
        for who in ("kernel_ms", "browser_ms"):
            spent = [getattr(film, who) for film in films]
            lines.append(row(f"{who[:-3]} CPU a picture, {name}", spent, math.inf, "ms"))
        rates = [scrubbed(notebook) for _ in range(3)]
        lines.append(row(f"scrubbing {name}", rates, 15, "pictures/s", least=True))
        if notebook.errors:
            raise RuntimeError(f"errors in the page: {notebook.errors}")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=20, help="clicks that are timed")
    arguments = parser.parse_args()
    loads = [os.getloadavg()[0]]
    with tempfile.TemporaryDirectory() as folder, desktop(Path(folder)) as desk:
        lines = measure(desk, Path(folder), arguments.repeats)
    loads.append(os.getloadavg()[0])
    print("| what | median | p95 | target | met | times |\n|---|---|---|---|---|---|")
    print("\n".join(lines))
    facts: dict[str, Any] = {"cores": os.cpu_count(), "load before, after": loads}
    print(json.dumps(facts))


if __name__ == "__main__":
    main()
