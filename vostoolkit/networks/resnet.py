"""Residual networks: their blocks, stages and a trunk, with torchvision's attribute names.

Source: He et al., Deep Residual Learning (CVPR 2016).
"""

from typing import cast

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional


class BasicBlock(nn.Module):
    """Two normalised 3x3 convolutions and a shortcut, then a ReLU (ResNet-18)."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        stride: int = 1,
        *,
        dilation: int = 1,
        bias: bool = False,
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, dilation, dilation, bias=bias)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, dilation, dilation, bias=bias)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = _shortcut(inputs, outputs, stride, bias=bias)

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b d i j"]:
        """The block's output, not negative; ``stride`` times smaller."""
        out = functional.relu(self.bn1(self.conv1(x)), inplace=True)
        out = self.bn2(self.conv2(out))
        out += x if self.downsample is None else self.downsample(x)
        return functional.relu(out, inplace=True)


class Bottleneck(nn.Module):
    """A 3x3 convolution between two 1x1 ones on a quarter of the width (ResNet-50)."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        stride: int = 1,
        *,
        dilation: int = 1,
        bias: bool = False,
    ) -> None:
        super().__init__()
        middle = outputs // 4
        self.conv1 = nn.Conv2d(inputs, middle, 1, bias=bias)
        self.bn1 = nn.BatchNorm2d(middle)
        self.conv2 = nn.Conv2d(middle, middle, 3, stride, dilation, dilation, bias=bias)
        self.bn2 = nn.BatchNorm2d(middle)
        self.conv3 = nn.Conv2d(middle, outputs, 1, bias=bias)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.downsample = _shortcut(inputs, outputs, stride, bias=bias)

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b d i j"]:
        """The block's output, not negative; ``stride`` times smaller."""
        out = functional.relu(self.bn1(self.conv1(x)))
        out = functional.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        return functional.relu(out + (x if self.downsample is None else self.downsample(x)))


def _shortcut(inputs: int, outputs: int, stride: int, *, bias: bool) -> nn.Sequential | None:
    if inputs == outputs and stride == 1:
        return None
    return nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=bias), nn.BatchNorm2d(outputs))


def residual_stage(
    block: type[BasicBlock] | type[Bottleneck],
    widths: tuple[int, int],
    count: int,
    stride: int,
    *,
    dilation: int = 1,
    bias: bool = False,
) -> nn.Sequential:
    """``count`` blocks from the first to the second width; the first of them strides.

    In a dilated stage the first block has half the dilation, as in torchvision.
    """
    inputs, outputs = widths
    first = block(inputs, outputs, stride, dilation=max(1, dilation // 2), bias=bias)
    rest = [block(outputs, outputs, dilation=dilation, bias=bias) for _ in range(count - 1)]
    return nn.Sequential(first, *rest)


class ResNet(nn.Module):
    """A trunk without a head: a 7x7 stem at a quarter of the size, then stages that halve it.

    Args:
        block: ``BasicBlock`` (ResNet-18) or ``Bottleneck`` (ResNet-50).
        widths: output channels of the stem and of each stage.
        counts: blocks in each stage.
        inputs: channels of the picture.
        names: the stages' attributes; ``layer1``, ``layer2``, … if none are given.
        last_dilation: above 1 the last stage dilates by it and keeps the size.
        bias: whether convolutions have a bias beside their normalisation.
    """

    def __init__(
        self,
        block: type[BasicBlock] | type[Bottleneck],
        widths: tuple[int, ...],
        counts: tuple[int, ...],
        *,
        inputs: int = 3,
        names: tuple[str, ...] = (),
        last_dilation: int = 1,
        bias: bool = False,
    ) -> None:
        super().__init__()
        if len(widths) != len(counts) + 1:
            raise ValueError(f"{len(counts)} stages with widths {widths}: give the stem's and each")
        self.conv1 = nn.Conv2d(inputs, widths[0], 7, 2, 3, bias=bias)
        self.bn1 = nn.BatchNorm2d(widths[0])
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.stage_names = names or tuple(f"layer{i + 1}" for i in range(len(counts)))
        last = len(counts) - 1
        for i, (name, count) in enumerate(zip(self.stage_names, counts, strict=True)):
            dilation = last_dilation if i == last else 1
            stride = 1 if i == 0 or dilation > 1 else 2
            stage = residual_stage(
                block, (widths[i], widths[i + 1]), count, stride, dilation=dilation, bias=bias
            )
            self.add_module(name, stage)

    def forward(self, image: Float[Tensor, "b c h w"]) -> tuple[Tensor, ...]:
        """The features of each stage, shallow to deep."""
        x = self.maxpool(functional.relu(self.bn1(self.conv1(image))))
        features: list[Tensor] = []
        for name in self.stage_names:
            x = cast(Tensor, self.get_submodule(name)(x))
            features.append(x)
        return tuple(features)
