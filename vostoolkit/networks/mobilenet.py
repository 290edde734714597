"""MobileNetV2 as an image encoder: features at strides 4, 8 and 16, and deep ones at stride 16.

Attribute names follow the published state dict of AOT, so that its weights load by name.

Source: Sandler et al., MobileNetV2 (CVPR 2018), Table 2, without the classifier.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from jaxtyping import Float
from torch import Tensor, nn

_STRIDES = (1, 2, 2, 2, 1, 2, 1)
_SKIPS = (1, 2, 4)
"""The stages whose outputs are handed out: the last at strides 4, 8 and 16."""


@dataclass(frozen=True)
class MobileNetConfig:
    """Widths and numbers of blocks of the seven stages; the defaults are the published ones."""

    stem: int = 32
    widths: tuple[int, int, int, int, int, int, int] = (16, 24, 32, 64, 96, 160, 320)
    blocks: tuple[int, int, int, int, int, int, int] = (1, 2, 3, 4, 3, 3, 1)
    expansion: int = 6
    deep: int = 1280
    stride: ClassVar[int] = 16

    def __post_init__(self) -> None:
        if min(self.stem, *self.widths, *self.blocks, self.expansion, self.deep) < 1:
            raise ValueError(f"every width and number of blocks must be positive: {self}")

    @property
    def skips(self) -> tuple[int, int, int]:
        """The widths at strides 4, 8 and 16."""
        return self.widths[1], self.widths[2], self.widths[4]


class Scales(NamedTuple):
    """Image features from the finest to the deepest; the last two have the same size."""

    quarter: Float[Tensor, "b c4 h4 w4"]
    eighth: Float[Tensor, "b c8 h8 w8"]
    sixteenth: Float[Tensor, "b c16 h16 w16"]
    deep: Float[Tensor, "b c h16 w16"]


class CheckpointNorm(nn.BatchNorm2d):
    """Batch normalisation without a count of batches, which AOT's checkpoints don't hold.

    In the published training its values are fixed; here they learn, for networks without a
    pretrained encoder. At inference both are the same.
    """

    def __init__(self, channels: int) -> None:
        super().__init__(channels)
        self.num_batches_tracked = None

    def _load_from_state_dict(
        self, state_dict: Any, prefix: str, local_metadata: Any, *rest: Any, **named: Any
    ) -> None:
        """As the parent does it for states that come with a count or need none."""
        super()._load_from_state_dict(state_dict, prefix, {"version": 2}, *rest, **named)


class ConvNormActivation(nn.Sequential):
    """A convolution, its normalisation and a ReLU that ends at 6."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int = 3,
        *,
        stride: int = 1,
        dilation: int = 1,
        groups: int = 1,
    ) -> None:
        padding = dilation * (kernel // 2)
        super().__init__(
            nn.Conv2d(
                inputs, outputs, kernel, stride, padding, dilation, groups=groups, bias=False
            ),
            CheckpointNorm(outputs),
            nn.ReLU6(),
        )


class InvertedResidual(nn.Module):
    """Widens by 1x1, filters each channel by 3x3, narrows by 1x1; a shortcut if sizes allow."""

    def __init__(
        self, inputs: int, outputs: int, *, stride: int, expansion: int, dilation: int
    ) -> None:
        super().__init__()
        middle = inputs * expansion
        widening = [ConvNormActivation(inputs, middle, 1)] if expansion > 1 else []
        self.conv = nn.Sequential(
            *widening,
            ConvNormActivation(middle, middle, stride=stride, dilation=dilation, groups=middle),
            nn.Conv2d(middle, outputs, 1, bias=False),
            CheckpointNorm(outputs),
        )
        self.has_shortcut = stride == 1 and inputs == outputs

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b d i j"]:
        """The block's output, of any sign; ``stride`` times smaller."""
        return x + self.conv(x) if self.has_shortcut else self.conv(x)


class MobileNetV2(nn.Module):
    """The encoder. Where it would stride for the fifth time, what follows dilates instead."""

    def __init__(self, config: MobileNetConfig) -> None:
        super().__init__()
        layers: list[nn.Module] = [ConvNormActivation(3, config.stem, stride=2)]
        inputs, stride, dilation = config.stem, 2, 1
        self._skips: list[int] = []
        for stage, (width, count) in enumerate(zip(config.widths, config.blocks, strict=True)):
            step = _STRIDES[stage]
            is_strided = stride * step <= config.stride
            for block in range(count):
                layers.append(
                    InvertedResidual(
                        inputs,
                        width,
                        stride=step if is_strided and block == 0 else 1,
                        expansion=1 if stage == 0 else config.expansion,
                        dilation=dilation,
                    )
                )
                inputs = width
                if block == 0 and not is_strided:
                    dilation *= step
            stride = stride * step if is_strided else stride
            if stage in _SKIPS:
                self._skips.append(len(layers) - 1)
        layers.append(ConvNormActivation(inputs, config.deep, 1))
        self.features = nn.Sequential(*layers)

    def forward(self, image: Float[Tensor, "b 3 h w"]) -> Scales:
        """Features at four places of the network; sides are divided and rounded up."""
        found: list[Tensor] = []
        for i, layer in enumerate(self.features):
            image = layer(image)
            if i in self._skips:
                found.append(image)
        quarter, eighth, sixteenth = found
        return Scales(quarter, eighth, sixteenth, image)
