"""Examples for the click network: an object, a wrong present mask, and clicks that mend it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from vostoolkit.arrays import Image
from vostoolkit.prompts import Box, Click
from vostoolkit.training.augment import varied
from vostoolkit.training.pool import Pool


@dataclass(frozen=True, eq=False)
class Example:
    """One picture with the true mask of one object, the present mask and the clicks so far."""

    image: Image
    truth: UInt8[np.ndarray, "h w"]
    previous: Float32[np.ndarray, "h w"]
    clicks: tuple[Click, ...]
    box: Box | None = None

    def clicked(self, previous: Float32[np.ndarray, "h w"], rng: np.random.Generator) -> Example:
        """The example with a new present mask and one more click on its largest error."""
        click = error_click(self.truth, (previous > 0.5).astype(np.uint8), rng)
        return replace(
            self, previous=previous, clicks=self.clicks if click is None else (*self.clicks, click)
        )


def random_example(pool: Pool, rng: np.random.Generator) -> Example:
    """An object of the pool at least 0.15 % of the picture in size, with its first prompt."""
    while True:
        clip, stamp = int(rng.integers(len(pool.images))), int(rng.integers(pool.images.shape[1]))
        pair = (
            np.asarray(pool.images[clip, stamp])[None],
            np.asarray(pool.labels[clip, stamp])[None],
        )
        images, labels = varied(rng, *pair)
        image, truth = images[0].astype(np.uint8), np.equal(labels[0], rng.integers(1, 3))
        image, truth = _reframed(rng, image, truth.astype(np.uint8))
        if 0.0015 <= truth.mean() <= 0.8:
            break
    previous = np.zeros_like(truth) if rng.random() < 0.5 else spoiled(truth, rng)
    click = error_click(truth, previous, rng)
    with_box = rng.random() < 0.2
    has_click = click is not None and not (with_box and rng.random() < 0.6)
    return Example(
        image,
        truth,
        previous.astype(np.float32),
        (click,) if has_click and click is not None else (),
        loose_box(truth, rng) if with_box else None,
    )


def _reframed(
    rng: np.random.Generator, image: Image, truth: UInt8[np.ndarray, "h w"]
) -> tuple[Image, UInt8[np.ndarray, "h w"]]:
    """At times a close-up of the object, at times the picture from further away."""
    side, chance = len(truth), rng.random()
    if chance < 0.35 and truth.any():
        left, top, width, height = cv2.boundingRect(truth)
        part = int(np.clip(max(width, height) * rng.uniform(1.2, 3.0), 24, side))
        middle = np.array([top + height / 2, left + width / 2]) + rng.normal(0, 0.1 * part, 2)
        y, x = np.clip(middle - part / 2, 0, side - part).astype(int)
        image, truth = image[y : y + part, x : x + part], truth[y : y + part, x : x + part]
    elif chance < 0.55:
        smaller = int(side * rng.uniform(0.35, 0.8))
        image = cv2.resize(image, (smaller, smaller), interpolation=cv2.INTER_AREA)
        truth = cv2.resize(truth, (smaller, smaller), interpolation=cv2.INTER_NEAREST)
        before = int(rng.integers(0, side - smaller + 1))
        edges = (before, side - smaller - before)
        image = np.pad(image, (edges, edges, (0, 0)), mode="reflect")
        truth = np.pad(truth, (edges, edges))
    return (
        cv2.resize(np.ascontiguousarray(image), (side, side), interpolation=cv2.INTER_LINEAR),
        cv2.resize(np.ascontiguousarray(truth), (side, side), interpolation=cv2.INTER_NEAREST),
    )


def error_click(
    truth: UInt8[np.ndarray, "h w"],
    predicted: UInt8[np.ndarray, "h w"],
    rng: np.random.Generator | None = None,
) -> Click | None:
    """A click inside the largest connected error, None if there is no error.

    In its middle, or with `rng` at a random place that is not at its border.
    """
    found: list[tuple[int, bool, np.ndarray]] = []
    for positive, error in ((True, truth > predicted), (False, truth < predicted)):
        count, parts, statistics, _ = cv2.connectedComponentsWithStats(error.astype(np.uint8))
        if count < 2:
            continue
        part = 1 + int(np.argmax(statistics[1:, cv2.CC_STAT_AREA]))
        area = int(statistics[part, cv2.CC_STAT_AREA])
        found.append((area, positive, np.equal(parts, part)))
    if not found:
        return None
    _, positive, region = max(found, key=lambda error: error[0])
    depth = cv2.distanceTransform(np.pad(region, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    least = depth.max() if rng is None else rng.uniform(0.3, 1.0) * depth.max()
    places = np.argwhere(depth >= least)
    y, x = places[0 if rng is None else rng.integers(len(places))]
    return Click(frame=0, object_id=1, x=float(x), y=float(y), positive=positive)


def loose_box(truth: UInt8[np.ndarray, "h w"], rng: np.random.Generator) -> Box:
    """The box around the object as a hand draws it: up to a tenth too large or too small."""
    left, top, width, height = cv2.boundingRect(truth)
    slack = rng.uniform(-0.03, 0.1, 4) * max(width, height)
    return Box(
        frame=0,
        object_id=1,
        left=left - slack[0],
        top=top - slack[1],
        right=max(left + width - 1 + slack[2], left),
        bottom=max(top + height - 1 + slack[3], top),
    )


def spoiled(truth: UInt8[np.ndarray, "h w"], rng: np.random.Generator) -> UInt8[np.ndarray, "h w"]:
    """A wrong version of a mask: grown, shrunken, moved, or with a piece too many or few."""
    side = min(truth.shape)
    width = int(rng.integers(3, max(4, side // 9)))
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    kind = rng.integers(4)
    if kind < 2:
        return (cv2.dilate, cv2.erode)[kind](truth, brush)
    linear = np.diag(rng.uniform(0.85, 1.15, 2)) + rng.normal(0, 0.05, (2, 2))
    middle = np.array(truth.shape[::-1]) / 2
    offset = middle - linear @ middle + rng.normal(0, 0.04 * side, 2)
    moved = cv2.warpAffine(
        truth, np.column_stack([linear, offset]), truth.shape[::-1], flags=cv2.INTER_NEAREST
    )
    if kind == 3:
        x, y = rng.integers(0, truth.shape[::-1])
        radius = int(rng.uniform(0.05, 0.2) * side)
        cv2.circle(moved, (int(x), int(y)), radius, int(rng.integers(2)), -1)
    return moved
