"""Building blocks of the STM and XMem families: attention, fusion, gated hidden states.

Attribute names follow the published state dict, so that its weights load by name.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from vostoolkit.networks.resnet import BasicBlock


class PlainResidual(nn.Module):
    """Two 3x3 convolutions, each after a ReLU, and a shortcut; no normalisation."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.downsample = nn.Conv2d(inputs, outputs, 3, 1, 1) if inputs != outputs else None
        self.conv1 = nn.Conv2d(inputs, outputs, 3, 1, 1)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1)

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b d h w"]:
        """The block's output, of any sign."""
        out = self.conv2(functional.relu(self.conv1(functional.relu(x))))
        return out + (x if self.downsample is None else self.downsample(x))


class ChannelGate(nn.Module):
    """Scales channels by what their mean and maximum say."""

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        middle = channels // reduction
        self.mlp = nn.Sequential(
            nn.Flatten(), nn.Linear(channels, middle), nn.ReLU(), nn.Linear(middle, channels)
        )

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        """The input with each channel scaled by a factor in (0, 1)."""
        gate = self.mlp(x.mean((2, 3))) + self.mlp(x.amax((2, 3)))
        return x * torch.sigmoid(gate)[:, :, None, None]


class _GateConvolution(nn.Module):
    """The 7x7 convolution of a spatial gate (a level of its own in the published names)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, 1, 7, padding=3)


class SpatialGate(nn.Module):
    """Scales places by what the maximum and mean of their channels say."""

    def __init__(self) -> None:
        super().__init__()
        self.spatial = _GateConvolution()

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        """The input with each place scaled by a factor in (0, 1)."""
        pooled = torch.cat([x.amax(1, keepdim=True), x.mean(1, keepdim=True)], 1)
        return x * torch.sigmoid(self.spatial.conv(pooled))


class Attention(nn.Module):
    """Channel attention, then spatial attention.

    Source: Woo et al., CBAM (ECCV 2018).
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.ChannelGate = ChannelGate(channels)
        self.SpatialGate = SpatialGate()

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        """The input, scaled twice."""
        return self.SpatialGate(self.ChannelGate(x))


class Fusion(nn.Module):
    """Joins image features with per-object features: a block, attention, another block."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.block1 = PlainResidual(inputs, outputs)
        self.attention = Attention(outputs)
        self.block2 = PlainResidual(outputs, outputs)

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b d h w"]:
        """The fused features."""
        out = self.block1(x)
        return self.block2(out + self.attention(out))


class KeyProjection(nn.Module):
    """Key, shrinkage (at least 1) and selection (in 0 to 1) from the deepest image features."""

    def __init__(self, inputs: int, key_dim: int) -> None:
        super().__init__()
        self.key_proj = nn.Conv2d(inputs, key_dim, 3, padding=1)
        self.d_proj = nn.Conv2d(inputs, 1, 3, padding=1)
        self.e_proj = nn.Conv2d(inputs, key_dim, 3, padding=1)
        nn.init.orthogonal_(self.key_proj.weight)
        nn.init.zeros_(self.key_proj.bias)  # pyright: ignore[reportArgumentType]

    def forward(
        self, x: Float[Tensor, "b c h w"]
    ) -> tuple[Float[Tensor, "b k h w"], Float[Tensor, "b 1 h w"], Float[Tensor, "b k h w"]]:
        """Key, shrinkage, selection.

        Source: XMem, section 3.3.
        """
        return self.key_proj(x), self.d_proj(x) ** 2 + 1, torch.sigmoid(self.e_proj(x))


def gated(
    values: Float[Tensor, "b c3 h w"], hidden: Float[Tensor, "b c h w"]
) -> Float[Tensor, "b c h w"]:
    """The hidden state after a gated update: forget, update and new value are the input's thirds.

    Source: XMem, sensory memory (a GRU in which the forget gate acts on the state itself).
    """
    forget, update, new = values.chunk(3, 1)
    update = torch.sigmoid(update)
    return torch.sigmoid(forget) * hidden * (1 - update) + update * torch.tanh(new)


class DeepUpdate(nn.Module):
    """The update of the hidden state from a new memory value, on memory frames."""

    def __init__(self, value_dim: int, hidden_dim: int) -> None:
        super().__init__()
        self.transform = nn.Conv2d(value_dim + hidden_dim, 3 * hidden_dim, 3, padding=1)
        nn.init.xavier_normal_(self.transform.weight)

    def forward(
        self, value: Float[Tensor, "b v h w"], hidden: Float[Tensor, "b c h w"]
    ) -> Float[Tensor, "b c h w"]:
        """The hidden state after it."""
        return gated(self.transform(torch.cat([value, hidden], 1)), hidden)


class SensoryUpdate(nn.Module):
    """The update of the hidden state from the decoder's features, on every frame."""

    def __init__(self, widths: tuple[int, int, int], middle: int, hidden_dim: int) -> None:
        super().__init__()
        self.g16_conv = nn.Conv2d(widths[0], middle, 1)
        self.g8_conv = nn.Conv2d(widths[1], middle, 1)
        self.g4_conv = nn.Conv2d(widths[2] + 1, middle, 1)
        self.transform = nn.Conv2d(middle + hidden_dim, 3 * hidden_dim, 3, padding=1)
        nn.init.xavier_normal_(self.transform.weight)

    def forward(
        self,
        scales: tuple[Tensor, Tensor, Tensor],
        hidden: Float[Tensor, "b c h w"],
    ) -> Float[Tensor, "b c h w"]:
        """The hidden state after it; ``scales`` are deep, middle, and shallow with the logits."""
        deep, middle, shallow = (shrunk(scale, hidden.shape[-2:]) for scale in scales)
        values = self.g16_conv(deep) + self.g8_conv(middle) + self.g4_conv(shallow)
        return gated(self.transform(torch.cat([values, hidden], 1)), hidden)


class Upsampling(nn.Module):
    """Per-object features enlarged and joined with finer image features."""

    def __init__(
        self, widths: tuple[int, int, int], factor: int, is_compact: bool, has_previous: bool
    ) -> None:
        super().__init__()
        skip, inputs, outputs = widths
        kernel = 1 if is_compact else 3
        self.factor = factor
        self.skip_conv = nn.Conv2d(skip, inputs, kernel, padding=kernel // 2)
        self.out_conv = (BasicBlock if is_compact else PlainResidual)(inputs, outputs)
        if has_previous:
            self.previous_conv = nn.Conv2d(1, inputs, 3, padding=1)

    def forward(
        self,
        skip: Float[Tensor, "b c h w"],
        objects: Float[Tensor, "bn d i j"],
        previous: Float[Tensor, "bn 1 y x"] | None,
    ) -> Float[Tensor, "bn e h w"]:
        """The joined features."""
        image = self.skip_conv(skip)
        joined = enlarged(objects, self.factor) + per_object(image, len(objects) // len(image))
        if previous is not None:
            joined += self.previous_conv(shrunk(previous, image.shape[-2:]))
        return self.out_conv(joined)


def per_object(x: Float[Tensor, "b c h w"], count: int) -> Float[Tensor, "bn c h w"]:
    """The same features once for each object, objects running fastest.

    Those of one image aren't copied.
    """
    if count == 1 or len(x) == 1:
        return x.expand(len(x) * count, -1, -1, -1)
    return x.repeat_interleave(count, 0)


def shrunk(x: Float[Tensor, "b c h w"], size: tuple[int, ...]) -> Float[Tensor, "b c i j"]:
    """The means over the cells of a coarser grid; the input itself if the size is the same."""
    if tuple(x.shape[-2:]) == tuple(size):
        return x
    return functional.interpolate(x, size=list(size), mode="area")


def enlarged(x: Float[Tensor, "b c h w"], factor: int) -> Float[Tensor, "b c i j"]:
    """Bilinear enlargement; the input itself for a factor of 1."""
    if factor == 1:
        return x
    return functional.interpolate(x, scale_factor=factor, mode="bilinear", align_corners=False)
