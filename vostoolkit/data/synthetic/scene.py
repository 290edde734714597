"""A whole scene: background, bodies, camera, light and a lens; it renders any moment of itself."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float32

from vostoolkit.arrays import Image, Labels, Size
from vostoolkit.data.synthetic.body import Affine, Body, compose, fill
from vostoolkit.data.synthetic.motion import Path, rotation
from vostoolkit.data.synthetic.textures import Texture


@dataclass(frozen=True)
class Camera:
    """Where the camera looks: offset in scene units, turn in radians, logarithm of the zoom."""

    x: Path
    y: Path
    angle: Path
    log_zoom: Path

    def pose(self, time: float) -> Affine:
        """Maps scene coordinates to view coordinates at `time`."""
        zoom = math.exp(np.clip(self.log_zoom(time), -0.5, 0.5))
        return np.column_stack([rotation(self.angle(time)) * zoom, (self.x(time), self.y(time))])


@dataclass(frozen=True, eq=False)
class Ripple:
    """A slow non-rigid warp of the whole picture: two coarse grids of shifts, in scene units."""

    shifts: Float32[np.ndarray, "2 rows columns 2"]
    rates: tuple[float, float]

    def grid(self, time: float, size: Size) -> Float32[np.ndarray, "h w 2"]:
        """For each pixel the place (x, y) that it is taken from."""
        first, second = (math.sin(rate * time + i) for i, rate in enumerate(self.rates))
        coarse = (self.shifts[0] * first + self.shifts[1] * second) * min(size)
        shift = np.asarray(cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_CUBIC))
        y, x = np.mgrid[0 : size.height, 0 : size.width].astype(np.float32)
        return shift + np.stack([x, y], axis=-1)


@dataclass(frozen=True)
class Lens:
    """What the camera adds: blur and noise in pixels and grey levels, and JPEG quality or None."""

    blur: float
    noise: float
    gain: Path
    bias: Path
    jpeg_quality: int | None = None


@dataclass(frozen=True, eq=False)
class Scene:
    """Everything that is needed to render any moment; `bodies` are painted first to last.

    A body with label 0 is a distractor or an occluder. `shadow` darkens softly whatever it covers,
    and `cast_shadow` lets every body darken the ground beside it; neither belongs to any object.
    With a `sun` (lean, length) that shadow lies on the ground from the body's feet on, as many
    times as long as the body is tall, towards the viewer if `length` is negative.
    """

    background: Texture
    background_pose: Affine
    bodies: tuple[tuple[Body, int], ...]
    camera: Camera
    lens: Lens
    ripple: Ripple | None = None
    shadow: Body | None = None
    shadow_strength: float = 0.0
    cast_shadow: float = 0.0
    sun: tuple[float, float] | None = None

    def render(
        self, time: float, size: Size, noise: np.random.Generator, *, supersample: int = 1
    ) -> tuple[Image, Labels]:
        """Picture and labels at `time`; only the grain of the picture depends on `noise`."""
        large = Size(size.height * supersample, size.width * supersample)
        image, labels = self._paint(time, large)
        if self.ripple is not None:
            grid = self.ripple.grid(time, large)
            image = _taken(image, grid, cv2.INTER_LINEAR)
            labels = _taken(labels, grid, cv2.INTER_NEAREST)
        if supersample > 1:
            image = np.asarray(cv2.resize(image, size[::-1], interpolation=cv2.INTER_AREA))
            offset = supersample // 2
            labels = np.ascontiguousarray(labels[offset::supersample, offset::supersample])
        return self._expose(image, time, noise), labels

    def _paint(self, time: float, size: Size) -> tuple[np.ndarray, np.ndarray]:
        view = _view(size)
        camera = compose(view, self.camera.pose(time))
        image = cv2.warpAffine(
            self.background,
            compose(camera, self.background_pose),
            size[::-1],
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT_101,
        )
        labels = np.zeros(size, np.uint8)
        for body, label in self.bodies:
            pose = compose(camera if body.follows_scene else view, body.pose(time))
            if self.cast_shadow:
                at = _beside(pose) if self.sun is None else _lying(body, time, pose, self.sun)
                _darken(image, body, time, at, self.cast_shadow)
            body.paint(image, labels, label, time=time, pose=pose)
        if self.shadow is not None:
            pose = compose(camera, self.shadow.pose(time))
            _darken(image, self.shadow, time, pose, self.shadow_strength)
        return image, labels

    def _expose(self, image: Image, time: float, noise: np.random.Generator) -> Image:
        if self.lens.blur > 0:
            image = cv2.GaussianBlur(image, (0, 0), self.lens.blur)
        light = image * np.float32(self.lens.gain(time)) + np.float32(self.lens.bias(time))
        if self.lens.noise:
            light += self.lens.noise * noise.standard_normal(light.shape, np.float32)
        exposed = np.clip(light, 0, 255).astype(np.uint8)
        if self.lens.jpeg_quality is None:
            return exposed
        _, code = cv2.imencode(".jpg", exposed, [cv2.IMWRITE_JPEG_QUALITY, self.lens.jpeg_quality])
        return np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR))


def _taken(picture: np.ndarray, grid: np.ndarray, way: int) -> np.ndarray:
    x, y = np.ascontiguousarray(grid[..., 0]), np.ascontiguousarray(grid[..., 1])
    return np.asarray(cv2.remap(picture, x, y, way, borderMode=cv2.BORDER_REFLECT_101))


def _view(size: Size) -> Affine:
    """Maps view coordinates (origin in the middle, 1 = the short side) to pixels."""
    middle = ((size.width - 1) / 2, (size.height - 1) / 2)
    return np.column_stack([np.eye(2) * min(size), middle])


def _beside(pose: Affine) -> Affine:
    """The pose shifted down and sideways by a part of its scale, for a cast shadow."""
    reach = 0.12 * math.sqrt(abs(np.linalg.det(pose[:, :2])))
    return pose + np.array([[0, 0, 0.4 * reach], [0, 0, reach]])


def _lying(body: Body, time: float, pose: Affine, sun: tuple[float, float]) -> Affine:
    """The pose laid down on the ground around the body's lowest point."""
    lean, length = sun
    foot = float(np.concatenate(body.silhouette(time, pose))[:, 1].max())
    return compose(np.array([[1, -lean, lean * foot], [0, length, foot * (1 - length)]]), pose)


def _darken(image: Image, body: Body, time: float, pose: Affine, strength: float) -> None:
    """Multiplies a soft-edged silhouette of the body into `image`, which is changed."""
    polygons = body.silhouette(time, pose)
    corners = np.concatenate(polygons)
    blur = 0.02 * min(image.shape[:2])
    margin = int(3 * blur) + 1
    left, top = np.maximum(np.floor(corners.min(axis=0)).astype(int) - margin, 0)
    right, bottom = np.minimum(
        np.ceil(corners.max(axis=0)).astype(int) + margin, image.shape[1::-1]
    )
    if right <= left or bottom <= top:
        return
    mask = np.zeros((bottom - top, right - left), np.float32)
    for polygon in polygons:
        fill(mask, polygon - (left, top), 1.0)
    mask = 1 - strength * cv2.GaussianBlur(mask, (0, 0), blur)
    region = image[top:bottom, left:right]
    np.copyto(region, (region * mask[..., None]).astype(np.uint8))
