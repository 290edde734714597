"""The clip of the demonstration and the notebooks: a fish, its look-alike, and kelp in between."""

from __future__ import annotations

import math

import numpy as np

from vostoolkit.arrays import Size
from vostoolkit.data.synthetic.aquarium import fish, kelp, mirrored, sea_bed, stone, swimmer
from vostoolkit.data.synthetic.body import Body
from vostoolkit.data.synthetic.clip import SyntheticClip, SyntheticVideo
from vostoolkit.data.synthetic.motion import Path
from vostoolkit.data.synthetic.scene import Camera, Lens, Scene

_SEED = 7
_FRAMES = 90


def demo_clip(*, frames: int = _FRAMES, size: tuple[int, int] = (360, 640)) -> SyntheticClip:
    """The embedded clip: object 1 is the orange fish that swims from the left behind the kelp.

    A second, unlabelled fish of nearly the same looks comes the other way and passes in front of
    it. Always the same pixels at one size; 90 frames at 25 a second unless told otherwise.

    Raises:
        ValueError: no frames, or a size under 16 pixels.
    """
    if frames < 1 or min(size) < 16:
        raise ValueError(f"demo_clip(frames={frames}, size={size}): give 1 frame and 16x16 pixels")
    video = SyntheticVideo(_scene(), Size(*size), frames, _SEED, supersample=2)
    return SyntheticClip(video, (1,))


def _scene() -> Scene:
    rng = np.random.default_rng(_SEED)
    bed = 1024
    width = 2.7
    hero = fish(rng, (236, 124, 38), size=0.42, pose=_hero())
    twin = mirrored(fish(rng, (230, 140, 62), size=0.38, pose=_twin()))
    return Scene(
        background=sea_bed(rng, bed),
        background_pose=np.array([[width / bed, 0, -width / 2], [0, width / bed, -width * 0.59]]),
        bodies=(
            (kelp(rng, x=-0.72, height=0.5, blades=3), 0),
            (stone(rng, x=0.62, y=0.36, radius=0.17), 0),
            (hero, 1),
            (twin, 0),
            (kelp(rng, x=0.02, height=0.95, blades=6), 0),
            (stone(rng, x=-0.36, y=0.45, radius=0.13), 0),
        ),
        camera=Camera(
            x=Path(0.0, swings=(0.05, 0.0), rates=(2 * math.pi / 120, 0.0)),
            y=Path(0.0, swings=(0.012, 0.0), rates=(2 * math.pi / 70, 0.0)),
            angle=Path(0.0),
            log_zoom=Path(0.0, swings=(0.03, 0.0), rates=(2 * math.pi / 150, 0.0)),
        ),
        lens=Lens(
            blur=0.5,
            noise=2.0,
            gain=Path(1.0, swings=(0.03, 0.0), rates=(0.12, 0.0)),
            bias=Path(0.0),
        ),
        cast_shadow=0.25,
    )


def _hero() -> Body:
    return swimmer(
        Path(-0.48, velocity=0.0125),
        Path(-0.02, swings=(0.07, 0.02), rates=(2 * math.pi / 60, 2 * math.pi / 23)),
        Path(0.0, swings=(0.12, 0.0), rates=(2 * math.pi / 60, 0.0), phases=(1.2, 0.0)),
        growth=0.001,
    )


def _twin() -> Body:
    return swimmer(
        Path(1.25, velocity=-0.0165),
        Path(0.08, swings=(0.06, 0.0), rates=(2 * math.pi / 50, 0.0), phases=(2.0, 0.0)),
        Path(0.0, swings=(0.1, 0.0), rates=(2 * math.pi / 50, 0.0)),
    )
