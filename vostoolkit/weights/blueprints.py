"""The networks that weights are for, and the keys and shapes that each expects.

A network is built on the meta device, so that asking for its keys takes no memory; modules are
imported when their network is built.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial

import torch
from torch import nn

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Blueprint:
    """A network: its name in words, how many numbers its state holds, and how it is built."""

    name: str
    numbers: int
    build: Callable[[], nn.Module]


@cache
def expected_shapes(blueprint: Blueprint) -> Mapping[str, Shape]:
    """The shape of each tensor that weights for this network hold, by key."""
    with torch.device("meta"):
        return shapes_of(blueprint.build())


def shapes_of(network: nn.Module) -> dict[str, Shape]:
    """The shape of each tensor of a network's state, by key."""
    return {key: tuple(value.shape) for key, value in network.state_dict().items()}


def _nano() -> nn.Module:
    from vostoolkit.networks.xmem import NANO, XMem

    return XMem(NANO)


def _click() -> nn.Module:
    from vostoolkit.networks.click import ClickNetwork

    return ClickNetwork()


def _aot_nano() -> nn.Module:
    from vostoolkit.networks.aot import AOT_NANO, Aot

    return Aot(AOT_NANO)


def _fusion_nano() -> nn.Module:
    from vostoolkit.networks.fusion import FUSION_NANO, FusionNetwork

    return FusionNetwork(FUSION_NANO)


def _quality_nano() -> nn.Module:
    from vostoolkit.networks.quality_aware import QUALITY_AWARE_NANO, QualityAware

    return QualityAware(QUALITY_AWARE_NANO)


def _policy_nano() -> nn.Module:
    from vostoolkit.networks.annotation_policy import POLICY_NANO, AnnotationPolicy

    return AnnotationPolicy(POLICY_NANO)


def _xmem(hidden_dim: int = 64) -> nn.Module:
    from vostoolkit.networks.xmem import XMem, XMemConfig

    return XMem(XMemConfig(hidden_dim=hidden_dim))


def _stm() -> nn.Module:
    from vostoolkit.networks.stm import StmNetwork

    return StmNetwork()


def _fusion() -> nn.Module:
    from vostoolkit.networks.fusion import FusionNetwork

    return FusionNetwork()


def _scribble_to_mask() -> nn.Module:
    from vostoolkit.networks.scribble_to_mask import ScribbleToMask

    return ScribbleToMask()


def _aot(blocks: int) -> nn.Module:
    from vostoolkit.networks.aot import Aot, AotConfig

    return Aot(AotConfig(blocks=blocks))


def _quality() -> nn.Module:
    from vostoolkit.networks.quality import QualityNetwork

    return QualityNetwork()


def _policy() -> nn.Module:
    from vostoolkit.networks.annotation_policy import AnnotationPolicy

    return AnnotationPolicy()


def _sam_hq(size: str) -> nn.Module:
    from vostoolkit.networks.sam_hq import build

    return build(size)  # pyright: ignore[reportArgumentType]


def _sam_hq_tiny() -> nn.Module:
    # Its constructor reads numbers out of tensors, which the meta device can't.
    with torch.random.fork_rng(devices=()), torch.device("cpu"):
        return _sam_hq("vit_tiny")


NANO = Blueprint("XMem, nano", 566_409, _nano)
CLICK = Blueprint("click network", 1_158_827, _click)
AOT_NANO = Blueprint("AOT, nano", 619_401, _aot_nano)
FUSION_NANO = Blueprint("fusion, nano", 10_737, _fusion_nano)
QUALITY_NANO = Blueprint("quality, nano", 412_816, _quality_nano)
POLICY_NANO = Blueprint("annotation policy, nano", 44_071, _policy_nano)
XMEM = Blueprint("XMem", 62_220_354, _xmem)
XMEM_NO_SENSORY = Blueprint("XMem, no sensory memory", 59_818_690, partial(_xmem, 0))
MIVOS_PROPAGATION = Blueprint("MiVOS propagation", 53_747_223, _stm)
MIVOS_FUSION = Blueprint("MiVOS fusion", 39_905, _fusion)
MIVOS_SCRIBBLE = Blueprint("MiVOS scribble-to-mask", 39_822_974, _scribble_to_mask)
AOT_T = Blueprint("AOT, 1 block", 5_802_323, partial(_aot, 1))
AOT_S = Blueprint("AOT, 2 blocks", 7_066_459, partial(_aot, 2))
AOT_B = Blueprint("AOT, 3 blocks", 8_330_595, partial(_aot, 3))
EVA_QUALITY = Blueprint("EVA-VOS quality", 22_392_764, _quality)
EVA_POLICY = Blueprint("EVA-VOS policy", 11_320_791, _policy)
SAM_HQ_TINY = Blueprint("SAM-HQ, vit_tiny", 10_588_743, _sam_hq_tiny)
SAM_HQ_B = Blueprint("SAM-HQ, vit_b", 94_806_832, partial(_sam_hq, "vit_b"))
SAM_HQ_L = Blueprint("SAM-HQ, vit_l", 313_676_336, partial(_sam_hq, "vit_l"))
SAM_HQ_H = Blueprint("SAM-HQ, vit_h", 642_686_256, partial(_sam_hq, "vit_h"))
