"""Random hands on an Explorer in the browser: pointer, keys and controls.

They use all controls but those of files, and of training, which takes minutes.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import psutil
from handled_session import COUNT
from open_notebook import Notebook

OBJECTS = 5
"""A person seldom has more at work; the hands delete one when there are."""

CONTROLS = """() => [...document.querySelectorAll(
    '.vos-explorer button, .vos-explorer input, .vos-explorer select')]
    .filter(one => one.offsetParent && !one.disabled && one.type !== 'file'
        && !/export|import|save|load|adapt|teach|train/i.test(one.title + one.textContent))
    .map(one => { const { x, y, width, height } = one.getBoundingClientRect();
                  return [one.tagName, x + width * Math.random(), y + height / 2]; })"""
CHOOSE = """([x, y, share]) => {
    const one = document.elementFromPoint(x, y)?.closest('select');
    if (!one) return;
    one.selectedIndex = Math.floor(share * one.options.length);
    one.dispatchEvent(new Event('change', { bubbles: true }));
}"""
IS_OURS = "([x, y]) => !!document.elementFromPoint(x, y)?.closest('.vos-explorer')"
BOXES = """() => ['video frame', 'timeline'].map(name => {
    const canvas = document.querySelector(`canvas[aria-label^='${name}']`);
    const { x, y, width, height } = canvas.getBoundingClientRect();
    return [x, y, width, height];
})"""
STAY = """() => {
    if (!document.activeElement.closest('.vos-explorer'))
        document.querySelector("canvas[aria-label^='video frame']").focus();
}"""
DELETE = """share => {
    const bins = [...document.querySelectorAll(".vos-chip button:last-child")];
    bins[Math.floor(share * bins.length)].click();
}"""
MANY = "document.querySelectorAll('.vos-chip').length"
KEYS = [*"   ffffffffffffspxzcblrehn[]+-0123", "ArrowLeft", "ArrowRight", "Shift+ArrowLeft"]
KEYS += ["Shift+ArrowRight", "Shift+Z", "Control+z", "Tab", "Enter", "Escape", "d"]


@dataclass
class Soaked:
    """What came out of it; memory in bytes, sampled every few seconds.

    ``minutes`` has for its beginning, each minute and its end the events so far, and what the
    kernel counts.
    """

    events: int = 0
    seconds: float = 0.0
    kernel: list[int] = field(default_factory=list)
    browser: list[int] = field(default_factory=list)
    minutes: list[tuple[int, dict[str, int]]] = field(default_factory=list)

    def growth(self) -> float:
        """Kernel memory in the last quarter over that in the second, by their medians."""
        quarter = len(self.kernel) // 4
        before, after = self.kernel[quarter : 2 * quarter], self.kernel[-quarter:]
        return float(np.median(after) / np.median(before))


class RandomHands:
    """Does random things to the Explorer of a notebook, so many events a second."""

    def __init__(self, notebook: Notebook, seed: int, rate: float = 20.0) -> None:
        self._page, self._notebook = notebook.page, notebook
        self._rng = np.random.default_rng(seed)
        self._rate = rate
        self._controls: list[tuple[str, float, float]] = []
        self._looked_at = 0.0
        notebook.execute(COUNT)
        self._pid = notebook.value("__import__('os').getpid()")
        self.done = Soaked()

    def soak(self, seconds: float, *, least: int = 0) -> Soaked:
        """What came out of doing random things for so long more, and at least so many."""
        start = time.monotonic() - self.done.seconds
        seconds, least = seconds + self.done.seconds, least + self.done.events
        acts: list[tuple[Callable[[], None], float]] = [
            (self._click, 0.04),  # each takes the run back to its frame
            (self._drag, 0.03),
            (self._scrub, 0.06),
            (self._key, 0.45),
            (self._control, 0.34),
            (self._wheel, 0.06),
        ]
        shares = np.array([share for _, share in acts])
        while (now := time.monotonic() - start) < seconds or self.done.events < least:
            self._look()
            self._pace(start)
            if now > 60 * len(self.done.minutes):
                self._count()
            acts[self._rng.choice(len(acts), p=shares / shares.sum())][0]()
            if now > 5 * len(self.done.kernel):
                self._weigh()
        self._page.mouse.up()
        self.done.seconds = time.monotonic() - start
        self._count()
        return self.done

    def _pace(self, start: float) -> None:
        ahead_s = self.done.events / self._rate - (time.monotonic() - start)
        if ahead_s > 0:
            self._page.wait_for_timeout(1e3 * ahead_s)
        self.done.events += 1

    def _look(self) -> None:
        if time.monotonic() - self._looked_at > 1.0:
            self._looked_at = time.monotonic()
            self._controls = self._page.evaluate(CONTROLS)
            self._frame, self._timeline = self._page.evaluate(BOXES)
            if self._page.evaluate(MANY) > OBJECTS:
                self._page.evaluate(DELETE, self._rng.random())

    def _count(self) -> None:
        self._weigh()
        sizes = (round(size[-1] / 2**20) for size in (self.done.kernel, self.done.browser))
        weighed = dict(zip(("kernel, MB", "browser, MB"), sizes, strict=True))
        counted = weighed | self._notebook.value("counted()")
        self.done.minutes.append((self.done.events, counted))

    def _weigh(self) -> None:
        self.done.kernel.append(psutil.Process(self._pid).memory_info().rss)
        family = psutil.Process().children(recursive=True)
        self.done.browser.append(sum(_memory(p) for p in family if "chrom" in _name(p)))

    def _point(self, box: list[float]) -> tuple[float, float]:
        across, down = self._rng.uniform(0.01, 0.99, 2)
        return box[0] + across * box[2], box[1] + down * box[3]

    def _is_ours(self, x: float, y: float) -> bool:
        """Whether the Explorer is there; the page may have been scrolled since it was looked at."""
        is_ours = self._page.evaluate(IS_OURS, [x, y])
        if not is_ours:
            self._page.locator(
                "canvas[aria-label^='video frame']"
            ).first.scroll_into_view_if_needed()
            self._looked_at = 0.0
        return is_ours

    def _click(self) -> None:
        button = "right" if self._rng.random() < 0.2 else "left"
        if self._is_ours(*(place := self._point(self._frame))):
            self._page.mouse.click(*place, button=button)

    def _drag(self) -> None:
        mouse = self._page.mouse
        if not self._is_ours(*(place := self._point(self._frame))):
            return
        mouse.move(*place)
        mouse.down(button="middle" if self._rng.random() < 0.2 else "left")
        for _ in range(int(self._rng.integers(1, 4))):
            mouse.move(*self._point(self._frame), steps=2)
            self.done.events += 2
        mouse.up(button="left")
        mouse.up(button="middle")

    def _scrub(self) -> None:
        mouse = self._page.mouse
        if not self._is_ours(*(place := self._point(self._timeline))):
            return
        mouse.move(*place)
        mouse.down()
        for _ in range(4):
            mouse.move(*self._point(self._timeline), steps=3)
            self.done.events += 3
        mouse.up()

    def _key(self) -> None:
        self._page.evaluate(STAY)
        self._page.keyboard.press(str(self._rng.choice(KEYS)))

    def _wheel(self) -> None:
        self._page.mouse.move(*self._point(self._frame))
        self._page.mouse.wheel(0, float(self._rng.normal(0, 200)))

    def _control(self) -> None:
        if not self._controls:
            return
        tag, x, y = self._controls[self._rng.integers(len(self._controls))]
        if not self._is_ours(x, y):
            return
        if tag == "SELECT":
            self._page.evaluate(CHOOSE, [x, y, float(self._rng.random())])
        else:
            self._page.mouse.click(x, y)


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.Error:
        return ""


def _memory(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0
