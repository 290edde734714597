"""Networks filled with weights."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from torch import Tensor, nn

from vostoolkit.errors import WeightsError
from vostoolkit.networks.xmem import XMEM, XMem, XMemConfig
from vostoolkit.networks.xmem_checkpoints import with_other_masks
from vostoolkit.weights.folder import find_weights
from vostoolkit.weights.matching import mismatch
from vostoolkit.weights.reading import read_tensors

Network = TypeVar("Network", bound=nn.Module)

_SENSORY = "decoder.hidden_update."


def load_weights(network: Network, name_or_path: str | Path) -> Network:
    """The network, filled with weights by name or path.

    Raises:
        WeightsError: they aren't there, or belong to another network; differing keys are named.
    """
    path = find_weights(name_or_path)
    return _filled(network, read_tensors(path), path)


def load_xmem(name_or_path: str | Path, config: XMemConfig | None = None) -> XMem:
    """An XMem network with weights by name or path.

    Without a configuration it has the published sizes, and a sensory memory if the weights do.

    Raises:
        WeightsError: as ``load_weights``.
    """
    path = find_weights(name_or_path)
    tensors = read_tensors(path)
    if config is None:
        has_sensory = any(key.startswith(_SENSORY) for key in tensors)
        config = XMEM if has_sensory else replace(XMEM, hidden_dim=0)
    return _filled(XMem(config), tensors, path)


def _filled(network: Network, tensors: Mapping[str, Tensor], path: Path) -> Network:
    if problem := mismatch(network, tensors):
        raise WeightsError(f"{path} doesn't fit this {type(network).__name__}: {problem}")
    network.load_state_dict(with_other_masks(tensors) if isinstance(network, XMem) else tensors)
    return network
