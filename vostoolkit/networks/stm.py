"""The space-time memory network of MiVOS: keys and values of each object, read by dot products.

Source: Cheng, Tai and Tang, MiVOS (CVPR 2021), section 3.3, after Oh et al., STM (ICCV 2019).
"""

from dataclasses import dataclass

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from vostoolkit.networks.blocks import PlainResidual, enlarged, per_object
from vostoolkit.networks.resnet import BasicBlock, Bottleneck, ResNet

Widths = tuple[int, int, int]

STRIDE = 16
"""Pixels between grid places; frames' sides are multiples of it."""


@dataclass(frozen=True)
class StmConfig:
    """The sizes of one network; the defaults are the published ones.

    ``sees_others`` gives the memory encoder the other objects' masks beside the object's own (5
    channels instead of 4).
    """

    key_dim: int = 128
    value_dim: int = 512
    stem: int = 64
    widths: Widths = (256, 512, 1024)
    blocks: Widths = (3, 4, 6)
    bottleneck: bool = True
    decoder_widths: Widths = (512, 256, 256)
    sees_others: bool = True

    def __post_init__(self) -> None:
        sizes = (self.key_dim, self.value_dim, self.stem)
        if min(*sizes, *self.widths, *self.blocks, *self.decoder_widths) < 1:
            raise ValueError(f"every width and count of blocks must be positive: {self}")


MIVOS = StmConfig()
"""The published network: 54 M parameters."""


@dataclass(frozen=True, eq=False)
class QueryFeatures:
    """What a frame asks with: key and value at stride 16, image features at strides 8 and 4."""

    key: Float[Tensor, "b k h w"]
    value: Float[Tensor, "b v h w"]
    deep: Float[Tensor, "b deep h w"]
    middle: Float[Tensor, "b middle h8 w8"]
    shallow: Float[Tensor, "b shallow h4 w4"]


class KeyValue(nn.Module):
    """Key and value from the deepest features of an encoder."""

    def __init__(self, inputs: int, key_dim: int, value_dim: int) -> None:
        super().__init__()
        self.key_proj = nn.Conv2d(inputs, key_dim, 3, padding=1)
        self.val_proj = nn.Conv2d(inputs, value_dim, 3, padding=1)

    def forward(self, x: Float[Tensor, "b c h w"]) -> tuple[Tensor, Tensor]:
        """Key and value."""
        return self.key_proj(x), self.val_proj(x)


class Enlargement(nn.Module):
    """Per-object features twice as large, joined with finer image features."""

    def __init__(self, skip: int, inputs: int, outputs: int) -> None:
        super().__init__()
        self.skip_conv1 = nn.Conv2d(skip, inputs, 3, padding=1)
        self.skip_conv2 = PlainResidual(inputs, inputs)
        self.out_conv = PlainResidual(inputs, outputs)

    def forward(
        self, skip: Float[Tensor, "b c h w"], objects: Float[Tensor, "bn d i j"]
    ) -> Float[Tensor, "bn e h w"]:
        """The joined features."""
        image = self.skip_conv2(self.skip_conv1(skip))
        return self.out_conv(per_object(image, len(objects) // len(image)) + enlarged(objects, 2))


class StmDecoder(nn.Module):
    """Object logits at a quarter of the image size from what was read and the frame's own value."""

    def __init__(self, config: StmConfig) -> None:
        super().__init__()
        first, second, third = config.decoder_widths
        self.compress = PlainResidual(2 * config.value_dim, first)
        self.up_16_8 = Enlargement(config.widths[1], first, second)
        self.up_8_4 = Enlargement(config.widths[0], second, third)
        self.pred = nn.Conv2d(third, 1, 3, padding=1)

    def forward(
        self, features: QueryFeatures, readout: Float[Tensor, "bn v h w"]
    ) -> Float[Tensor, "bn 1 h4 w4"]:
        """The logits."""
        own = per_object(features.value, len(readout) // len(features.value))
        x = self.compress(torch.cat([readout, own], 1))
        x = self.up_8_4(features.shallow, self.up_16_8(features.middle, x))
        return self.pred(functional.relu(x))


class StmNetwork(nn.Module):
    """A network of this kind: plain methods, batched, without state of their own.

    Images are normalised by ImageNet's mean and deviation; heights and widths are multiples of 16.
    """

    def __init__(self, config: StmConfig = MIVOS) -> None:
        super().__init__()
        self.config = config
        block = Bottleneck if config.bottleneck else BasicBlock
        widths, deep = (config.stem, *config.widths), config.widths[2]
        masks = 2 if config.sees_others else 1
        self.mask_rgb_encoder = ResNet(block, widths, config.blocks, inputs=3 + masks, bias=True)
        names = ("res2", "layer2", "layer3")
        self.rgb_encoder = ResNet(block, widths, config.blocks, names=names)
        self.kv_m_f16 = KeyValue(deep, config.key_dim, config.value_dim)
        self.kv_q_f16 = KeyValue(deep, config.key_dim, config.value_dim)
        self.decoder = StmDecoder(config)

    def encode_query(self, image: Float[Tensor, "b 3 h w"]) -> QueryFeatures:
        """The key and value that a frame asks with, and the features that the decoder needs."""
        shallow, middle, deep = self.rgb_encoder(image)
        key, value = self.kv_q_f16(deep)
        return QueryFeatures(key, value, deep, middle, shallow)

    def encode_memory(
        self, image: Float[Tensor, "b 3 h w"], masks: Float[Tensor, "b n h w"]
    ) -> tuple[Float[Tensor, "b n k i j"], Float[Tensor, "b n v i j"]]:
        """The keys and values under which a frame is remembered, for each object its own."""
        count = masks.shape[1]
        own = rearrange(masks, "b n h w -> (b n) 1 h w")
        channels = [per_object(image, count), own]
        if self.config.sees_others:
            channels.append(per_object(masks.sum(1, keepdim=True), count) - own)
        key, value = self.kv_m_f16(self.mask_rgb_encoder(torch.cat(channels, 1))[-1])
        return key.unflatten(0, (-1, count)), value.unflatten(0, (-1, count))

    def decode(
        self, features: QueryFeatures, readout: Float[Tensor, "b n v i j"]
    ) -> Float[Tensor, "b n h w"]:
        """Each object's own logits at image size.

        A sigmoid and the soft aggregation of ``vostoolkit.masks`` make them a pmf.
        """
        logits = enlarged(self.decoder(features, readout.flatten(0, 1)), 4)
        return rearrange(logits, "(b n) 1 h w -> b n h w", n=readout.shape[1])
