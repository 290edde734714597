"""The image encoders of an AOT network: MobileNetV2 as published, or XMem's key encoder."""

from dataclasses import dataclass, field
from typing import TypeAlias

from jaxtyping import Float
from torch import Tensor, nn

from vostoolkit.networks.mobilenet import MobileNetConfig, MobileNetV2, Scales
from vostoolkit.networks.xmem import NANO, KeyEncoder, XMemConfig


@dataclass(frozen=True)
class KeyEncoderConfig:
    """An XMem's key encoder; the default is the embedded network's, which ends at stride 8."""

    sizes: XMemConfig = field(default=NANO)

    @property
    def skips(self) -> tuple[int, int, int]:
        """The widths at strides 4, 8 and the last."""
        return self.sizes.key_widths

    @property
    def deep(self) -> int:
        """The width of the deep features, which are those of the last skip."""
        return self.sizes.key_widths[2]

    @property
    def stride(self) -> int:
        """How many pixels lie between two places of the deep features."""
        return self.sizes.stride


EncoderConfig: TypeAlias = MobileNetConfig | KeyEncoderConfig


class KeyScales(nn.Module):
    """XMem's key encoder with its features in the order of MobileNet's."""

    def __init__(self, config: KeyEncoderConfig) -> None:
        super().__init__()
        self.key_encoder = KeyEncoder(config.sizes)

    def forward(self, image: Float[Tensor, "b 3 h w"]) -> Scales:
        """Features at strides 4, 8 and the last, and the last once more."""
        quarter, eighth, deep = self.key_encoder(image)
        return Scales(quarter, eighth, deep, deep)


def encoder_for(config: EncoderConfig) -> nn.Module:
    """The encoder of these sizes; it gives ``Scales``."""
    if isinstance(config, KeyEncoderConfig):
        return KeyScales(config)
    return MobileNetV2(config)
