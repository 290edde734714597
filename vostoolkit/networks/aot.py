"""AOT: all objects of a frame in one pass, told apart by identities from a bank.

Attribute names follow the published state dict, so that its weights load by name.

Source: Yang et al., "Associating Objects with Transformers" (NeurIPS 2021); IDPro, section III-C,
which adopts it for propagation.
"""

from dataclasses import dataclass, field

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from vostoolkit.networks.aot_encoder import EncoderConfig, KeyEncoderConfig, encoder_for
from vostoolkit.networks.aot_transformer import Layers, LongShortTermTransformer
from vostoolkit.networks.mobilenet import MobileNetConfig
from vostoolkit.networks.positions import sine_positions


@dataclass(frozen=True)
class AotConfig:
    """The sizes of one network of the family; the defaults are AOT-T's.

    ``identities`` is how many objects share a pass. ``align_corners`` says how features grow and
    where the identity bank looks: with it, frames have sides of 16 k + 1 pixels and the bank's
    kernel is 17 pixels wide, without it sides of 16 k and 16 pixels. An encoder that ends at stride
    8 puts 8 in the place of 16.
    """

    blocks: int = 1
    width: int = 256
    heads: int = 8
    hidden: int = 1024
    reach: int = 7
    identities: int = 10
    align_corners: bool = True
    encoder: EncoderConfig = field(default_factory=MobileNetConfig)

    def __post_init__(self) -> None:
        numbers = (self.blocks, self.width, self.heads, self.hidden, self.reach, self.identities)
        if min(numbers) < 1:
            raise ValueError(f"every size must be positive: {self}")
        if self.width % 16 or self.width % self.heads or self.hidden % 32:
            raise ValueError(
                f"width {self.width} must be a multiple of 16 and of the {self.heads} heads, "
                f"hidden {self.hidden} one of 32"
            )

    @property
    def classes(self) -> int:
        """Background and identities."""
        return 1 + self.identities

    @property
    def stride(self) -> int:
        """How many pixels lie between the places of the grid."""
        return self.encoder.stride


AOT_T = AotConfig()
"""AOT-T: 1 block. As all four here it has a MobileNetV2 encoder."""

AOT_S = AotConfig(blocks=2)
"""AOT-S: 2 blocks."""

AOT_B = AotConfig(blocks=3)
"""AOT-B and AOT-L: 3 blocks. L is the same network with more frames in its long-term memory; its
variants with ResNet-50 and Swin-B encoders can't be built here."""

AOT_NANO = AotConfig(
    width=96,
    heads=4,
    hidden=192,
    reach=5,
    align_corners=False,
    encoder=KeyEncoderConfig(),
)
"""A small one, to train on a CPU: the encoder of the embedded XMem, and a grid twice as fine."""


@dataclass(frozen=True, eq=False)
class AotFeatures:
    """What the encoder says of an image, and the positions of its grid."""

    quarter: Float[Tensor, "b c4 h4 w4"]
    eighth: Float[Tensor, "b c8 h8 w8"]
    sixteenth: Float[Tensor, "b c16 h w"]
    deep: Float[Tensor, "b c h w"]
    position: Float[Tensor, "1 c h w"]

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the grid."""
        return self.deep.shape[2], self.deep.shape[3]


class ConvGroupNorm(nn.Module):
    """A convolution and group normalisation."""

    def __init__(self, inputs: int, outputs: int, kernel: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2)
        self.gn = nn.GroupNorm(8, outputs)

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b d h w"]:
        """The normalised output, not negative."""
        return functional.relu(self.gn(self.conv(x)))


class PyramidDecoder(nn.Module):
    """Logits of all identities at stride 4, from the blocks' features and finer image features.

    Source: Lin et al., Feature Pyramid Networks (CVPR 2017); AOT, section 4.3.
    """

    def __init__(self, config: AotConfig) -> None:
        super().__init__()
        width, half = config.width, config.width // 2
        quarter, eighth, sixteenth = config.encoder.skips
        self.align_corners = config.align_corners
        self.conv_in = ConvGroupNorm(width * (1 + config.blocks), width, 1)
        self.conv_16x = ConvGroupNorm(width, width, 3)
        self.conv_8x = ConvGroupNorm(width, half, 3)
        self.conv_4x = ConvGroupNorm(half, half, 3)
        self.adapter_16x = nn.Conv2d(sixteenth, width, 1)
        self.adapter_8x = nn.Conv2d(eighth, width, 1)
        self.adapter_4x = nn.Conv2d(quarter, half, 1)
        self.conv_out = nn.Conv2d(half, config.classes, 1)

    def forward(
        self, x: Float[Tensor, "b d h w"], features: AotFeatures
    ) -> Float[Tensor, "b k h4 w4"]:
        """The logits; ``x`` is the encoder's deep features and each block's, side by side."""
        x = self.conv_16x(self.adapter_16x(features.sixteenth) + self.conv_in(x))
        x = self.conv_8x(self.adapter_8x(features.eighth) + self._grown(x, features.eighth))
        x = self.conv_4x(self.adapter_4x(features.quarter) + self._grown(x, features.quarter))
        return self.conv_out(x)

    def _grown(self, x: Tensor, like: Tensor) -> Tensor:
        return functional.interpolate(
            x, size=list(like.shape[-2:]), mode="bilinear", align_corners=self.align_corners
        )


class Aot(nn.Module):
    """The network; it sees images, one-hot masks and the memory it is given, and keeps nothing."""

    def __init__(self, config: AotConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = encoder_for(config.encoder)
        self.encoder_projector = nn.Conv2d(config.encoder.deep, config.width, 1)
        self.LSTT = LongShortTermTransformer(
            blocks=config.blocks,
            width=config.width,
            heads=config.heads,
            hidden=config.hidden,
            reach=config.reach,
        )
        self.decoder = PyramidDecoder(config)
        stride = config.stride
        kernel, padding = (stride + 1, stride // 2) if config.align_corners else (stride, 0)
        self.patch_wise_id_bank = nn.Conv2d(
            config.classes, config.width, kernel, stride, padding=padding
        )
        nn.init.orthogonal_(
            self.patch_wise_id_bank.weight.view(config.width, -1), gain=kernel**-2.0
        )

    def encode(self, image: Float[Tensor, "b 3 h w"]) -> AotFeatures:
        """Image features."""
        quarter, eighth, sixteenth, deep = self.encoder(image)
        deep = self.encoder_projector(deep)
        return AotFeatures(quarter, eighth, sixteenth, deep, sine_positions(deep))

    def identify(self, one_hot: Float[Tensor, "b k h w"]) -> Float[Tensor, "b n c"]:
        """Identities of the places, from the background and each object's mask.

        Source: AOT, Eq. 2 and 3.
        """
        return rearrange(self.patch_wise_id_bank(one_hot), "b c h w -> b (h w) c")

    def attend(
        self,
        features: AotFeatures,
        memory: "tuple[Layers, Layers] | Float[Tensor, 'b n c']",
    ) -> tuple[tuple[Float[Tensor, "b n c"], ...], Layers]:
        """Each block's features and tokens; ``memory`` is long and short, or own identities."""
        x, position = (
            rearrange(f, "b c h w -> b (h w) c") for f in (features.deep, features.position)
        )
        return self.LSTT(x, position, memory, features.size)

    def remember(self, layers: Layers, identities: Float[Tensor, "b n c"]) -> Layers:
        """A frame's tokens with its identities: what memory holds of it."""
        return self.LSTT.identified(layers, identities)

    def decode(
        self, features: AotFeatures, outputs: tuple[Float[Tensor, "b n c"], ...]
    ) -> Float[Tensor, "b k h4 w4"]:
        """Logits of the background and every identity at stride 4."""
        grids = [rearrange(o, "b (h w) c -> b c h w", h=features.size[0]) for o in outputs]
        return self.decoder(torch.cat([features.deep, *grids], 1), features)
