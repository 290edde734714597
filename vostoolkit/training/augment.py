"""Cheap variations of pooled clips: a pool of thousands then lasts for hours of training."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from einops import rearrange
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from vostoolkit.training.pool import Pool


@dataclass(frozen=True, eq=False)
class Batch:
    """Pictures in [0, 1] and labels of `b` clips with `t` frames each."""

    images: Float[Tensor, "b t 3 h w"]
    labels: Int[Tensor, "b t h w"]

    def to(self, device: torch.device) -> Batch:
        """The batch on another device."""
        return Batch(self.images.to(device), self.labels.to(device))


def draw_batch(pool: Pool, rng: np.random.Generator, *, clips: int, frames: int) -> Batch:
    """Random clips of the pool, varied in place, colour, time and numbering."""
    pictures: list[np.ndarray] = []
    labels: list[np.ndarray] = []
    while len(pictures) < clips:
        clip = int(rng.integers(len(pool.images)))
        times = _moments(rng, pool.images.shape[1], frames)
        image, label = np.asarray(pool.images[clip])[times], np.asarray(pool.labels[clip])[times]
        image, label = varied(rng, image, label)
        if not (label[0] > 0).any():
            continue
        pictures.append(image)
        labels.append(label)
    images = torch.as_tensor(np.stack(pictures))
    return Batch(
        rearrange(images, "b t h w c -> b t c h w").contiguous() / 255,
        torch.as_tensor(np.stack(labels).astype(np.int64)),
    )


def varied(
    rng: np.random.Generator,
    images: UInt8[np.ndarray, "t h w 3"],
    labels: UInt8[np.ndarray, "t h w"],
    *,
    upright: float = 0.0,
    hues: float = 0.7,
) -> tuple[Float[np.ndarray, "t h w 3"], UInt8[np.ndarray, "t h w"]]:
    """Turned, mirrored, zoomed, recoloured and renumbered; the same for all frames of a clip.

    `upright` is the share that isn't turned: things stand on the ground in most pictures. `hues` is
    the share whose red, green and blue change places.
    """
    turns = 0 if upright and rng.random() < upright else int(rng.integers(4))
    images, labels = np.rot90(images, turns, (1, 2)), np.rot90(labels, turns, (1, 2))
    if rng.random() < 0.5:
        images, labels = images[:, :, ::-1], labels[:, :, ::-1]
    if rng.random() < 0.5:
        images, labels = _zoomed(rng, images, labels)
    if rng.random() < hues:
        images = images[..., rng.permutation(3)]
    colours = images.astype(np.float32)
    grey = colours.mean(axis=-1, keepdims=True)
    colours = grey + (colours - grey) * np.float32(
        rng.choice([0.0, 0.4, 0.7, 1.0], p=[0.06, 0.3, 0.3, 0.34])
    )
    contrast, shift = rng.uniform(0.7, 1.3), rng.normal(0, 20)
    colours = np.clip((colours - 128) * np.float32(contrast) + np.float32(128 + shift), 0, 255)
    if rng.random() < 0.5:
        labels = np.array([0, 2, 1], np.uint8)[labels]
    return np.ascontiguousarray(colours), np.ascontiguousarray(labels)


def _moments(rng: np.random.Generator, stamps: int, frames: int) -> np.ndarray:
    if frames > stamps:
        raise ValueError(f"{frames} frames from clips of {stamps}: render a pool with more stamps")
    if rng.random() < 0.5:
        first = int(rng.integers(0, stamps - frames + 1))
        times = np.arange(first, first + frames)
    else:
        times = np.sort(rng.choice(stamps, frames, replace=False))
    return times[::-1] if rng.random() < 0.5 else times


def _zoomed(
    rng: np.random.Generator, images: np.ndarray, labels: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    side = images.shape[1]
    part = int(rng.integers(side * 5 // 8, side))
    top, left = rng.integers(0, side - part + 1, 2)
    window = np.s_[:, top : top + part, left : left + part]
    return (
        _enlarged(images[window], side, cv2.INTER_LINEAR),
        _enlarged(labels[window], side, cv2.INTER_NEAREST),
    )


def _enlarged(pictures: np.ndarray, side: int, way: int) -> np.ndarray:
    larger = np.empty((len(pictures), side, side, *pictures.shape[3:]), np.uint8)
    for i in range(len(pictures)):
        larger[i] = cv2.resize(np.ascontiguousarray(pictures[i]), (side, side), interpolation=way)
    return larger
