"""Hands for an Explorer's canvas in a browser: where things lie, tools, presses, pixels."""

import numpy as np
from open_notebook import Notebook
from playwright.sync_api import Locator

CANVAS = "canvas[aria-label^='video frame']"
WIDTH = 320
"""How wide the clips of these tests are."""

INK = """() => {
    const sheet = document.querySelector("canvas[aria-hidden='true']");
    const { data } = sheet.getContext("2d").getImageData(0, 0, sheet.width, sheet.height);
    return data.filter((value, index) => index % 4 === 3 && value > 0).length;
}"""
"""How many pixels the page itself has drawn on over the canvas."""


def canvas_of(notebook: Notebook) -> Locator:
    return notebook.page.locator(CANVAS).first


def place(notebook: Notebook, x: float, y: float) -> tuple[float, float]:
    """Where an image point lies on the page."""
    canvas_of(notebook).scroll_into_view_if_needed()
    box = canvas_of(notebook).bounding_box()
    scale = box["width"] / WIDTH
    return box["x"] + (x + 0.5) * scale, box["y"] + (y + 0.5) * scale


def pick(notebook: Notebook, tool: str) -> None:
    button = notebook.page.locator(f".vos-bar button[data-name={tool}]")
    button.click()
    notebook.until(f"explorer.tool == '{tool}'")
    notebook.page.wait_for_selector(f".vos-bar button[data-name={tool}][aria-pressed=true]")


def press(notebook: Notebook, *path: tuple[float, float], button="left") -> None:
    """Presses at the first image point and moves through the others; does not let go."""
    mouse = notebook.page.mouse
    mouse.move(*place(notebook, *path[0]))
    mouse.down(button=button)
    for point in path[1:]:
        mouse.move(*place(notebook, *point), steps=4)


def pixel(notebook: Notebook, x: float, y: float) -> np.ndarray:
    shown = notebook.picture(CANVAS)
    scale = shown.width / WIDTH
    return np.array(shown.getpixel((int((x + 0.5) * scale), int((y + 0.5) * scale))), int)
