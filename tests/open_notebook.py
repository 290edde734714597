"""A notebook open in a browser, for the tests in tests/browser."""

import json
import time
from pathlib import Path

from playwright.sync_api import Locator, Page

ROOT = Path(__file__).resolve().parents[1]

RUN_CELL = """([index, wait]) => {
    const notebook = jupyterapp.shell.currentWidget.content;
    notebook.activeCellIndex = index;
    notebook.deselectAll();
    const done = jupyterapp.commands.execute('notebook:run-cell').then(() => null);
    if (wait) return done;
}"""
IS_READY = """() => {
    const session = window.jupyterapp?.shell.currentWidget?.sessionContext;
    const kernel = session?.session?.kernel;
    return session?.isReady && kernel?.status === 'idle' && kernel.connectionStatus === 'connected';
}"""
EVALUATE = """async expression => {
    const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const code = '__import__("json").dumps(' + expression + ')';
    const request = {code: '', silent: true, store_history: false, user_expressions: {value: code}};
    const value = (await kernel.requestExecute(request).done).content.user_expressions.value;
    if (value.status !== 'ok') throw new Error(value.evalue);
    return value.data['text/plain'];
}"""
PIXEL = """([selector, x, y]) => {
    const canvas = document.querySelector(selector);
    return [...canvas.getContext('2d').getImageData(x, y, 1, 1).data];
}"""


class Notebook:
    """An open notebook: runs cells, asks its kernel, and finds what it shows."""

    def __init__(self, page: Page, errors: list[str]) -> None:
        self.page = page
        self.errors = errors

    def wait_for_kernel(self) -> None:
        self.page.wait_for_function(IS_READY, timeout=60_000)
        self.page.evaluate(
            "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.info"
            ".then(() => null)"
        )

    def close(self) -> None:
        """Shuts the kernel down and closes the page."""
        self.page.evaluate(
            "() => jupyterapp.shell.currentWidget.sessionContext.shutdown().then(() => null)"
        )
        self.page.close()

    def run(self, index: int, *, wait: bool = True) -> None:
        self.page.evaluate(RUN_CELL, [index, wait])

    def value(self, expression: str):
        """The value of a Python expression in the kernel."""
        text = self.page.evaluate(EVALUATE, expression)
        return json.loads(eval(text))  # the repr of a JSON string

    def until(self, expression: str, timeout_s: float = 20):
        """The value of an expression, once it is true."""
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            if value := self.value(expression):
                return value
            time.sleep(0.1)
        raise AssertionError(f"not true after {timeout_s} s: {expression}")

    def pixel(self, selector: str, x: float, y: float) -> list[int]:
        """A canvas pixel, RGBA."""
        return self.page.evaluate(PIXEL, [selector, int(x), int(y)])

    def button(self, name: str) -> Locator:
        """A button of the widget by the word on it."""
        return self.page.locator(".vos-explorer button", has_text=name).first
