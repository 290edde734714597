"""EVA-VOS's quality network: how good a mask is, from the picture and the mask.

Source: Delatolas et al., EVA-VOS, section 2.2.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from vostoolkit.networks.resnet import BasicBlock, ResNet


@dataclass(frozen=True)
class QualityConfig:
    """The sizes of a quality network; the defaults are the published ones (two ResNet-18).

    ``widths`` are those of the stem and of each stage, ``blocks`` the residual blocks of a stage.
    ``classes`` cut the quality, an IoU from 0 to 1, into equal bins.
    """

    classes: int = 20
    widths: tuple[int, ...] = (64, 64, 128, 256, 512)
    blocks: tuple[int, ...] = (2, 2, 2, 2)
    dropout: float = 0.5

    def __post_init__(self) -> None:
        if self.classes < 2 or not 0 <= self.dropout < 1:
            raise ValueError(f"{self}: give at least 2 classes and a dropout in [0, 1)")


QUALITY = QualityConfig()
"""The published network: 22 M parameters, for pictures of 224 x 224 pixels."""


class QualityNetwork(nn.Module):
    """Two trunks, one for the picture and one for the mask, and a linear classifier.

    Pictures are normalised by ImageNet's mean and deviation, masks are not: 0 off the object, 1 on
    it. The published weights were trained at 224 x 224.
    """

    def __init__(self, config: QualityConfig = QUALITY) -> None:
        super().__init__()
        self.config = config
        self.rgb_branch = ResNet(BasicBlock, config.widths, config.blocks)
        self.mask_branch = ResNet(BasicBlock, config.widths, config.blocks)
        self.dropout = nn.Dropout(config.dropout)
        self.out_layer = nn.Linear(2 * config.widths[-1], config.classes)

    def features(
        self, image: Float[Tensor, "b 3 h w"], mask: Float[Tensor, "b 1 h w"]
    ) -> Float[Tensor, "b f"]:
        """The pooled features of picture and mask, one after the other; none is negative."""
        branches = (self.rgb_branch(image), self.mask_branch(mask.expand(-1, 3, -1, -1)))
        return torch.cat([stages[-1].mean((2, 3)) for stages in branches], 1)

    def forward(
        self, image: Float[Tensor, "b 3 h w"], mask: Float[Tensor, "b 1 h w"]
    ) -> Float[Tensor, "b classes"]:
        """A logit per class of quality, the worst first."""
        return self.out_layer(self.dropout(self.features(image, mask)))


def quality_class(logits: Float[Tensor, "b classes"]) -> Int[Tensor, " b"]:
    """The likeliest class of quality: 0 is the worst."""
    return logits.argmax(1)
