"""The clip of the demonstration and the notebooks: a fish, a rock and a look-alike."""

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
    """The embedded clip: object 1 is the orange fish that swims from the left behind a rock.

    It is out of sight from frame 29 to 43. An unlabelled fish of the same form in another colour is
    there from the start, and in front of it when it comes out. Always the same pixels at one size;
    90 frames at 25 a second unless told otherwise.

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
    hero = fish(rng, (236, 124, 38), (246, 246, 240), size=0.33, pose=_hero())
    twin = mirrored(fish(rng, (190, 96, 160), (246, 246, 240), size=0.3, pose=_twin()))
    return Scene(
        background=sea_bed(rng, bed),
        background_pose=np.array([[width / bed, 0, -width / 2], [0, width / bed, -width * 0.59]]),
        bodies=(
            (kelp(rng, x=-0.76, height=0.52, blades=3), 0),
            (stone(rng, place=(0.7, 0.44), radii=(0.22, 0.16)), 0),
            (hero, 1),
            (kelp(rng, x=0.5, height=0.4, blades=3), 0),
            (stone(rng, place=(0.08, 0.33), radii=(0.43, 0.5)), 0),
            (stone(rng, place=(-0.3, 0.48), radii=(0.2, 0.15)), 0),
            (twin, 0),
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
        Path(-0.572, 0.0145, (0.12, 0.0), (2 * math.pi / 90, 0.0), (-2.1, 0.0)),
        Path(0.07, swings=(0.04, 0.015), rates=(2 * math.pi / 60, 2 * math.pi / 23)),
        Path(0.0, swings=(0.1, 0.0), rates=(2 * math.pi / 60, 0.0), phases=(1.2, 0.0)),
        growth=0.0004,
    )


def _twin() -> Body:
    return swimmer(
        Path(0.66, -0.0035, (0.05, 0.0), (2 * math.pi / 70, 0.0), (1.0, 0.0)),
        Path(-0.16, velocity=0.0022, swings=(0.03, 0.0), rates=(2 * math.pi / 50, 0.0)),
        Path(0.0, swings=(0.1, 0.0), rates=(2 * math.pi / 50, 0.0)),
    )
