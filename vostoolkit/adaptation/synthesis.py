"""Clips made of annotated frames: their objects, cut out, move over what is behind them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from jaxtyping import Float32, UInt8

from vostoolkit.arrays import Image, Labels, Size
from vostoolkit.data.synthetic.motion import wander
from vostoolkit.data.synthetic.scene import Ripple
from vostoolkit.errors import SessionError
from vostoolkit.prompts import Skip
from vostoolkit.session import Session
from vostoolkit.training.augment import Batch

_OBJECTS = 2
_SMALLEST = 30
_STEP_FRAMES = 3.0


@dataclass(frozen=True, eq=False)
class Annotated:
    """A frame's picture and the labels that a person gave it or agreed to."""

    frame: int
    image: Image
    labels: Labels


def annotated_frames(session: Session, *, most: int = 8) -> tuple[Annotated, ...]:
    """The latest frames that a person marked, with the labels that came of it; at most ``most``.

    Raises:
        SessionError: nobody marked an object in a finished frame yet.
    """
    marked = sorted({p.frame for p in session.prompts if not isinstance(p, Skip)})
    done = session.trace.pictures
    found = [
        Annotated(frame, session.image(frame), session.labels(frame))
        for frame in marked
        if frame in done
    ]
    found = [one for one in found if np.count_nonzero(one.labels) >= _SMALLEST]
    if not found:
        raise SessionError(
            "no finished frame has an object that a person marked: answer a request and finish its "
            "frame, then adapt"
        )
    return tuple(found[-most:])


@dataclass(frozen=True)
class Synthesis:
    """How clips are made: ``side`` pixels square, seen at up to the network's ``short_side``.

    ``liveliness`` scales how far objects and camera move between two frames.
    """

    side: int = 144
    short_side: int = 256
    liveliness: float = 1.0


def synthetic_batch(
    rng: np.random.Generator,
    annotated: Sequence[Annotated],
    synthesis: Synthesis,
    *,
    clips: int,
    frames: int,
) -> Batch:
    """Clips of one or two objects of the annotated frames, with the truth of every pixel."""
    images = np.empty((clips, frames, synthesis.side, synthesis.side, 3), np.float32)
    labels = np.empty((clips, frames, synthesis.side, synthesis.side), np.int64)
    for clip in range(clips):
        image, label = _cut(rng, annotated[int(rng.integers(len(annotated)))], synthesis)
        images[clip], labels[clip] = _animated(rng, image, label, frames, synthesis.liveliness)
    pictures = torch.as_tensor(images).permute(0, 1, 4, 2, 3).contiguous() / 255
    return Batch(pictures, torch.as_tensor(labels))


def _cut(
    rng: np.random.Generator, annotated: Annotated, synthesis: Synthesis
) -> tuple[Image, Labels]:
    """A square around an object at about the size that the network sees, objects as 1 and 2."""
    ids, areas = np.unique(annotated.labels, return_counts=True)
    there = ids[(ids > 0) & (areas >= _SMALLEST)]
    chosen = rng.permutation(there)[: int(rng.integers(1, _OBJECTS + 1))]
    labels = np.zeros_like(annotated.labels)
    for number, object_id in enumerate(chosen, start=1):
        labels[annotated.labels == object_id] = number
    left, top, width, height = cv2.boundingRect((labels == 1).astype(np.uint8))
    scale = synthesis.short_side / min(labels.shape) * float(rng.uniform(0.7, 1.2))
    scale = min(scale, 0.75 * synthesis.side / max(width, height, 1))
    middle = np.array([left + width / 2, top + height / 2])
    middle += rng.normal(0, 0.12 * synthesis.side / scale, 2)
    corner = synthesis.side / 2 - scale * middle
    sign = -1.0 if rng.random() < 0.5 else 1.0
    pose = np.array([[sign * scale, 0, corner[0]], [0, scale, corner[1]]])
    if sign < 0:
        pose[0, 2] = synthesis.side / 2 + scale * middle[0]
    size = (synthesis.side, synthesis.side)
    image = annotated.image if scale >= 1 else _smoothed(annotated.image, scale)
    image = cv2.warpAffine(image, pose, size, borderMode=cv2.BORDER_REFLECT_101)
    labels = cv2.warpAffine(labels, pose, size, flags=cv2.INTER_NEAREST)
    return np.asarray(image), np.asarray(labels)


def _smoothed(image: Image, scale: float) -> Image:
    """Without the detail that a picture shrunk by this scale can't hold."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), 0.4 / scale))


def _animated(
    rng: np.random.Generator, image: Image, labels: Labels, frames: int, liveliness: float
) -> tuple[Float32[np.ndarray, "t y x 3"], UInt8[np.ndarray, "t y x"]]:
    """The objects of a picture on ways of their own, over a background that moves less."""
    size = Size(*labels.shape)
    masks = [(labels == o).astype(np.float32) for o in range(1, _OBJECTS + 1)]
    hole = cv2.dilate((labels > 0).astype(np.uint8), np.ones((5, 5), np.uint8))
    ground = cv2.inpaint(image, hole, 3, cv2.INPAINT_TELEA)
    moving = [_Way(rng, mask, liveliness) for mask in masks]
    camera = _Way(rng, np.ones(tuple(size), np.float32), 0.5 * liveliness)
    order = rng.permutation(_OBJECTS)
    times = np.cumsum(rng.uniform(0.3, 1.7, frames)) * _STEP_FRAMES
    pictures = np.empty((frames, *size, 3), np.float32)
    truth = np.zeros((frames, *size), np.uint8)
    gain, bias = wander(rng, 1.0, swing=0.06), wander(rng, 0.0, swing=6.0)
    for t, time in enumerate(times - times[0]):
        picture = camera.moved(ground, time).astype(np.float32)
        for number in order:
            own = moving[number].moved(masks[number], time)
            alpha = cv2.GaussianBlur(own, (0, 0), 0.7)[..., None]
            picture = picture * (1 - alpha) + moving[number].moved(image, time) * alpha
            truth[t][own > 0.5] = number + 1
        light = picture * gain(time) + bias(time) + rng.normal(0, 2, picture.shape)
        pictures[t] = np.clip(light, 0, 255)
    return pictures, truth


class _Way:
    """Where a layer is at each time: shifted, turned, scaled about its middle, and bent."""

    def __init__(
        self, rng: np.random.Generator, mask: Float32[np.ndarray, "y x"], liveliness: float
    ) -> None:
        side = min(mask.shape)
        y, x = np.nonzero(mask > 0.5) if mask.any() else (np.array([side / 2]),) * 2
        self._middle = np.array([x.mean(), y.mean()])
        self._size = Size(*mask.shape)
        far, turn = 0.006 * side * liveliness, 0.012 * liveliness
        self._shift = [wander(rng, 0, velocity=far, swing=4 * far) for _ in range(2)]
        self._angle = wander(rng, 0, velocity=turn, swing=4 * turn)
        self._log_scale = wander(rng, 0, velocity=0.6 * turn, swing=2 * turn)
        shifts = rng.normal(0, 0.02 * liveliness, (2, 4, 4, 2)).astype(np.float32)
        self._bend = Ripple(shifts, (0.12, 0.07))

    def moved(self, picture: np.ndarray, time: float) -> np.ndarray:
        """The picture at this time; at time 0 it is bent, and not moved."""
        grid = self._bend.grid(time, self._size) - self._middle.astype(np.float32)
        angle, scale = self._angle(time), math.exp(-self._log_scale(time))
        turned = scale * np.array(
            [[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]]
        )
        shift = np.array([path(time) for path in self._shift])
        places = ((grid - shift) @ turned.T + self._middle).astype(np.float32)
        x, y = np.ascontiguousarray(places[..., 0]), np.ascontiguousarray(places[..., 1])
        border = cv2.BORDER_CONSTANT if picture.ndim == 2 else cv2.BORDER_REFLECT_101
        return np.asarray(cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=border))
