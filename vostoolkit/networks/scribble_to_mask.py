"""MiVOS's scribble-to-mask network: DeepLabV3+ on an image, a mask and two maps of scribbles.

Source: Cheng, Tai and Tang, MiVOS (CVPR 2021), section 3.2; Chen et al., DeepLabV3+ (ECCV 2018).
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from vostoolkit.networks.resnet import BasicBlock, Bottleneck, ResNet

_INPUTS = 3 + 1 + 2

Widths = tuple[int, int, int, int]


@dataclass(frozen=True)
class ScribbleToMaskConfig:
    """The sizes of one network; the defaults are the published ones."""

    stem: int = 64
    widths: Widths = (256, 512, 1024, 2048)
    blocks: Widths = (3, 4, 6, 3)
    bottleneck: bool = True
    pyramid_width: int = 256
    low_level_width: int = 48
    rates: tuple[int, int, int] = (6, 12, 18)

    def __post_init__(self) -> None:
        sizes = (self.stem, *self.widths, *self.blocks, self.pyramid_width, self.low_level_width)
        if min(*sizes, *self.rates) < 1:
            raise ValueError(f"every width, rate and count of blocks must be positive: {self}")


SCRIBBLE_TO_MASK = ScribbleToMaskConfig()
"""The published network: 40 M parameters."""


def _normalised(inputs: int, outputs: int, kernel: int, rate: int = 1) -> nn.Sequential:
    convolution = nn.Conv2d(
        inputs, outputs, kernel, padding=kernel // 2 * rate, dilation=rate, bias=False
    )
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU())


class Pyramid(nn.Module):
    """Parallel views of the deepest features: a pixel, three rings around it, the whole picture."""

    def __init__(self, inputs: int, outputs: int, rates: tuple[int, int, int]) -> None:
        super().__init__()
        whole = nn.Sequential(nn.AdaptiveAvgPool2d(1), *_normalised(inputs, outputs, 1))
        rings = [_normalised(inputs, outputs, 3, rate) for rate in rates]
        self.convs = nn.ModuleList([_normalised(inputs, outputs, 1), *rings, whole])
        self.project = _normalised(outputs * len(self.convs), outputs, 1)

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b d h w"]:
        """The views, joined."""
        *near, whole = (view(x) for view in self.convs)
        return self.project(torch.cat([*near, whole.expand(-1, -1, *x.shape[2:])], 1))


class Head(nn.Module):
    """Logits at a quarter of the image size from deep features and finer ones."""

    def __init__(self, config: ScribbleToMaskConfig) -> None:
        super().__init__()
        low, width = config.low_level_width, config.pyramid_width
        self.project = _normalised(config.widths[0], low, 1)
        self.aspp = Pyramid(config.widths[3], width, config.rates)
        self.classifier = nn.Sequential(*_normalised(low + width, width, 3), nn.Conv2d(width, 1, 1))

    def forward(
        self, shallow: Float[Tensor, "b c h w"], deep: Float[Tensor, "b d i j"]
    ) -> Float[Tensor, "b 1 h w"]:
        """The logits."""
        finer = _resized(self.aspp(deep), shallow)
        return self.classifier(torch.cat([self.project(shallow), finer], 1))


class ScribbleToMask(nn.Module):
    """The network; heights and widths of its pictures are multiples of 16."""

    def __init__(self, config: ScribbleToMaskConfig = SCRIBBLE_TO_MASK) -> None:
        super().__init__()
        self.config = config
        self.backbone = ResNet(
            Bottleneck if config.bottleneck else BasicBlock,
            (config.stem, *config.widths),
            config.blocks,
            inputs=_INPUTS,
            last_dilation=2,
        )
        self.classifier = Head(config)

    def forward(
        self,
        image: Float[Tensor, "b 3 h w"],
        mask: Float[Tensor, "b 1 h w"],
        positive: Float[Tensor, "b 1 h w"],
        negative: Float[Tensor, "b 1 h w"],
    ) -> Float[Tensor, "b 1 h w"]:
        """The logits of the object's mask.

        The image is normalised by ImageNet's mean and deviation; the present mask (zeros if there
        is none) and the scribbles are 0 or 1.
        """
        shallow, *_, deep = self.backbone(torch.cat([image, mask, positive, negative], 1))
        return _resized(self.classifier(shallow, deep), image)


def _resized(x: Float[Tensor, "b c h w"], like: Float[Tensor, "b d i j"]) -> Tensor:
    return functional.interpolate(x, like.shape[-2:], mode="bilinear", align_corners=False)
