"""Things with real outlines, cut out of free pictures and views of free models, dressed anew.

Each picture is kept with the number of the material at every pixel, so that a chair's seat may be
of other cloth than its legs and still belong to it. `embedded/cutouts.md` and `models.md` say where
they are from.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from vostoolkit.data.synthetic.body import Part, Skin
from vostoolkit.data.synthetic.motion import Path
from vostoolkit.data.synthetic.shapes import Outline
from vostoolkit.data.synthetic.textures import Texture, noise_field, recoloured

_DRAWINGS_KEPT = 0.35
_MODELS_KEPT = 0.65
_REDRESSED = 0.8


@dataclass(frozen=True, eq=False)
class Cutout:
    """A square picture, its colours continued beyond the thing, and its materials from 1 on.

    Where `materials` is 0 the thing isn't. The share `kept` of all times it keeps its colours.
    """

    picture: UInt8[np.ndarray, "side side 3"]
    materials: UInt8[np.ndarray, "side side"]
    kept: float


@lru_cache(maxsize=1)
def cutouts() -> tuple[Cutout, ...]:
    """All cut-outs that the package holds: of drawings, then views of models."""
    return (*_packed("cutouts", _DRAWINGS_KEPT), *_packed("models", _MODELS_KEPT))


def _packed(name: str, kept: float) -> list[Cutout]:
    with (files("vostoolkit") / "embedded" / f"{name}.npz").open("rb") as packed:
        held = np.load(packed)
        pictures, materials = (
            np.split(held[kind], held[f"{kind}_ends"][:-1]) for kind in ("pictures", "materials")
        )
    return [
        Cutout(
            np.ascontiguousarray(np.asarray(cv2.imdecode(picture, cv2.IMREAD_COLOR))[..., ::-1]),
            np.asarray(cv2.imdecode(material, cv2.IMREAD_GRAYSCALE)),
            kept,
        )
        for picture, material in zip(pictures, materials, strict=True)
    ]


def cutout_part(rng: np.random.Generator, skin: Skin, *, radius: float) -> Part:
    """A random cut-out in new clothes, about `radius` around its middle."""
    held = cutouts()
    cutout = _bent(rng, held[rng.integers(len(held))])
    shape, extent = _silhouette(cutout.materials, radius)
    return Part(
        shape=shape,
        joint=(0.0, 0.0),
        reach=0.0,
        swing=Path(0.0),
        waves=np.zeros((1, 4)),
        patch=_dressed(rng, cutout, skin),
        extent=extent,
    )


def _bent(rng: np.random.Generator, cutout: Cutout) -> Cutout:
    """Pulled smoothly out of shape, and in or out along both axes."""
    side = len(cutout.materials)
    coarse = rng.normal(0, rng.choice([0.0, 0.02, 0.045]) * side, (4, 4, 2)).astype(np.float32)
    shift = np.asarray(cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC))
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    x, y = x + shift[..., 0], y + shift[..., 1]
    picture = cv2.remap(cutout.picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    materials = cv2.remap(cutout.materials, x, y, cv2.INTER_NEAREST)
    return replace(cutout, picture=np.asarray(picture), materials=np.asarray(materials))


def _silhouette(materials: UInt8[np.ndarray, "_ _"], radius: float) -> tuple[Outline, float]:
    """The outline with its larger holes as one polygon, and the half side of the square."""
    side = len(materials)
    inside = (materials > 0).astype(np.uint8)
    found, levels = cv2.findContours(inside, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    outer = max((i for i in range(len(found)) if levels[0][i][3] < 0), key=lambda i: len(found[i]))
    rings = [found[outer]] + [
        found[i] for i in range(len(found)) if levels[0][i][3] == outer and len(found[i]) > 12
    ]
    corners = [cv2.approxPolyDP(ring, 0.4, closed=True)[:, 0].astype(np.float64) for ring in rings]
    start = corners[0][:1]
    polygon = np.concatenate([part for ring in corners for part in (ring, ring[:1], start)])
    middle = (side - 1) / 2
    reach = float(np.abs(polygon - middle).max())
    return (polygon - middle) * (radius / reach), radius * middle / reach


def _dressed(rng: np.random.Generator, cutout: Cutout, skin: Skin) -> Texture:
    """The cut-out with other cloth on most materials, its light and dark kept, lit anew."""
    side, count = len(cutout.materials), int(cutout.materials.max())
    picture = cutout.picture.astype(np.float32)
    grey = picture.mean(axis=-1)
    image = _tinted(rng, picture)
    cloths = [_cut(rng, skin(), side) for _ in range(int(rng.integers(1, count + 2)))]
    if rng.random() >= cutout.kept:
        around = _spread(cutout.materials)
        for material in range(1, count + 1):
            where = around == material
            if where.any() and rng.random() < _REDRESSED:
                cloth = cloths[rng.integers(len(cloths))].astype(np.float32)
                light = np.clip((grey[where] + 20) / (grey[where].mean() + 20), 0.5, 1.6)
                image[where] = cloth[where] * light[:, None]
    if rng.random() < 0.6:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.0))
    return np.clip(image * _light(rng, side)[..., None], 0, 255).astype(np.uint8)


def _tinted(rng: np.random.Generator, picture: Float32[np.ndarray, "_ _ 3"]) -> np.ndarray:
    """Paler and with another contrast: drawings are more colourful than things."""
    grey = picture.mean(axis=-1, keepdims=True)
    image = grey + (picture - grey) * np.float32(rng.choice([0.15, 0.4, 0.7, 1.0]))
    contrast, shift = rng.uniform(0.5, 1.1), rng.normal(0, 25)
    image = np.clip((image - 128) * contrast + 128 + shift, 0, 255).astype(np.uint8)
    return recoloured(rng, image).astype(np.float32)


def _cut(rng: np.random.Generator, cloth: Texture, side: int) -> Texture:
    """A random square of a texture at the cut-out's size."""
    part = int(len(cloth) * rng.uniform(0.25, 0.9))
    top, left = rng.integers(0, len(cloth) - part + 1, 2)
    square = np.ascontiguousarray(cloth[top : top + part, left : left + part])
    return np.asarray(cv2.resize(square, (side, side), interpolation=cv2.INTER_AREA))


def _spread(materials: UInt8[np.ndarray, "_ _"]) -> UInt8[np.ndarray, "_ _"]:
    """The materials continued beyond the thing, each to where it's the nearest."""
    inside = materials > 0
    _, nearest = cv2.distanceTransformWithLabels(
        (~inside).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    nearest = np.asarray(nearest).astype(np.int64)
    known = np.zeros(int(nearest.max()) + 1, np.uint8)
    known[nearest[inside]] = materials[inside]
    return known[nearest]


def _light(rng: np.random.Generator, side: int) -> Float32[np.ndarray, "_ _"]:
    """Light from one side, less at the rim, with folds and soft shade."""
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j].astype(np.float32)
    angle, tilt = rng.uniform(0, 2 * math.pi), rng.choice([0.0, 0.2, 0.45])
    light = 1 + tilt * (x * math.cos(angle) + y * math.sin(angle))
    light -= rng.choice([0.0, 0.2]) * (x * x + y * y)
    folds = noise_field(rng, side, coarsest=int(rng.choice([3, 5, 9])), octaves=4)
    light *= 1 + rng.choice([0.0, 0.25, 0.6]) * (folds - 0.5)
    return np.clip(light, 0.2, 1.6).astype(np.float32)
