"""A small U-net that turns clicks, scribbles and boxes into the mask of one object."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from vostoolkit.arrays import Image, Size
from vostoolkit.geometry import component_at, to_mask, to_region
from vostoolkit.networks.click_maps import GUIDANCE_CHANNELS, Window, guidance, points_of
from vostoolkit.networks.resnet import BasicBlock
from vostoolkit.prompts import Box, Click, Scribble

IMAGE_MEAN = (0.485, 0.456, 0.406)
IMAGE_STD = (0.229, 0.224, 0.225)


def _convolution(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    convolution = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU())


class ClickNetwork(nn.Module):
    """Logits of one object's mask from a picture, its present mask and guidance maps.

    An encoder to stride 32, a summary of the whole picture added at the bottom, and a decoder that
    meets the encoder's features again at each scale: 1.15 million parameters at these widths.
    """

    def __init__(self, widths: tuple[int, int, int, int, int] = (24, 32, 64, 96, 128)) -> None:
        super().__init__()
        w2, w4, w8, w16, w32 = widths
        self.widths = widths
        self.stem = _convolution(3 + 1 + GUIDANCE_CHANNELS, w2, 2)
        self.down = nn.ModuleList(
            [BasicBlock(a, b, 2) for a, b in ((w2, w4), (w4, w8), (w8, w16), (w16, w32))]
        )
        self.summary = nn.Linear(w32, w32)
        self.bottom = _convolution(w32, w32)
        self.up = nn.ModuleList(
            [BasicBlock(a + b, b) for a, b in ((w32, w16), (w16, w8), (w8, w4), (w4, w2))]
        )
        self.mask = nn.Conv2d(w2, 1, 3, padding=1)

    def forward(
        self,
        image: Float[Tensor, "b 3 h w"],
        previous: Float[Tensor, "b 1 h w"],
        guidance: Float[Tensor, "b g h w"],
    ) -> Float[Tensor, "b 1 h w"]:
        """Mask logits at the input's size; any height and width from 32 up.

        `image` is normalised with `normalised`, `previous` is a probability (0 everywhere if there
        is none), `guidance` comes from `click_maps.guidance`.
        """
        x = self.stem(torch.cat([image, 2 * previous - 1, guidance], dim=1))
        skips: list[Tensor] = []
        for block in self.down:
            skips.append(x)
            x = block(x)
        context = self.summary(x.mean((2, 3)))[..., None, None]
        x = self.bottom(x + context)
        for block, skip in zip(self.up, reversed(skips), strict=True):
            x = block(torch.cat([_resized(x, skip), skip], dim=1))
        return _resized(self.mask(x), image)


def normalised(image: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b 3 h w"]:
    """Pictures in [0, 1] as the network wants them."""
    mean = image.new_tensor(IMAGE_MEAN)[:, None, None]
    return (image - mean) / image.new_tensor(IMAGE_STD)[:, None, None]


def _resized(x: Tensor, like: Tensor) -> Tensor:
    return functional.interpolate(x, size=like.shape[-2:], mode="bilinear", align_corners=False)


@dataclass(frozen=True)
class Working:
    """At which size a click network looks: short side of the picture in pixels, and of a close-up.

    Where the first answer covers little of the picture, a second look is taken at its surroundings
    alone, `margin` times as large as the answer. A scribble says how large the object is, so
    without a present mask the first look is already at `reach` times its extent. From the second
    stroke on, the mask changes where the newest one points, and elsewhere only where the network is
    `sure`; 0.5 lets it change everything. Without a present mask its answers end at the steadiest
    outline from 0.5 down to the probability `doubt`.

    Source: the progressive merge of Chen et al., "FocalClick" (CVPR 2022), 3.4; the rest is ours.
    """

    short_side: int = 160
    close_up: bool = True
    margin: float = 2.0
    sure: float = 0.9
    reach: float = 5.0
    doubt: float = 0.12


WORKING = Working()

_LEAST_VIEW = 0.5
_SHIFT, _REACH = 0.25, 0.5


@torch.inference_mode()
def predict_mask(
    network: ClickNetwork,
    image: Image,
    strokes: Sequence[Click | Scribble],
    *,
    box: Box | None = None,
    previous: Float[Tensor, "y x"] | None = None,
    working: Working = WORKING,
) -> Float[Tensor, "h w"]:
    """Probability of the meant object at each pixel of the picture, in [0, 1].

    All prompts are about one object and in pixels of `image`; `previous` is its present mask at
    the picture's size, as a probability.

    Raises:
        ValueError: there is neither a stroke nor a box, or `previous` has another size.
    """
    if not strokes and box is None:
        raise ValueError("nothing was clicked: give at least one click, scribble or box")
    size = Size(*image.shape[:2])
    if previous is not None and tuple(previous.shape) != size:
        raise ValueError(
            f"a previous mask of {tuple(previous.shape)} on a picture of {tuple(size)}: give one "
            "of the picture's height and width"
        )
    device = network.mask.weight.device
    start = torch.zeros(size, device=device) if previous is None else previous.float().to(device)
    whole = Window(0, 0, size.width, size.height)
    look = partial(_look, network, image, tuple(strokes), box, short_side=working.short_side)

    def answered(before: Tensor, window: Window) -> Tensor:
        odds = look(before, window)
        return torch.sigmoid(steadied(odds, working.doubt) if previous is None else odds)

    seen = whole
    if previous is None and box is None:
        seen = scribbled(strokes, size, working.reach) or whole
    first = start.clone()
    first[seen.slices] = answered(start, seen)
    window = surroundings(first, strokes, working.margin)
    answer = first.clone()
    if working.close_up and window.area <= 0.5 * seen.area:
        answer[window.slices] = answered(first, window)
    if previous is None or len(strokes) < 2:
        return answer
    return settled(answer, start, strokes[-1], working.sure)


def steadied(odds: Float[Tensor, "h w"], doubt: float) -> Float[Tensor, "h w"]:
    """Logits shifted so that the steadiest outline of those from 0.5 down to `doubt` is at 0.5.

    A first stroke may mean a part or the whole, and the network doubts about the rest. Where the
    rest ends at an edge, the mask's area hardly changes with the level; where it runs out, it does.

    Source: the maximally stable regions of Matas et al. (BMVC 2002), here of a probability.
    """
    shifts = np.arange(0, math.log(1 / doubt - 1) + 1e-6, _SHIFT)
    areas = [_area(odds, shift) for shift in shifts]
    if not areas[0]:
        return odds
    growth = [_area(odds, s + _REACH) - _area(odds, s - _REACH) for s in shifts]
    return odds + float(shifts[np.argmin(np.divide(growth, areas))])


def _area(odds: Float[Tensor, "h w"], shift: float) -> int:
    return int((odds > -shift).sum())


def settled(
    after: Float[Tensor, "h w"], before: Float[Tensor, "h w"], stroke: Click | Scribble, sure: float
) -> Float[Tensor, "h w"]:
    """The mask after, where it changed at the stroke or is surer than `sure`; else the one before.

    What changes is counted in connected parts: the whole part that the stroke lies in counts.
    """
    is_changed = (after > 0.5) != (before > 0.5)
    mask = to_mask(is_changed)
    pointed = np.zeros_like(mask)
    for x, y in points_of(stroke):
        pointed |= component_at(mask, x, y)
    is_kept = to_region(pointed, like=after) | (after > sure) | (after < 1 - sure)
    return torch.where(is_changed & ~is_kept, before, after)


def surroundings(
    probability: Float[Tensor, "h w"], strokes: Sequence[Click | Scribble], margin: float
) -> Window:
    """The window around a mask and the clicks on it, `margin` times as large as they are."""
    height, width = probability.shape
    x, y, wide, high = cv2.boundingRect((probability > 0.5).byte().cpu().numpy())
    if wide == 0:
        return Window(0, 0, width, height)
    points = [point for stroke in strokes if stroke.positive for point in points_of(stroke)]
    left, right = min([x, *(p[0] for p in points)]), max([x + wide, *(p[0] for p in points)])
    top, bottom = min([y, *(p[1] for p in points)]), max([y + high, *(p[1] for p in points)])
    half = 0.5 * max(margin * max(right - left, bottom - top), 0.2 * min(height, width))
    return _window((left + right) / 2, (top + bottom) / 2, half, Size(height, width))


def scribbled(strokes: Sequence[Click | Scribble], size: Size, reach: float) -> Window | None:
    """The window `reach` times as large as the positive scribbles; None if there is none.

    It's at least half as large as the picture's short side, since a short stroke says little.
    """
    drawn = [s for s in strokes if isinstance(s, Scribble) and s.positive]
    if not drawn:
        return None
    x, y = np.array([point for stroke in strokes for point in points_of(stroke)]).T
    half = 0.5 * max(reach * max(np.ptp(x), np.ptp(y)), _LEAST_VIEW * min(size))
    return _window((x.min() + x.max()) / 2, (y.min() + y.max()) / 2, half, size)


def _window(across: float, down: float, half: float, size: Size) -> Window:
    """The square of twice `half` around a place, as far as it's in the picture."""
    return Window(
        max(0, int(across - half)),
        max(0, int(down - half)),
        min(size.width, int(across + half) + 1),
        min(size.height, int(down + half) + 1),
    )


def _both_ways(network: ClickNetwork, *maps: Float[Tensor, "1 _ h w"]) -> Float[Tensor, "1 1 h w"]:
    """The mean of the logits seen as it is and in a mirror."""
    image, previous, guidance = (torch.cat([x, x.flip(-1)]) for x in maps)
    seen, mirrored = network(normalised(image), previous, guidance).split(1)
    return (seen + mirrored.flip(-1)) / 2


def _look(
    network: ClickNetwork,
    image: Image,
    strokes: tuple[Click | Scribble, ...],
    box: Box | None,
    previous: Tensor,
    window: Window,
    *,
    short_side: int,
) -> Float[Tensor, "y x"]:
    part, before = image[window.slices], previous[window.slices]
    scale = short_side / min(part.shape[:2])
    size = Size(*(max(32, round(scale * length)) for length in part.shape[:2]))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(part, size[::-1], interpolation=way)
    maps = guidance(
        small,
        [window.seen(stroke, scale) for stroke in strokes],
        None if box is None else window.seen_box(box, scale),
    )
    device = previous.device
    picture = torch.as_tensor(small, device=device).permute(2, 0, 1)[None].float() / 255
    mask = functional.interpolate(before[None, None], size=tuple(size), mode="area")
    logits = _both_ways(network, picture, mask, torch.as_tensor(maps, device=device)[None])
    full = functional.interpolate(logits, size=part.shape[:2], mode="bilinear", align_corners=False)
    return full[0, 0]
