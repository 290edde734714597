"""The fusion network of MiVOS: one object's mask from those before and after a correction.

Source: Cheng, Tai and Tang, MiVOS (CVPR 2021), section 3.4.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

_INPUTS = 3 + 2 + 2 + 2


@dataclass(frozen=True)
class FusionConfig:
    """The network's width; the default is the published one (39 k parameters)."""

    width: int = 32

    def __post_init__(self) -> None:
        if self.width < 1:
            raise ValueError(f"a fusion network of width {self.width}: give 1 or more")


FUSION_NANO = FusionConfig(width=16)
"""A small one, to train on a CPU: 11 k parameters."""


class FusionNetwork(nn.Module):
    """Two residual blocks of 3x3 convolutions on image, masks, differences and distances."""

    def __init__(self, config: FusionConfig | None = None) -> None:
        super().__init__()
        self.config = config or FusionConfig()
        width = self.config.width
        self.conv1 = nn.Sequential(nn.Conv2d(_INPUTS, width, 3, padding=1), nn.ReLU())
        self.conv2 = _two_convolutions(width)
        self.conv3 = _two_convolutions(width)
        self.final_conv = nn.Conv2d(width, 1, 3, padding=1)

    def forward(
        self,
        image: Float[Tensor, "b 3 h w"],
        old: Float[Tensor, "b 1 h w"],
        new: Float[Tensor, "b 1 h w"],
        difference: Float[Tensor, "b 2 h w"],
        distances: Float[Tensor, "b 2"],
    ) -> Float[Tensor, "b 1 h w"]:
        """The logits of the fused mask.

        ``difference`` is what the correction added and what it took away, aligned with the frame;
        ``distances`` are n_c and n_r of Eq. 6, which sum to 1.
        """
        spread = distances[:, :, None, None].expand(-1, -1, *image.shape[2:])
        x = self.conv1(torch.cat([image, old, new, difference, spread], 1))
        x = functional.relu(self.conv2(x) + x)
        x = functional.relu(self.conv3(x) + x)
        return self.final_conv(x)


def _two_convolutions(width: int) -> nn.Sequential:
    convolutions = [nn.Conv2d(width, width, 3, padding=1) for _ in range(2)]
    return nn.Sequential(convolutions[0], nn.ReLU(), convolutions[1])
