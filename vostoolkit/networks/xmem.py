"""The XMem family of networks: published widths, and small ones that train in minutes.

Source: Cheng and Schwing, XMem (ECCV 2022).
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from vostoolkit.geometry import Window
from vostoolkit.networks.blocks import (
    DeepUpdate,
    Fusion,
    KeyProjection,
    SensoryUpdate,
    Upsampling,
    enlarged,
    per_object,
    shrunk,
)
from vostoolkit.networks.resnet import BasicBlock, Bottleneck, residual_stage

Widths = tuple[int, int, int]


@dataclass(frozen=True)
class XMemConfig:
    """The sizes of one network of the family; the defaults are the published ones.

    ``compact`` is the small form: a 3x3 stem without pooling, normalised decoder blocks without
    attention, 1x1 skip convolutions, image features narrowed before they meet the objects.
    ``hidden_dim`` 0 leaves the sensory memory out. ``previous_mask`` gives the decoder the last
    frame's mask at each scale.
    """

    key_dim: int = 64
    value_dim: int = 512
    hidden_dim: int = 64
    stride: int = 16
    key_stem: int = 64
    key_widths: Widths = (256, 512, 1024)
    key_blocks: Widths = (3, 4, 6)
    bottleneck: bool = True
    value_stem: int = 64
    value_widths: Widths = (64, 128, 256)
    value_blocks: Widths = (2, 2, 2)
    decoder_widths: Widths = (512, 256, 256)
    sensory_width: int = 256
    previous_mask: bool = False
    compact: bool = False

    def __post_init__(self) -> None:
        if self.stride not in (8, 16):
            raise ValueError(f"stride {self.stride}: an XMem network has stride 8 or 16")
        if min(self.key_dim, self.value_dim, *self.decoder_widths) < 1 or self.hidden_dim < 0:
            raise ValueError(f"every width must be positive (hidden_dim may be 0): {self}")


XMEM = XMemConfig()
"""The published network: 62 M parameters."""

NANO = XMemConfig(
    key_dim=32,
    value_dim=48,
    hidden_dim=0,
    stride=8,
    key_stem=16,
    key_widths=(32, 64, 96),
    key_blocks=(1, 1, 1),
    bottleneck=False,
    value_stem=8,
    value_widths=(16, 32, 48),
    value_blocks=(1, 1, 1),
    decoder_widths=(48, 48, 32),
    previous_mask=True,
    compact=True,
)
"""The embedded network: under 1 M parameters, for a CPU."""


@dataclass(frozen=True, eq=False)
class KeyFeatures:
    """What the key encoder says of an image: the first four at stride 16 (or 8), then 8, then 4.

    ``shrinkage`` is at least 1 (how sure a memory element is of itself), ``selection`` in (0, 1)
    (which key channels a query cares about).
    """

    key: Float[Tensor, "b k h w"]
    shrinkage: Float[Tensor, "b 1 h w"]
    selection: Float[Tensor, "b k h w"]
    deep: Float[Tensor, "b deep h w"]
    middle: Float[Tensor, "b middle h8 w8"]
    shallow: Float[Tensor, "b shallow h4 w4"]

    def parts(self, windows: Sequence[Window]) -> "KeyFeatures":
        """The features in some windows of the key, all of one size, one after the other."""
        height = self.key.shape[-2]

        def cut(x: Tensor) -> Tensor:
            return torch.cat([x[..., *w.times(x.shape[-2] // height)] for w in windows])

        return KeyFeatures(*(cut(getattr(self, one.name)) for one in fields(self)))


class KeyEncoder(nn.Module):
    """Image features at three scales (the first stages of a ResNet)."""

    def __init__(self, config: XMemConfig) -> None:
        super().__init__()
        block = Bottleneck if config.bottleneck else BasicBlock
        first, second, third = config.key_widths
        self.conv1, self.bn1, self.pool = _stem(3, config.key_stem, config.compact)
        stride = 2 if config.compact else 1
        self.res2 = residual_stage(block, (config.key_stem, first), config.key_blocks[0], stride)
        self.layer2 = residual_stage(block, (first, second), config.key_blocks[1], 2)
        stride = config.stride // 8
        self.layer3 = residual_stage(block, (second, third), config.key_blocks[2], stride)

    def forward(self, image: Float[Tensor, "b 3 h w"]) -> tuple[Tensor, Tensor, Tensor]:
        """Shallow, middle and deep features."""
        shallow = self.res2(self.pool(functional.relu(self.bn1(self.conv1(image)))))
        middle = self.layer2(shallow)
        return shallow, middle, self.layer3(middle)


class ValueEncoder(nn.Module):
    """The memory value of an object from the image, its mask and the other objects' masks."""

    def __init__(self, config: XMemConfig) -> None:
        super().__init__()
        first, second, third = config.value_widths
        counts = config.value_blocks
        self.conv1, self.bn1, self.pool = _stem(5, config.value_stem, config.compact)
        stride = 2 if config.compact else 1
        self.layer1 = residual_stage(BasicBlock, (config.value_stem, first), counts[0], stride)
        self.layer2 = residual_stage(BasicBlock, (first, second), counts[1], 2)
        self.layer3 = residual_stage(BasicBlock, (second, third), counts[2], config.stride // 8)
        fuse = BasicBlock if config.compact else Fusion
        self.fuser = fuse(config.key_widths[2] + third, config.value_dim)
        if config.hidden_dim:
            self.hidden_reinforce = DeepUpdate(config.value_dim, config.hidden_dim)

    def forward(
        self, image_and_masks: Float[Tensor, "b 5 h w"], deep: Float[Tensor, "b c i j"]
    ) -> Float[Tensor, "b v i j"]:
        """The values."""
        x = self.pool(functional.relu(self.bn1(self.conv1(image_and_masks))))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fuser(torch.cat([deep, x], 1))


def _stem(inputs: int, width: int, compact: bool) -> tuple[nn.Conv2d, nn.BatchNorm2d, nn.Module]:
    kernel = 3 if compact else 7
    pool = nn.Identity() if compact else nn.MaxPool2d(3, 2, 1)
    return nn.Conv2d(inputs, width, kernel, 2, kernel // 2, bias=False), nn.BatchNorm2d(width), pool


class Decoder(nn.Module):
    """Object logits at a quarter of the image size from image features and the memory readout."""

    def __init__(self, config: XMemConfig) -> None:
        super().__init__()
        shallow, middle, deep = config.key_widths
        first, second, third = config.decoder_widths
        if config.compact:
            self.compress = nn.Conv2d(deep, first, 1)
        inputs = (first if config.compact else deep) + config.value_dim + config.hidden_dim
        fuse = BasicBlock if config.compact else Fusion
        self.fuser = fuse(inputs + config.previous_mask, first)
        if config.hidden_dim:
            self.hidden_update = SensoryUpdate(
                config.decoder_widths, config.sensory_width, config.hidden_dim
            )
        form = (config.compact, config.previous_mask)
        self.up_16_8 = Upsampling((middle, first, second), config.stride // 8, *form)
        self.up_8_4 = Upsampling((shallow, second, third), 2, *form)
        self.pred = nn.Conv2d(third, 1, 3, padding=1)
        self.is_compact = config.compact

    def forward(
        self,
        features: KeyFeatures,
        readout: Float[Tensor, "bn v h w"],
        hidden: Float[Tensor, "bn c h w"] | None,
        previous: Float[Tensor, "bn 1 y x"] | None,
    ) -> tuple[Float[Tensor, "bn 1 h4 w4"], Float[Tensor, "bn c h w"] | None]:
        """Logits and the hidden state after the frame."""
        if previous is not None:  # the means at coarser scales are means of these
            previous = shrunk(previous, features.shallow.shape[-2:])
        image = self.compress(features.deep) if self.is_compact else features.deep
        parts = [per_object(image, len(readout) // len(image)), readout]
        if hidden is not None:
            parts.append(hidden)
        if previous is not None:
            parts.append(shrunk(previous, image.shape[-2:]))
        deep = self.fuser(torch.cat(parts, 1))
        middle = self.up_16_8(features.middle, deep, previous)
        shallow = self.up_8_4(features.shallow, middle, previous)
        logits = self.pred(functional.relu(shallow))
        if hidden is not None:
            scales = (deep, middle, torch.cat([shallow, logits], 1))
            hidden = self.hidden_update(scales, hidden)
        return logits, hidden


def _split(x: Float[Tensor, "bn c h w"], count: int) -> Float[Tensor, "b n c h w"]:
    return x.view(-1, count, *x.shape[1:])


class XMem(nn.Module):
    """A network of the family: plain methods, batched, without state of their own.

    Images are normalised by ImageNet's mean and deviation; heights and widths are multiples of the
    stride. A hidden state is given if and only if the network has one (``config.hidden_dim``).
    """

    def __init__(self, config: XMemConfig = XMEM) -> None:
        super().__init__()
        self.config = config
        self.key_encoder = KeyEncoder(config)
        self.value_encoder = ValueEncoder(config)
        self.key_proj = KeyProjection(config.key_widths[2], config.key_dim)
        self.decoder = Decoder(config)

    def encode_key(self, image: Float[Tensor, "b 3 h w"]) -> KeyFeatures:
        """Key, shrinkage, selection and the features that the decoder needs."""
        shallow, middle, deep = self.key_encoder(image)
        key, shrinkage, selection = self.key_proj(deep)
        return KeyFeatures(key, shrinkage, selection, deep, middle, shallow)

    def encode_value(
        self,
        image: Float[Tensor, "b 3 h w"],
        deep: Float[Tensor, "b c i j"],
        masks: Float[Tensor, "b n h w"],
        hidden: Float[Tensor, "b n d i j"] | None = None,
    ) -> tuple[Float[Tensor, "b n v i j"], Float[Tensor, "b n d i j"] | None]:
        """Memory values of all objects, and the hidden state after a deep update."""
        self._check_hidden(hidden)
        count = masks.shape[1]
        others = masks.sum(1, keepdim=True) - masks
        own_and_others = torch.stack([masks, others], 2).flatten(0, 1)
        x = torch.cat([per_object(image, count), own_and_others.to(image.dtype)], 1)
        value: Tensor = self.value_encoder(x, per_object(deep, count))
        if hidden is not None:
            after: Tensor = self.value_encoder.hidden_reinforce(value, hidden.flatten(0, 1))
            hidden = _split(after, count)
        return _split(value, count), hidden

    def decode(
        self,
        features: KeyFeatures,
        readout: Float[Tensor, "b n v i j"],
        hidden: Float[Tensor, "b n d i j"] | None = None,
        previous: Float[Tensor, "b n h w"] | None = None,
    ) -> tuple[Float[Tensor, "b n h w"], Float[Tensor, "b n d i j"] | None]:
        """Each object's own logits at image size, and the hidden state after the frame.

        A sigmoid and the soft aggregation of ``vostoolkit.masks`` make them a pmf. ``previous``
        are the last frame's masks; they're used only by networks with ``previous_mask``.

        Raises:
            ValueError: a hidden state or previous masks are missing, or a hidden state is given
                to a network without one.
        """
        self._check_hidden(hidden)
        if self.config.previous_mask and previous is None:
            raise ValueError("this network decodes with the previous frame's masks: give previous")
        count = readout.shape[1]
        last = previous.flatten(0, 1)[:, None] if previous is not None else None
        logits, after = self.decoder(
            features,
            readout.flatten(0, 1),
            hidden.flatten(0, 1) if hidden is not None else None,
            last.to(readout.dtype) if last is not None and self.config.previous_mask else None,
        )
        full = _split(enlarged(logits, 4), count)[:, :, 0]
        return full, _split(after, count) if after is not None else None

    def _check_hidden(self, hidden: Tensor | None) -> None:
        if (hidden is not None) != bool(self.config.hidden_dim):
            raise ValueError(
                f"hidden state {'given' if hidden is not None else 'missing'} for a network with "
                f"hidden_dim {self.config.hidden_dim}: give one exactly if it isn't 0"
            )
