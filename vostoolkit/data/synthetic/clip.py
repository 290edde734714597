"""Synthetic clips with ground truth: the same seed gives the same pixels on every call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from vostoolkit.arrays import Image, Labels, ObjectId, Size
from vostoolkit.data.synthetic.casting import MIXED, Difficulty, Wardrobe, random_scene
from vostoolkit.data.synthetic.scene import Scene
from vostoolkit.data.synthetic.staged import Staging, staged_scene
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks

EVALUATION_SEEDS = range(0, 1_000_000)
"""Seeds of clips for tests and scores; no training pool is ever drawn from them."""

TRAINING_SEEDS = range(1_000_000, 2_000_000)
"""Seeds of training pools."""

GENERATOR = 3
"""The version of the drawn clips: raised with every change that makes a seed's clip another."""

_ATTEMPTS = 50
_SMALLEST_AREA = 0.006


@dataclass(frozen=True, eq=False)
class SyntheticVideo:
    """The pictures of a scene at the times 0, 1, 2, …; a frame is rendered when it is asked for."""

    scene: Scene
    size: Size
    frames: int
    seed: int
    fps: float = 25.0
    supersample: int = 1

    def __len__(self) -> int:
        return self.frames

    def __getitem__(self, index: int, /) -> Frame:
        return Frame(index, self.rendered(index)[0], index / self.fps)

    def __iter__(self) -> Iterator[Frame]:
        return (self[index] for index in range(self.frames))

    def rendered(self, index: int) -> tuple[Image, Labels]:
        """Picture and labels of one frame.

        Raises:
            IndexError: `index` is not in 0 … frames - 1.
        """
        if not 0 <= index < self.frames:
            raise IndexError(f"frame {index} of a clip with {self.frames} frames: they start at 0")
        grain = np.random.default_rng([self.seed, index])
        return self.scene.render(float(index), self.size, grain, supersample=self.supersample)


@dataclass(frozen=True, eq=False)
class SyntheticClip:
    """A rendered video and its ground truth."""

    video: SyntheticVideo
    objects: tuple[ObjectId, ...]

    def labels(self, index: int) -> Labels:
        """True object ids of one frame, 0 where no object is seen."""
        return self.video.rendered(index)[1]

    def masks(self, index: int) -> Masks:
        """True masks of one frame; an object that is out of sight has an empty one."""
        return Masks.from_labels(self.labels(index), self.objects)


def synthetic_clip(
    seed: int,
    *,
    frames: int = 30,
    size: tuple[int, int] = (128, 192),
    objects: int = 1,
    difficulty: Difficulty | Staging = MIXED,
) -> SyntheticClip:
    """A random clip whose objects are all in sight in frame 0.

    Raises:
        ValueError: no frames, fewer than 1 or more than 20 objects, a size under 16, a negative
            seed.
    """
    if frames < 1 or not 1 <= objects <= 20 or min(size) < 16 or seed < 0:
        raise ValueError(
            f"synthetic_clip(seed={seed}, frames={frames}, size={size}, objects={objects}): give "
            "a seed of at least 0, 1 or more frames, 1 to 20 objects and at least 16x16 pixels"
        )
    extent = Size(*size)
    rng = np.random.default_rng([seed, 0])
    wardrobe = Wardrobe(rng, textures=8 + 2 * objects)
    scene = visible_scene(rng, wardrobe, objects=objects, difficulty=difficulty, size=extent)
    return SyntheticClip(SyntheticVideo(scene, extent, frames, seed), tuple(range(1, objects + 1)))


def visible_scene(
    rng: np.random.Generator,
    wardrobe: Wardrobe,
    *,
    objects: int,
    difficulty: Difficulty | Staging,
    size: Size,
) -> Scene:
    """A random scene in which every object covers at least 0.6 % of the picture at time 0.

    Many objects may not all fit: after 50 attempts the best scene is taken.
    """
    best: tuple[float, Scene] | None = None
    small = Size(size.height * 64 // min(size), size.width * 64 // min(size))
    for _ in range(_ATTEMPTS):
        if isinstance(difficulty, Staging):
            scene = staged_scene(rng, wardrobe, objects=objects, staging=difficulty, size=size)
        else:
            scene = random_scene(rng, wardrobe, objects=objects, difficulty=difficulty, size=size)
        labels = scene.render(0.0, small, rng)[1]
        shares = np.bincount(labels.ravel(), minlength=objects + 1)[1:] / labels.size
        smallest = float(shares.min())
        if best is None or smallest > best[0]:
            best = (smallest, scene)
        if smallest >= _SMALLEST_AREA:
            break
    if best is None or best[0] == 0:
        raise ValueError(f"{objects} objects don't fit into {size.width}x{size.height} pixels")
    return best[1]
