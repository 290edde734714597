"""A notebook open in a browser, for the tests in tests/browser."""

import base64
import io
import json
import os
import time
from pathlib import Path

import numpy as np
from PIL import Image as PillowImage
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
EXECUTE = """async code => {
    const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const reply = (await kernel.requestExecute({code, silent: true}).done).content;
    if (reply.status !== 'ok') throw new Error(reply.evalue);
}"""
LOOK = """
import base64, io
from PIL import Image
from vostoolkit_widgets.scene import scene_of

def as_png(array):
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "png", compress_level=1)
    return base64.b64encode(buffer.getvalue()).decode()
"""


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

    def until(self, expression: str, timeout_s: float = 60):
        """The value of an expression, once it is true."""
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            if value := self.value(expression):
                return value
            time.sleep(0.1)
        raise AssertionError(f"not true after {timeout_s} s: {expression}")

    def picture(self, selector: str) -> PillowImage.Image:
        """What a canvas shows, RGB."""
        address = self.page.evaluate(
            "selector => document.querySelector(selector).toDataURL()", selector
        )
        png = base64.b64decode(address.partition(",")[2])
        return PillowImage.open(io.BytesIO(png)).convert("RGB")

    def execute(self, code: str) -> None:
        """Runs code in the kernel."""
        self.page.evaluate(EXECUTE, code)

    def keep_picture(self, name: str, part: str = ".vos-explorer") -> None:
        """Saves what the page shows of the widget in the folder SCREENSHOTS, if that is set."""
        if folder := os.environ.get("SCREENSHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            widget = self.page.locator(part).first
            widget.screenshot(path=Path(folder) / f"{name}.png")

    def let_see(self) -> None:
        """Names in the kernel what the tests look at it with."""
        self.execute(LOOK)

    def array(self, expression: str) -> np.ndarray:
        """A uint8 array in the kernel."""
        png = base64.b64decode(self.value(f"as_png({expression})"))
        return np.array(PillowImage.open(io.BytesIO(png)))

    def button(self, name: str) -> Locator:
        """A button of the widget by the word on it."""
        return self.page.locator(".vos-explorer button", has_text=name).first
