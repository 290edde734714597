"""Examples for the click network: an object, a wrong present mask, and clicks that mend it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from vostoolkit.arrays import Image
from vostoolkit.prompts import Box, Click, Scribble
from vostoolkit.training.augment import varied
from vostoolkit.training.pool import Pool
from vostoolkit.training.simulated_clicks import (
    error_click,
    error_line,
    error_scribble,
    loose_box,
    spoiled,
)

_SMALLEST_SHARE = 0.0015
_LARGEST_SHARE = 0.8
_SCRIBBLED_SHARE = 0.5
_SCRIBBLED_AGAIN_SHARE = 0.25
_CUT_SHARE = 0.4
_CREASED_SHARE = 0.35
_FRESH_SHARE = 0.75
_SECOND_LOOK_SHARE = 0.15


@dataclass(frozen=True, eq=False)
class Example:
    """One picture with the true mask of one object, the present mask and the strokes so far."""

    image: Image
    truth: UInt8[np.ndarray, "h w"]
    previous: Float32[np.ndarray, "h w"]
    strokes: tuple[Click | Scribble, ...]
    box: Box | None = None

    def clicked(self, previous: Float32[np.ndarray, "h w"], rng: np.random.Generator) -> Example:
        """The example with a new present mask and one more stroke on its largest error.

        Now and then there is no new stroke, as in the close-up that follows a first look.
        """
        if rng.random() < _SECOND_LOOK_SHARE:
            return replace(self, previous=previous)
        stroke = _stroke(self.truth, (previous > 0.5).astype(np.uint8), rng)
        strokes = self.strokes if stroke is None else (*self.strokes, stroke)
        return replace(self, previous=previous, strokes=strokes)


def random_example(pool: Pool, rng: np.random.Generator, *, side: int = 128) -> Example:
    """An object of the pool in a picture of `side` pixels, with its first prompt.

    The object covers 0.15 % to 80 % of the picture, and is mostly seen as a whole.
    """
    while True:
        clip, stamp = int(rng.integers(len(pool.images))), int(rng.integers(pool.images.shape[1]))
        labels = np.asarray(pool.labels[clip, stamp])
        truth = np.equal(labels, rng.integers(1, 3)).astype(np.uint8)
        if truth.mean() < _SMALLEST_SHARE:
            continue
        image, truth = _framed(rng, np.asarray(pool.images[clip, stamp]), truth, side)
        images, masks = varied(rng, image[None], truth[None], upright=0.8, hues=0.3)
        image, truth = images[0].astype(np.uint8), (masks[0] > 0).astype(np.uint8)
        if _SMALLEST_SHARE <= truth.mean() <= _LARGEST_SHARE and (
            not _is_cut(truth) or rng.random() < _CUT_SHARE
        ):
            break
    if rng.random() < _CREASED_SHARE:
        image = creased(rng, image, truth)
    previous = np.zeros_like(truth) if rng.random() < _FRESH_SHARE else spoiled(truth, rng)
    stroke = _stroke(truth, previous, rng)
    with_box = rng.random() < 0.15
    has_stroke = stroke is not None and not (with_box and rng.random() < 0.6)
    return Example(
        image,
        truth,
        previous.astype(np.float32),
        (stroke,) if has_stroke and stroke is not None else (),
        loose_box(truth, rng) if with_box else None,
    )


def creased(
    rng: np.random.Generator, image: Image, truth: UInt8[np.ndarray, "h w"]
) -> UInt8[np.ndarray, "h w 3"]:
    """The object with up to three seams, or with another colour on one side of them.

    Edges inside a thing, as between shirt and shorts or door and door, don't end it. At times they
    run on over its surroundings, as a shadow does.
    """
    shown = image.astype(np.float32)
    places = np.argwhere(truth)
    y, x = np.mgrid[: truth.shape[0], : truth.shape[1]].astype(np.float32)
    for _ in range(int(rng.integers(1, 4))):
        down, across = places[rng.integers(len(places))]
        angle = rng.choice([0, 0.5]) * np.pi + rng.normal(0, 0.4)
        away = (x - across) * np.cos(angle) + (y - down) * np.sin(angle)
        where = np.abs(away) < rng.uniform(0.5, 1.5) if rng.random() < 0.65 else away > 0
        where = where & (truth > 0) if rng.random() < 0.75 else where
        shift = rng.normal(0, rng.choice([0.0, 30.0]), 3)
        shown[where] = shown[where] * np.exp(rng.normal(0, 0.6)) + shift
    return np.clip(shown, 0, 255).astype(np.uint8)


def _is_cut(truth: UInt8[np.ndarray, "h w"]) -> bool:
    return bool(truth[[0, -1]].any() or truth[:, [0, -1]].any())


def _stroke(
    truth: UInt8[np.ndarray, "h w"], previous: UInt8[np.ndarray, "h w"], rng: np.random.Generator
) -> Click | Scribble | None:
    if rng.random() < (_SCRIBBLED_AGAIN_SHARE if previous.any() else _SCRIBBLED_SHARE):
        width = float(rng.uniform(1.5, 5))
        line = error_line(truth, previous, width=width) if rng.random() < 0.75 else None
        return line or error_scribble(truth, previous, rng, width=width)
    return error_click(truth, previous, None if rng.random() < 0.3 else rng)


def _framed(
    rng: np.random.Generator,
    image: UInt8[np.ndarray, "h w 3"],
    truth: UInt8[np.ndarray, "h w"],
    side: int,
) -> tuple[UInt8[np.ndarray, "{side} {side} 3"], UInt8[np.ndarray, "{side} {side}"]]:
    """The whole picture, a close-up of the object, or the picture from further away."""
    whole, chance = len(truth), rng.random()
    if chance < 0.45 and truth.any():
        left, top, width, height = cv2.boundingRect(truth)
        part = int(np.clip(max(width, height) * rng.uniform(1.2, 3.0), 32, whole))
        middle = np.array([top + height / 2, left + width / 2]) + rng.normal(0, 0.1 * part, 2)
        y, x = np.clip(middle - part / 2, 0, whole - part).astype(int)
        image, truth = image[y : y + part, x : x + part], truth[y : y + part, x : x + part]
    elif chance < 0.6:
        edge = int(whole * rng.uniform(0.1, 0.6))
        before = int(rng.integers(0, edge + 1))
        edges = (before, edge - before)
        image = np.pad(image, (edges, edges, (0, 0)), mode="reflect")
        truth = np.pad(truth, (edges, edges))
    way = cv2.INTER_AREA if len(truth) > side else cv2.INTER_LINEAR
    return (
        cv2.resize(np.ascontiguousarray(image), (side, side), interpolation=way),
        cv2.resize(np.ascontiguousarray(truth), (side, side), interpolation=cv2.INTER_NEAREST),
    )
