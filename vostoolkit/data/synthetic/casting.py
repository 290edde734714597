"""Drawing random scenes: how many bodies, how large, how alike, how lively."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from vostoolkit.arrays import Size
from vostoolkit.data.synthetic.body import Body, fill, random_body
from vostoolkit.data.synthetic.figures import random_figure
from vostoolkit.data.synthetic.motion import rotation, wander
from vostoolkit.data.synthetic.scene import Camera, Lens, Ripple, Scene
from vostoolkit.data.synthetic.settings import cloth, setting
from vostoolkit.data.synthetic.shapes import outline
from vostoolkit.data.synthetic.textures import Texture, dead_leaves, recoloured, texture


@dataclass(frozen=True)
class Difficulty:
    """Ranges that random scenes are drawn from; radii are fractions of the short side.

    `figures` is the share of bodies that are jointed things of several materials (see `figures`),
    `settings` that of backgrounds with wall, ground and structure (see `settings`).
    """

    smallest: float = 0.09
    largest: float = 0.36
    most_limbs: int = 4
    most_distractors: int = 3
    alike: float = 0.3
    liveliness: tuple[float, ...] = (0.3, 1.0, 2.0)
    ripple: float = 0.35
    figures: float = 0.0
    settings: float = 0.0


EASY = Difficulty(0.18, 0.42, 2, 1, 0.1, (0.3, 1.0), 0.1)
"""Large simple objects: what a network should see first."""

MIXED = Difficulty()
"""The ordinary scenes."""

LIFELIKE = Difficulty(0.07, 0.42, 4, 3, 0.35, figures=0.8, settings=0.75)
"""Scenes in the manner of real ones: figures of several materials in structured places."""


class Wardrobe:
    """A stock of textures that scenes are dressed from."""

    def __init__(self, rng: np.random.Generator, *, textures: int, size: int = 320) -> None:
        self._rng = rng
        self.stock = [texture(rng, size) for _ in range(textures)]
        self.stock += [dead_leaves(rng, size) for _ in range(max(1, textures // 8))]

    def pick(self) -> Texture:
        """One texture from the stock."""
        return self.stock[self._rng.integers(len(self.stock))]

    def cloth(self) -> Texture:
        """A new, nearly plain material."""
        return cloth(self._rng)

    def setting(self) -> Texture:
        """A new background with wall and ground."""
        return setting(self._rng, self.stock)

    def clutter(self) -> Texture:
        """A backdrop of many overlapping things, each with a texture from the stock."""
        image = self.pick().copy()
        size = len(image)
        for _ in range(int(self._rng.integers(6, 30))):
            radius = min(0.04 * size * self._rng.random() ** -0.7, 0.35 * size)
            shape = outline(self._rng, points=24, turned=True) * radius
            mask = np.zeros((size, size), np.uint8)
            fill(mask, shape + self._rng.uniform(0, size, 2), 255)
            cv2.copyTo(np.roll(self.pick(), int(self._rng.integers(size)), axis=1), mask, image)
        return image


def random_scene(
    rng: np.random.Generator,
    wardrobe: Wardrobe,
    *,
    objects: int,
    difficulty: Difficulty = MIXED,
    size: Size,
) -> Scene:
    """A scene with labels 1 to `objects`, distractors, and every nuisance at random strength."""
    is_setting = difficulty.settings > 0 and rng.random() < difficulty.settings
    if is_setting:
        background = wardrobe.setting()
    else:
        background = wardrobe.clutter() if rng.random() < 0.6 else wardrobe.pick()
    skins = _Skins(rng, wardrobe, background, difficulty)
    spread = np.array([size.width, size.height]) / min(size)
    labels = [*range(1, objects + 1)] + [0] * int(rng.integers(0, difficulty.most_distractors + 1))
    rng.shuffle(labels)
    bodies = tuple((_cast(rng, skins, difficulty, spread), label) for label in labels)
    scale = 1.6 * math.exp(rng.uniform(-0.5, 0.6)) * float(spread.max()) / len(background)
    turn = rng.normal(0, 0.08) if is_setting else rng.uniform(0, 2 * math.pi)
    linear = rotation(turn) * scale
    anchor = rng.uniform(0.3, 0.7, 2) * len(background)
    has_shadow = rng.random() < 0.3
    return Scene(
        background=background,
        background_pose=np.column_stack([linear, -linear @ anchor]),
        bodies=bodies,
        camera=random_camera(rng),
        lens=random_lens(rng),
        ripple=_random_ripple(rng) if rng.random() < difficulty.ripple else None,
        shadow=_cast(rng, skins, EASY, spread) if has_shadow else None,
        shadow_strength=float(rng.uniform(0.2, 0.55)),
        cast_shadow=float(rng.uniform(0.2, 0.7)) if rng.random() < 0.35 else 0.0,
    )


class _Skins:
    """Hands out textures, at times one that resembles the last one or the background."""

    def __init__(
        self,
        rng: np.random.Generator,
        wardrobe: Wardrobe,
        background: Texture,
        difficulty: Difficulty,
    ) -> None:
        self._rng, self._wardrobe, self._alike = rng, wardrobe, difficulty.alike
        self._plain = 0.6 * difficulty.figures
        self._background, self._last = background, background

    def __call__(self) -> Texture:
        chance = self._rng.random()
        if self._plain and self._rng.random() < self._plain:
            self._last = self._wardrobe.cloth()
        elif chance < 0.4 * self._alike:
            self._last = recoloured(self._rng, self._background)
        elif chance < self._alike:
            self._last = recoloured(self._rng, self._last)
        else:
            self._last = self._wardrobe.pick()
        return self._last


def _cast(
    rng: np.random.Generator, skins: _Skins, difficulty: Difficulty, spread: np.ndarray
) -> Body:
    low, high = math.log(difficulty.smallest), math.log(difficulty.largest)
    x, y = rng.uniform(-0.35, 0.35, 2) * spread
    if difficulty.figures and rng.random() < difficulty.figures:
        return random_figure(
            rng,
            skins,
            radius=1.2 * math.exp(rng.uniform(low, high)),
            liveliness=float(rng.choice(difficulty.liveliness)),
            place=(float(x), float(y)),
        )
    return random_body(
        rng,
        skins,
        radius=math.exp(rng.uniform(low, high)),
        limbs=int(rng.integers(0, difficulty.most_limbs + 1)),
        liveliness=float(rng.choice(difficulty.liveliness)),
        place=(float(x), float(y)),
    )


def random_camera(rng: np.random.Generator) -> Camera:
    """A camera that stands still, sways, or follows something."""
    strength = float(rng.choice([0.0, 0.5, 1.5]))
    return Camera(
        x=wander(rng, 0.0, velocity=0.006 * strength, swing=0.05 * strength),
        y=wander(rng, 0.0, velocity=0.003 * strength, swing=0.04 * strength),
        angle=wander(rng, 0.0, velocity=0.001 * strength, swing=0.05 * strength),
        log_zoom=wander(rng, 0.0, velocity=0.001 * strength, swing=0.06 * strength),
    )


def random_lens(rng: np.random.Generator) -> Lens:
    """A lens with some blur, noise and exposure, at times with the traces of JPEG."""
    sharp = rng.random() < 0.8
    return Lens(
        blur=float(rng.uniform(0.35, 0.8) if sharp else rng.uniform(0.8, 1.8)),
        noise=float(rng.choice([0.0, 2.0, 4.0, 9.0])),
        gain=wander(rng, rng.uniform(0.7, 1.25), swing=0.05),
        bias=wander(rng, rng.normal(0, 12), swing=5.0),
        jpeg_quality=int(rng.integers(30, 95)) if rng.random() < 0.3 else None,
    )


def _random_ripple(rng: np.random.Generator) -> Ripple:
    first, second = 2 * math.pi * rng.uniform(0.01, 0.06, 2)
    shifts = rng.normal(0, 0.025, (2, 4, 4, 2)).astype(np.float32)
    return Ripple(shifts, (float(first), float(second)))
