"""Batch normalisation folded into the convolution before it, for inference."""

import copy
from itertools import pairwise
from typing import TypeVar

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

Network = TypeVar("Network", bound=nn.Module)


def folded(network: Network) -> Network:
    """A copy of the network for inference, its batch norms folded into their convolutions.

    Pairs are found by name (``conv1`` and ``bn1``, …) and by following one another in a sequence.
    The numbers differ by rounding only.
    """
    network = copy.deepcopy(network).eval().requires_grad_(False)
    for module in network.modules():
        children = dict(module.named_children())
        pairs = [(name, name.replace("conv", "bn", 1)) for name in children if "conv" in name]
        if isinstance(module, nn.Sequential):
            pairs = list(pairwise(children))
        for first, second in pairs:
            convolution, norm = children[first], children.get(second)
            if isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                setattr(module, first, fuse_conv_bn_eval(convolution, norm))
                setattr(module, second, nn.Identity())
    return network
