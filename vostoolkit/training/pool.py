"""A pool of short pre-rendered clips on disk; training reads it through memory maps."""

from __future__ import annotations

import json
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
import platformdirs
from jaxtyping import Float64, UInt8
from tqdm.auto import tqdm

from vostoolkit.arrays import Size
from vostoolkit.data.synthetic.casting import EASY, LIFELIKE, MIXED, Difficulty, Wardrobe
from vostoolkit.data.synthetic.clip import GENERATOR, TRAINING_SEEDS, visible_scene
from vostoolkit.data.synthetic.staged import STAGED, Staging

_SHARD = 64


@dataclass(frozen=True)
class PoolPlan:
    """What a pool holds: clips of `stamps` moments with at most two objects, `size` pixels square.

    A third of the clips shows moments far apart, a third nearly consecutive ones, a third both;
    seen only the first kind, a network ignores continuity, and seen only the second, it drifts.
    `lifelike_share` of the clips are of the family `LIFELIKE`, `easy_share` of the rest `EASY`.
    `staged_share` of all clips are of the family `STAGED`: things on the ground of drawn and
    photographed places, some cut out of free drawings, some views of free models.
    `generator` is the version that draws them, so that an old pool is never taken for a new one.
    """

    clips: int = 3072
    stamps: int = 5
    size: int = 128
    easy_share: float = 0.35
    seed: int = 0
    lifelike_share: float = 0.0
    generator: int = GENERATOR
    staged_share: float = 0.0

    def __post_init__(self) -> None:
        if self.clips < 1 or self.stamps < 2 or self.size < 32 or not 0 <= self.seed < 1000:
            raise ValueError(
                f"{self}: give at least 1 clip of 2 moments and 32 pixels, and a seed in 0 … 999"
            )
        for name in ("lifelike_share", "staged_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} {getattr(self, name)}: give a share in [0, 1]")
        if self.generator != GENERATOR:
            raise ValueError(f"generator {self.generator}: this release draws as {GENERATOR} does")


@dataclass(frozen=True, eq=False)
class Pool:
    """Rendered clips: pictures and labels (0 background, 1 and 2 the objects)."""

    images: UInt8[np.ndarray, "clips stamps size size 3"]
    labels: UInt8[np.ndarray, "clips stamps size size"]


def open_pool(plan: PoolPlan, *, folder: Path | None = None, workers: int = 1) -> Pool:
    """The pool of this plan, rendered first if the folder doesn't hold it yet.

    The folder defaults to the user's cache; a pool is never part of the project.
    """
    root = folder or Path(platformdirs.user_cache_dir("vostoolkit")) / "pools"
    target = root / f"pool-{_name(plan)}"
    done = target / "plan.json"
    if not done.is_file():
        target.mkdir(parents=True, exist_ok=True)
        _render(plan, target, workers)
        done.write_text(json.dumps(asdict(plan)))
    return Pool(
        np.load(target / "images.npy", mmap_mode="r"), np.load(target / "labels.npy", mmap_mode="r")
    )


def _name(plan: PoolPlan) -> str:
    """One for each plan; those without staged clips are named as before there were any."""
    values = list(asdict(plan).values())
    return "-".join(str(value) for value in (values if plan.staged_share else values[:-1]))


def moments(rng: np.random.Generator, stamps: int) -> Float64[np.ndarray, " stamps"]:
    """Increasing times in frames: far apart, nearly consecutive, or both by turns."""
    kind = rng.integers(3)
    near = rng.uniform(0.5, 2.2, stamps - 1)
    far = rng.uniform(1.0, 9.0, stamps - 1)
    gaps = (near, far, np.where(rng.random(stamps - 1) < 0.6, near, 2 * far))[kind]
    return np.concatenate([[0.0], np.cumsum(gaps)])


def _render(plan: PoolPlan, target: Path, workers: int) -> None:
    shape = (plan.clips, plan.stamps, plan.size, plan.size)
    for name, full in (("images", (*shape, 3)), ("labels", shape)):
        np.lib.format.open_memmap(target / f"{name}.npy", "w+", np.uint8, full).flush()
    starts = range(0, plan.clips, _SHARD)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        shards = pool.map(_render_shard, *zip(*((plan, target, s) for s in starts), strict=True))
        for _ in tqdm(shards, total=len(starts), desc="pool"):
            pass


def _difficulty(plan: PoolPlan, rng: np.random.Generator) -> Difficulty | Staging:
    if plan.staged_share and rng.random() < plan.staged_share:
        return STAGED
    if plan.lifelike_share and rng.random() < plan.lifelike_share:
        return LIFELIKE
    return EASY if rng.random() < plan.easy_share else MIXED


def _render_shard(plan: PoolPlan, target: Path, start: int) -> None:
    cv2.setNumThreads(1)
    rng = np.random.default_rng([TRAINING_SEEDS.start + plan.seed, start])
    images = np.load(target / "images.npy", mmap_mode="r+")
    labels = np.load(target / "labels.npy", mmap_mode="r+")
    wardrobe = Wardrobe(rng, textures=64)
    size = Size(plan.size, plan.size)
    for clip in range(start, min(start + _SHARD, plan.clips)):
        objects = 1 if rng.random() < 0.25 else 2
        difficulty = _difficulty(plan, rng)
        scene = visible_scene(rng, wardrobe, objects=objects, difficulty=difficulty, size=size)
        for stamp, time in enumerate(moments(rng, plan.stamps)):
            images[clip, stamp], labels[clip, stamp] = scene.render(float(time), size, rng)
    images.flush()
    labels.flush()
