"""Joining masks before a correction with those propagated from it.

Source: Cheng, Tai and Tang, MiVOS (CVPR 2021), section 3.4.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from vostoolkit.frames import Frame
from vostoolkit.masks import Masks, soft_aggregate
from vostoolkit.memory.shelves import read_all
from vostoolkit.networks.folding import folded
from vostoolkit.networks.fusion import FUSION_NANO, FusionNetwork
from vostoolkit.protocols import Propagator
from vostoolkit.results import Correction, Fusion
from vostoolkit.stages.alignment import Alignment, alignment_of
from vostoolkit.stages.fitting import Fit
from vostoolkit.stages.propagate_stm import StmPropagator
from vostoolkit.stages.propagate_xmem import XMemPropagator
from vostoolkit.weights import load_weights


@dataclass(frozen=True)
class LinearBlend:
    """Weighs old and new masks by the frame's distances to the two corrected frames.

    Source: the baseline of MiVOS, section 6.2 (Oh et al., CVPR 2019).
    """

    def __call__(self, frame: Frame, old: Masks, new: Masks, correction: Correction, /) -> Fusion:
        """The blended masks.

        Raises:
            ValueError: a frame that isn't between the two corrected ones, or masks that don't fit.
        """
        near, far = correction.weights(frame.index)
        old = _like(old, new, frame)
        masks = Masks(near * new.pmf + far * old.pmf, new.objects)
        return Fusion(frame=frame.index, old=old, new=new, masks=masks, weights=(near, far))


@dataclass(frozen=True, eq=False)
class DifferenceAwareFusion:
    """Fuses object by object with a network that sees what the correction changed.

    What it added and removed is carried to the frame by the attention between both frames (Eq. 5),
    which the propagator's network gives.

    Args:
        propagator: whose keys and working size are used: MiVOS's own or an XMem.
        network: copied, and moved to the propagator's device.
        top_k: how many places of the corrected frame a place reads at most; None reads all.

    Note: Eq. 5 takes the attention of Eq. 2, filtered to the top 50. The release reads all, and
    its weights were trained so: ``published`` does as well.
    """

    propagator: Propagator[Any]
    network: FusionNetwork = field(repr=False)
    top_k: int | None = 50
    _alignment: Alignment = field(init=False, repr=False)
    _keys: "_Keys" = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.top_k is not None and self.top_k < 1:
            raise ValueError(f"top_k {self.top_k}: a place must read at least one element")
        object.__setattr__(self, "_alignment", alignment_of(self.propagator))
        network = folded(self.network).to(self._device)
        object.__setattr__(self, "network", network)
        object.__setattr__(self, "_keys", _Keys())

    @classmethod
    def published(
        cls, propagator: StmPropagator, weights: str | Path = "mivos-fusion"
    ) -> "DifferenceAwareFusion":
        """The published network, with a checkpoint that the person supplied (name or path).

        Raises:
            WeightsError: the checkpoint isn't there, or isn't one of this network.
        """
        return cls(propagator, load_weights(FusionNetwork(), weights), top_k=None)

    @classmethod
    def nano(
        cls, weights: str | Path = "fusion-nano", propagator: XMemPropagator | None = None
    ) -> "DifferenceAwareFusion":
        """What ``vostoolkit train fusion-nano`` makes: a small network, on the embedded one's keys.

        Raises:
            WeightsError: weights were named that aren't there, or aren't of this network.
        """
        network = load_weights(FusionNetwork(FUSION_NANO), weights)
        return cls(propagator or XMemPropagator.nano(), network, top_k=None)

    @torch.no_grad()
    def __call__(self, frame: Frame, old: Masks, new: Masks, correction: Correction, /) -> Fusion:
        """The fused masks.

        Raises:
            ValueError: a frame that isn't between the two corrected ones, or masks that don't fit.
        """
        weights = correction.weights(frame.index)
        old = _like(old, new, frame)
        fit = self._alignment.fit(frame)
        before, after = (fit.masks(m.pmf[1:].to(self._device)) for m in (old, new))
        carried = self.carried(frame, new, correction, fit)
        count = len(new.objects)
        own = self.network(
            self._alignment.image(frame, fit).expand(count, -1, -1, -1),
            before[:, None],
            after[:, None],
            carried,
            torch.tensor(weights, device=self._device).expand(count, 2),
        )[:, 0]
        pmf = fit.back(torch.softmax(soft_aggregate(torch.sigmoid(own)), 0))
        added, removed = (
            dict(zip(new.objects, fit.back(carried[:, i]), strict=True)) for i in (0, 1)
        )
        return Fusion(
            frame=frame.index,
            old=old,
            new=new,
            masks=Masks(pmf, new.objects),
            weights=weights,
            added=added,
            removed=removed,
        )

    @torch.no_grad()
    def carried(
        self, frame: Frame, new: Masks, correction: Correction, fit: Fit
    ) -> Float[Tensor, "n 2 y x"]:
        """What the correction added and removed of each object of ``new``, seen from the frame.

        Source: MiVOS, Eq. 4 and 5.
        """
        keys, change = self._keys.of(correction, new, fit, self._alignment)
        query = self._alignment.query(frame, fit)
        parts = [
            read_all(query, key, own[:, None], top_k=self.top_k)[0]
            for key, own in zip(keys, change, strict=True)
        ]
        stride = self._alignment.stride
        height = (fit.padding[2] + fit.working.height + fit.padding[3]) // stride
        aligned = rearrange(torch.cat(parts, 1), "(i j) n c -> n c i j", i=height)
        return functional.interpolate(
            aligned, scale_factor=stride, mode="bilinear", align_corners=False
        )

    @property
    def _device(self) -> torch.device:
        return self._alignment.device


class _Keys:
    """The last correction's keys and changes, since a walk fuses many frames with one."""

    def __init__(self) -> None:
        self._last: tuple[Correction, tuple[int, ...], Fit, Tensor, Tensor] | None = None

    def of(
        self, correction: Correction, new: Masks, fit: Fit, alignment: Alignment
    ) -> tuple[Float[Tensor, "n m k"], Float[Tensor, "n m 2"]]:
        """Keys and changes (added, removed) of each object, place by place."""
        last = self._last
        if last is None or last[0] is not correction or last[1:3] != (new.objects, fit):
            device = alignment.device
            pair = (_like(m, new, correction.frame) for m in (correction.before, correction.after))
            before, after = (fit.masks(m.pmf[1:].to(device)) for m in pair)
            keys = alignment.memory(correction.frame, fit, after)
            change = torch.stack([after - before, before - after], 1).clamp_min(0)
            coarse = functional.avg_pool2d(change, alignment.stride)
            change = rearrange(coarse, "n c i j -> n (i j) c").contiguous()
            last = self._last = correction, new.objects, fit, keys, change
        return last[3], last[4]


def _like(masks: Masks, new: Masks, frame: Frame) -> Masks:
    """The masks with the objects of the frame's new ones, in their order; absent ones are empty."""
    if new.size != frame.size:
        raise ValueError(
            f"masks of {tuple(new.size)} for frame {frame.index} of {tuple(frame.size)}: "
            "give masks of the frame's height and width"
        )
    if masks.size != new.size or set(masks.objects) - set(new.objects):
        raise ValueError(
            f"masks of {tuple(masks.size)} with objects {masks.objects} beside new ones of "
            f"{tuple(new.size)} with {new.objects}: give the same size, and all objects in the new"
        )
    if masks.objects == new.objects:
        return masks
    nothing = torch.zeros_like(masks.pmf[0])
    rows = [masks.of(o) if o in masks.objects else nothing for o in new.objects]
    return Masks(torch.stack([masks.pmf[0], *rows]), new.objects)
