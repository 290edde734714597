"""Networks filled with weights."""

from pathlib import Path
from typing import TypeVar

from torch import nn

from vostoolkit.errors import WeightsError
from vostoolkit.networks.xmem import XMem, XMemConfig
from vostoolkit.networks.xmem_checkpoints import with_other_masks
from vostoolkit.weights.folder import find_weights
from vostoolkit.weights.matching import mismatch
from vostoolkit.weights.reading import read_tensors

Network = TypeVar("Network", bound=nn.Module)


def load_weights(network: Network, name_or_path: str | Path) -> Network:
    """The network, filled with weights by name or path.

    Raises:
        WeightsError: they aren't there, or belong to another network; differing keys are named.
    """
    path = find_weights(name_or_path)
    tensors = read_tensors(path)
    if problem := mismatch(network, tensors):
        raise WeightsError(f"{path} doesn't fit this {type(network).__name__}: {problem}")
    network.load_state_dict(with_other_masks(tensors) if isinstance(network, XMem) else tensors)
    return network


def load_xmem(name_or_path: str | Path, config: XMemConfig) -> XMem:
    """An XMem network of this configuration with weights by name or path.

    Raises:
        WeightsError: as ``load_weights``.
    """
    find_weights(name_or_path)  # before the network is built, which takes a while
    return load_weights(XMem(config), name_or_path)
