"""How frames of one size go into a network that works at another, and how masks come back."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import cv2
import torch
from jaxtyping import Float, Shaped, UInt8
from torch import Tensor
from torch.nn import functional

from vostoolkit.arrays import Image, Size

Resampling: TypeAlias = Literal["bytes", "antialias", "plain"]
"""How images shrink: ``bytes`` is antialiased bilinear on bytes (fast); ``antialias`` and ``plain``
are bilinear on normalised values, as the published systems do with newer and older torchvision."""

MaskResampling: TypeAlias = Literal["smooth", "nearest"]
"""How masks become the working size: ``smooth`` as probabilities (antialiased bilinear),
``nearest`` as the published systems do with drawn labels."""

_MEAN = (0.485, 0.456, 0.406)
_DEVIATION = (0.229, 0.224, 0.225)


def _normalised(image: UInt8[Tensor, "h w 3"]) -> Float[Tensor, "h w 3"]:
    mean, deviation = (torch.tensor(x, device=image.device) for x in (_MEAN, _DEVIATION))
    return (image.float() / 255 - mean) / deviation


def _channels_last(pixels: Shaped[Tensor, "h w c"]) -> Shaped[Tensor, "1 c h w"]:
    """The pixels as they lie in memory: torch then resizes and pads several times faster."""
    return pixels[None].permute(0, 3, 1, 2)


_BYTES = torch.arange(256, dtype=torch.uint8).view(1, 256, 1).expand(-1, -1, 3)
_NORMALISED = _normalised(_BYTES).numpy()
"""What becomes of each byte in each channel."""


@dataclass(frozen=True)
class Fit:
    """One frame size, the size that a network works at, and the zeros around that.

    ``padding`` is left, right, top, bottom, as ``torch.nn.functional.pad`` takes it.
    """

    size: Size
    working: Size
    padding: tuple[int, int, int, int]

    def image(
        self, image: Image, device: torch.device, resampling: Resampling = "antialias"
    ) -> Float[Tensor, "1 3 y x"]:
        """The image normalised by ImageNet's mean and deviation, resized and padded."""
        if resampling == "bytes":
            pixels = self._inward(_channels_last(torch.tensor(image)), is_smoothed=True)
            image = pixels[0].permute(1, 2, 0).numpy()
        if device.type == "cpu":
            pixels = torch.from_numpy(cv2.LUT(image, _NORMALISED))
        else:  # bytes travel faster than floats
            pixels = _normalised(torch.tensor(image, device=device))
        is_smoothed = resampling != "plain"
        return self._padded(self._inward(_channels_last(pixels), is_smoothed=is_smoothed))

    def masks(
        self, probability: Float[Tensor, "n h w"], resampling: MaskResampling = "smooth"
    ) -> Float[Tensor, "n y x"]:
        """Probabilities at the frame's size, resized and padded with zeros."""
        if not len(probability):  # torch doesn't resize nothing
            return self.masks(probability.new_zeros(1, *self.size), resampling)[:0]
        if resampling == "nearest":
            return self._padded(functional.interpolate(probability[None], list(self.working)))[0]
        return self._padded(self._inward(probability[None], is_smoothed=True))[0]

    def back(self, probability: Float[Tensor, "k y x"]) -> Float[Tensor, "k h w"]:
        """Probabilities at the frame's size again."""
        left, _, top, _ = self.padding
        height, width = self.working
        inner = probability[:, top : top + height, left : left + width]
        if self.size == self.working:
            return inner.contiguous()
        return functional.interpolate(
            inner[None], size=list(self.size), mode="bilinear", align_corners=False
        )[0]

    def to_working(self, x: float, y: float) -> tuple[float, float]:
        """A point of the frame in padded working pixels; pixel centres at integers."""
        left, _, top, _ = self.padding
        return (
            (x + 0.5) * self.working.width / self.size.width - 0.5 + left,
            (y + 0.5) * self.working.height / self.size.height - 0.5 + top,
        )

    def from_working(self, x: float, y: float) -> tuple[float, float]:
        """A point in padded working pixels in the frame."""
        left, _, top, _ = self.padding
        return (
            (x - left + 0.5) * self.size.width / self.working.width - 0.5,
            (y - top + 0.5) * self.size.height / self.working.height - 0.5,
        )

    def _inward(self, x: Shaped[Tensor, "1 c h w"], *, is_smoothed: bool) -> Tensor:
        if tuple(x.shape[-2:]) == tuple(self.working):
            return x
        return functional.interpolate(
            x,
            size=list(self.working),
            mode="bilinear",
            align_corners=False,
            antialias=is_smoothed,
        )

    def _padded(self, x: Tensor) -> Tensor:
        return functional.pad(x, self.padding) if any(self.padding) else x


def fit_frame(
    size: Size, short_side: int | None, *, multiple: int, is_enlarging: bool = True
) -> Fit:
    """The fit with this shorter side (None: the frame's own), padded evenly to a multiple.

    Source: XMem (the longer side is truncated to whole pixels; the larger half of the padding is
    right and below).
    """
    height, width = size
    if short_side is not None and (is_enlarging or short_side < min(size)):
        long_side = int(short_side * max(size) / min(size))
        height, width = (short_side, long_side) if height <= width else (long_side, short_side)
    across, down = -width % multiple, -height % multiple
    padding = (across // 2, across - across // 2, down // 2, down - down // 2)
    return Fit(size, Size(height, width), padding)
