"""Sine waves that tell a network where on the grid a place lies."""

import math

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor

_LONGEST = 10_000.0
_TINY = 1e-6


def sine_positions(like: Float[Tensor, "b c h w"]) -> Float[Tensor, "1 c h w"]:
    """Half of the channels for the row and half for the column, each as pairs of sine and cosine.

    Rows and columns are scaled so that the first is 0 and the last a full turn; wavelengths grow
    geometrically to 10,000 turns. ``c`` must be a multiple of 4.

    Source: Carion et al., DETR (ECCV 2020), appendix, which counts from 1; AOT's release from 0.
    """
    _, channels, height, width = like.shape
    rows, columns = _waves(height, channels // 2, like), _waves(width, channels // 2, like)
    rows = rows[:, :, None].expand(-1, -1, width)
    columns = columns[:, None, :].expand(-1, height, -1)
    return torch.cat([rows, columns])[None]


def _waves(count: int, channels: int, like: Tensor) -> Float[Tensor, "c n"]:
    place = torch.arange(count, device=like.device, dtype=torch.float32)
    place = place / (count - 1 + _TINY) * 2 * math.pi
    pair = torch.arange(channels // 2, device=like.device, dtype=torch.float32)
    angle = place / _LONGEST ** (2 * pair / channels)[:, None]
    both = torch.stack([angle.sin(), angle.cos()], 1)
    return rearrange(both, "pair two n -> (pair two) n").to(like.dtype)
