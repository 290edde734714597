"""Panels, titles, scales and rows: how small pictures become one. All on white, RGB."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from typing import Literal, TypeAlias

import cv2
import numpy as np
from jaxtyping import UInt8
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from vostoolkit.colours import Palette, Rgb

PAPER: Rgb = (255, 255, 255)
INK: Rgb = (32, 32, 36)
FAINT: Rgb = (104, 104, 112)
LINE: Rgb = (206, 206, 212)

TITLE_SIZE = 16
LABEL_SIZE = 14
GAP = 16

Picture: TypeAlias = UInt8[np.ndarray, "_ _ 3"]
"""RGB of any size; an `Image` is a frame's."""

Sign: TypeAlias = Literal["times", "equals", "arrow"]


@dataclass(frozen=True)
class Label:
    """A text at ``(x, y)`` in pixels; the anchor is Pillow's, by default the top left."""

    text: str
    at: tuple[float, float]
    size: int = LABEL_SIZE
    colour: Rgb = INK
    anchor: str = "la"


def blank(height: int, width: int, colour: Rgb = PAPER) -> Picture:
    """A picture of one colour."""
    return np.full((height, width, 3), colour, np.uint8)


def labelled(picture: Picture, labels: Iterable[Label]) -> Picture:
    """The picture with texts written on it."""
    canvas = PillowImage.fromarray(picture)
    draw = ImageDraw.Draw(canvas)
    for label in labels:
        font = _font(label.size)
        draw.text(label.at, label.text, fill=label.colour, font=font, anchor=label.anchor)
    return np.array(canvas)


def text_width(text: str, size: int = LABEL_SIZE) -> int:
    """How many pixels wide a text is."""
    return int(np.ceil(_font(size).getlength(text)))


def titled(panel: Picture, title: str) -> Picture:
    """The panel with a title above it, and widened where the title is longer."""
    room = TITLE_SIZE + 9
    width = max(panel.shape[1], text_width(title, TITLE_SIZE) + 1)
    canvas = blank(panel.shape[0] + room, width)
    canvas[room:, : panel.shape[1]] = panel
    return labelled(canvas, [Label(title, (0, 1), TITLE_SIZE)])


def with_scale(panel: Picture, palette: Palette, low: str, high: str) -> Picture:
    """The panel with a colour scale below it that says what its ends mean."""
    height, width = panel.shape[:2]
    start = text_width(low) + 7
    end = max(start + 24, width - text_width(high) - 7)
    canvas = blank(height + 26, max(width, end + text_width(high) + 8))
    canvas[:height, :width] = panel
    steps = np.linspace(0, 255, end - start).round().astype(np.uint8)
    canvas[height + 11 : height + 21, start:end] = palette[steps]
    middle = height + 16
    return labelled(
        canvas,
        [
            Label(low, (0, middle), colour=FAINT, anchor="lm"),
            Label(high, (end + 7, middle), colour=FAINT, anchor="lm"),
        ],
    )


def with_legend(panel: Picture, colours: Mapping[str, Rgb]) -> Picture:
    """The panel with a legend below it: a square of each colour and what it means."""
    height, width = panel.shape[:2]
    needed = sum(text_width(text) + 34 for text in colours)
    canvas = blank(height + 26, max(width, needed))
    canvas[:height, :width] = panel
    labels, x, middle = list[Label](), 0, height + 16
    for text, colour in colours.items():
        canvas[middle - 6 : middle + 6, x : x + 12] = colour
        labels.append(Label(text, (x + 18, middle), colour=FAINT, anchor="lm"))
        x += text_width(text) + 34
    return labelled(canvas, labels)


def row(panels: Sequence[Picture], signs: Sequence[Sign | None] = ()) -> Picture:
    """Panels side by side, their tops in line, with a sign drawn between them where one is given.

    A sign stands at the middle of the highest panel.
    """
    height = max(panel.shape[0] for panel in panels)
    pieces: list[Picture] = []
    for panel, sign in zip_longest(panels, tuple(signs)[: len(panels) - 1]):
        pieces.append(_to_height(panel, height))
        pieces.append(blank(height, GAP) if sign is None else _sign(sign, height))
    return np.concatenate(pieces[:-1], axis=1)


def column(panels: Sequence[Picture], gap: int = GAP) -> Picture:
    """Panels below each other, their left sides in line."""
    width = max(panel.shape[1] for panel in panels)
    pieces: list[Picture] = []
    for panel in panels:
        missing = width - panel.shape[1]
        pieces += [np.concatenate([panel, blank(panel.shape[0], missing)], axis=1)]
        pieces += [blank(gap, width)]
    return np.concatenate(pieces[:-1])


def grid(panels: Sequence[Picture], columns: int) -> Picture:
    """Panels in rows of so many columns."""
    rows = [panels[start : start + columns] for start in range(0, len(panels), columns)]
    return column([row(panels) for panels in rows])


def framed(picture: Picture, margin: int = 10) -> Picture:
    """The picture with a white margin."""
    height, width = picture.shape[:2]
    canvas = blank(height + 2 * margin, width + 2 * margin)
    canvas[margin : margin + height, margin : margin + width] = picture
    return canvas


def _to_height(panel: Picture, height: int) -> Picture:
    return np.concatenate([panel, blank(height - panel.shape[0], panel.shape[1])])


def _sign(sign: Sign, height: int) -> Picture:
    """A strip with an operator in its middle; drawn, as the built-in font has none."""
    canvas = blank(height, 44)
    x, y, arm = 22, height // 2, 7

    def stroke(start: tuple[int, int], end: tuple[int, int]) -> None:
        cv2.line(canvas, start, end, INK, 2, cv2.LINE_AA)

    if sign == "times":
        stroke((x - arm, y - arm), (x + arm, y + arm))
        stroke((x - arm, y + arm), (x + arm, y - arm))
    elif sign == "equals":
        stroke((x - arm, y - 4), (x + arm, y - 4))
        stroke((x - arm, y + 4), (x + arm, y + 4))
    else:
        cv2.arrowedLine(canvas, (x - 12, y), (x + 12, y), INK, 2, cv2.LINE_AA, 0, 0.35)
    return canvas


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise RuntimeError("Pillow was built without FreeType: install its ordinary wheel")
    return font
