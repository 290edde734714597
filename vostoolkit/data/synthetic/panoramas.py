"""Photographed places: a camera looks around in one of the panoramas that the package holds.

`embedded/panoramas.md` says who took them and under which licence.
"""

from __future__ import annotations

import math
from functools import lru_cache
from importlib.resources import files

import cv2
import numpy as np
from jaxtyping import UInt8

from vostoolkit.data.synthetic.textures import Texture, noise_field

_LEAST_WIDE, _MOST_WIDE = math.radians(60), math.radians(110)
_LOWEST, _HIGHEST = math.radians(-24), math.radians(6)


@lru_cache(maxsize=1)
def panoramas() -> tuple[UInt8[np.ndarray, "h w 3"], ...]:
    """All panoramas: the whole circle from left to right, from the zenith down to the feet."""
    with (files("vostoolkit") / "embedded" / "panoramas.npz").open("rb") as packed:
        held = np.load(packed)
        codes = [held[name] for name in held.files]
    pictures = [np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR)) for code in codes]
    return tuple(np.ascontiguousarray(picture[..., ::-1]) for picture in pictures)


def look_around(rng: np.random.Generator, size: int) -> tuple[Texture, int]:
    """A square view in a random direction, and the row of its horizon, which may be outside."""
    held = panoramas()
    panorama = held[rng.integers(len(held))]
    wide, pitch = rng.uniform(_LEAST_WIDE, _MOST_WIDE), rng.uniform(_LOWEST, _HIGHEST)
    reach = math.tan(wide / 2)
    y, x = np.meshgrid(*[np.linspace(-reach, reach, size, dtype=np.float32)] * 2, indexing="ij")
    down = y * math.cos(pitch) - math.sin(pitch)
    ahead = y * math.sin(pitch) + math.cos(pitch)
    azimuth = np.arctan2(x, ahead) + rng.uniform(-math.pi, math.pi)
    below = np.arctan2(down, np.hypot(x, ahead))
    high, across = panorama.shape[:2]
    image = cv2.remap(
        panorama,
        ((azimuth / math.tau) % 1 * across).astype(np.float32),
        ((0.5 + below / math.pi) * (high - 1)).astype(np.float32),
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_WRAP,
    )
    image = np.asarray(image)[:, :: int(rng.choice([-1, 1]))]
    return _developed(rng, image), round(size * (0.5 + 0.5 * math.tan(pitch) / reach))


def _developed(rng: np.random.Generator, image: Texture) -> Texture:
    """With another exposure, contrast and white, and the fine grain that few pixels lack."""
    white = np.exp(rng.normal(0, rng.choice([0.02, 0.1]), 3))
    contrast, shift = rng.uniform(0.7, 1.3), rng.normal(0, 25)
    grain = noise_field(rng, len(image), coarsest=96, octaves=2) - 0.5
    shown = (image * white - 128) * contrast + 128 + shift
    shown *= 1 + rng.choice([0.0, 0.1, 0.25]) * grain[..., None]
    return np.clip(shown, 0, 255).astype(np.uint8)
