"""Every colour the toolkit draws with, defined once: objects, asking, uncertainty, mask files."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias

import numpy as np
from jaxtyping import Float, UInt8

Palette: TypeAlias = UInt8[np.ndarray, "256 3"]
Rgb: TypeAlias = tuple[int, int, int]

WHITE: Rgb = (255, 255, 255)

BLACK: Rgb = (20, 20, 24)
"""Of edges and signs on pictures."""

ASK: Rgb = (213, 94, 0)
"""Okabe–Ito vermilion: whatever the method asks for, and no object."""

PSEUDO: Rgb = (0, 114, 178)
"""Okabe–Ito blue: clicks that a method gives itself."""

_OBJECT_HUES = np.array(
    [
        (86, 180, 233),  # sky blue
        (230, 159, 0),  # orange
        (0, 158, 115),  # bluish green
        (204, 121, 167),  # reddish purple
        (240, 228, 66),  # yellow
        (0, 114, 178),  # blue
    ],
    np.float64,
)
_STRONGEST_SHADE = 0.55
_palette: ContextVar[Palette] = ContextVar("palette")


def colour_of(object_id: int) -> Rgb:
    """The RGB colour of one object id, 1 to 255; inside `drawn_in` that which was chosen.

    Raises:
        ValueError: an id that is no object's.
    """
    if not 1 <= object_id <= 255:
        raise ValueError(f"object id {object_id} has no colour: give an id from 1 to 255")
    red, green, blue = _palette.get(OKABE_ITO)[object_id]
    return int(red), int(green), int(blue)


@contextmanager
def drawn_in(palette: Palette) -> Generator[None]:
    """Inside it objects have these colours in every picture, whoever draws it.

    A picture is a function of a result and a frame, also one that a notebook registers; so the
    colours that a person chose go around it and not through it.

    Example:
        >>> with drawn_in(session.appearance.palette):
        ...     panel = picture(session.at(37).uncertainty)
    """
    before = _palette.set(palette)
    try:
        yield
    finally:
        _palette.reset(before)


def css(colour: Rgb) -> str:
    """A colour as CSS writes it, ``#rrggbb``."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def contrast(one: Rgb, other: Rgb) -> float:
    """How much two colours stand out from each other, from 1 (not at all) to 21.

    Source: WCAG 2, contrast ratio.
    """
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def ink_on(colour: Rgb) -> Rgb:
    """Black or white, whichever stands out more on a colour."""
    return max(BLACK, WHITE, key=lambda ink: contrast(ink, colour))


def _luminance(colour: Rgb) -> float:
    shares = np.array(colour) / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def rgb(text: str) -> Rgb:
    """A colour from how CSS writes it, ``#rrggbb``.

    Raises:
        ValueError: it is written in another way.
    """
    if not re.fullmatch("#[0-9a-fA-F]{6}", text):
        raise ValueError(f"colour {text!r}: give it as #rrggbb")
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _objects() -> Palette:
    """Okabe–Ito without black and vermilion, then again and again in other shades.

    Every id has a colour of its own; 0 is black.
    """
    palette = np.zeros((256, 3), np.uint8)
    for object_id in range(1, 256):
        turn, hue = divmod(object_id - 1, len(_OBJECT_HUES))
        shade = _STRONGEST_SHADE * _spread(turn)
        towards = 255.0 if shade > 0 else 0.0
        mixed = _OBJECT_HUES[hue] * (1 - abs(shade)) + towards * abs(shade)
        palette[object_id] = np.round(mixed)
    return palette


def _spread(turn: int) -> float:
    """The ``turn``-th number of a sequence over (-1, 1) that starts at 0 and fills it evenly."""
    value, half = 0.0, 1.0
    turn += 1
    while turn:
        turn, bit = divmod(turn, 2)
        half /= 2
        value += bit * half
    return 2 * value - 1


def _davis() -> Palette:
    """The palette of PASCAL VOC and DAVIS: the bits of the id dealt out to the channels."""
    ids = np.arange(256)
    palette = np.zeros((256, 3), np.uint8)
    for place in range(8):
        for channel in range(3):
            bit = (ids >> (3 * place + channel)) & 1
            palette[:, channel] |= (bit << (7 - place)).astype(np.uint8)
    return palette


def _uncertainty() -> Palette:
    """From near-black violet over teal to bright yellow, lightness rising in equal steps.

    The path avoids red, so that a mark in :data:`ASK` stands out on it.
    """
    step = np.linspace(0, 1, 256)
    lightness = 0.20 + 0.74 * step
    hue = np.deg2rad(300 - 195 * step)
    chroma = 0.06 + 0.10 * step
    return _oklch_to_rgb(lightness, chroma, hue)


def _oklch_to_rgb(
    lightness: Float[np.ndarray, "n"], chroma: Float[np.ndarray, "n"], hue: Float[np.ndarray, "n"]
) -> UInt8[np.ndarray, "n 3"]:
    """Colours of the OKLCh space as 8-bit sRGB, hue in radians; what is out of gamut is clipped.

    Source: B. Ottosson, "A perceptual color space for image processing" (2020).
    """
    lab = np.stack([lightness, chroma * np.cos(hue), chroma * np.sin(hue)], axis=-1)
    to_cone = np.array(
        [
            [1.0, 0.3963377774, 0.2158037573],
            [1.0, -0.1055613458, -0.0638541728],
            [1.0, -0.0894841775, -1.2914855480],
        ]
    )
    to_linear = np.array(
        [
            [4.0767416621, -3.3077115913, 0.2309699292],
            [-1.2684380046, 2.6097574011, -0.3413193965],
            [-0.0041960863, -0.7034186147, 1.7076147010],
        ]
    )
    linear = np.clip((lab @ to_cone.T) ** 3 @ to_linear.T, 0, 1)
    curve = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.round(255 * curve).astype(np.uint8)


OBJECT_COLOURS: tuple[Rgb, ...] = tuple(
    (int(red), int(green), int(blue)) for red, green, blue in _OBJECT_HUES
)
"""Those of the first objects, which can be told apart whatever colours one sees."""

OKABE_ITO: Palette = _objects()
"""RGB by object id; row 0, the background, is black."""

DAVIS: Palette = _davis()
"""RGB by object id in mask files, as the data sets write them."""

UNCERTAINTY: Palette = _uncertainty()
"""RGB by uncertainty, 0 to 255: a perceptual map."""
