"""Several predictions of each frame: by several networks, or by one network with dropout.

Source: Lazy-XMem 5.1 and Appendix B (deep ensemble, Monte Carlo dropout).
"""

import copy
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from vostoolkit.arrays import ObjectId
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks, soft_aggregate
from vostoolkit.networks.xmem import KeyFeatures
from vostoolkit.protocols import Propagator
from vostoolkit.results import EnsemblePropagation, MemoryUpdate, Propagation, Tier
from vostoolkit.stages.propagate_xmem import XMemPropagator
from vostoolkit.stages.xmem_state import XMemState


@dataclass(frozen=True, eq=False)
class EnsembleState:
    """The states of an ensemble's members, in their order."""

    members: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class EnsemblePropagator:
    """Several propagators side by side: the masks are the mean of what they predict.

    Each has a state of its own; all of them memorise the masks that the method decides on, so a
    person's correction reaches every member.

    Raises:
        ValueError: fewer than two members.

    Source: Lazy-XMem, Appendix B, which combines three XMem networks of different training.
    Note: the paper doesn't say whether members go on from the mean or each from its own masks.
    """

    members: tuple[Propagator[Any], ...]

    def __post_init__(self) -> None:
        if len(self.members) < 2:
            raise ValueError(f"an ensemble of {len(self.members)}: give at least 2 propagators")

    def start(self, frame: Frame, objects: tuple[ObjectId, ...], /) -> EnsembleState:
        """The states of all members before anything is memorised."""
        return EnsembleState(tuple(member.start(frame, objects) for member in self.members))

    def propagate(
        self, frame: Frame, state: EnsembleState, /
    ) -> tuple[EnsemblePropagation, EnsembleState]:
        """The mean masks with every member's pmf, and the states after the frame.

        Raises:
            ValueError: members of other propagators in the state, or not as many.
        """
        pairs = [m.propagate(frame, s) for m, s in self._with(state)]
        mean = combined([prediction.masks for prediction, _ in pairs], frame.index)
        return mean, EnsembleState(tuple(after for _, after in pairs))

    def memorise(
        self,
        frame: Frame,
        masks: Masks,
        state: EnsembleState,
        /,
        *,
        tier: Tier | None,
        objects: tuple[ObjectId, ...] | None = None,
        reason: str = "",
    ) -> tuple[MemoryUpdate, EnsembleState]:
        """The states with these masks memorised by every member; counts are sums over members.

        Raises:
            ValueError: as ``propagate``.
        """
        pairs = [
            m.memorise(frame, masks, s, tier=tier, objects=objects, reason=reason)
            for m, s in self._with(state)
        ]
        updates = [update for update, _ in pairs]
        tiers = dict.fromkeys(name for update in updates for name in update.sizes)
        total = replace(
            updates[0],
            added=sum(update.added for update in updates),
            removed=sum(update.removed for update in updates),
            sizes={name: sum(u.sizes.get(name, 0) for u in updates) for name in tiers},
        )
        return total, EnsembleState(tuple(after for _, after in pairs))

    def _with(self, state: EnsembleState) -> list[tuple[Propagator[Any], Any]]:
        if len(state.members) != len(self.members):
            raise ValueError(
                f"a state of {len(state.members)} members for an ensemble of {len(self.members)}: "
                "go on with the ensemble that it's from"
            )
        return list(zip(self.members, state.members, strict=True))


@dataclass(frozen=True, eq=False)
class DropoutPropagator(XMemPropagator):
    """XMem with Monte Carlo dropout: several passes a frame, each with other channels left out.

    Whole channels of the features that the query's key and selection are projected from are zeroed
    with probability ``rate`` and the others scaled up. Which ones follows from ``seed``, the
    frame's number and the pass alone, so a replay is equal bit for bit. Memory is written without
    dropout, and the sensory memory follows a pass without it: the state is ``XMemPropagator``'s,
    so a session of that can branch into this one.

    Source: Lazy-XMem, Appendix B (spatial dropout of 0.2 on XMem's key projection).
    Note: the paper gives neither the number of passes, nor which side of the projection is dropped,
    nor whether memory keys are too. It trains with the dropout; networks that weren't, the embedded
    one included, are less calibrated.
    """

    passes: int = 5
    rate: float = 0.2
    seed: int = 0
    _projection: nn.Module = field(init=False, repr=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.passes < 2:
            raise ValueError(f"passes={self.passes}: uncertainty needs at least 2 passes a frame")
        if not 0 <= self.rate < 1:
            raise ValueError(f"rate={self.rate}: give a share of channels, from 0 to below 1")
        if self.seed < 0:
            raise ValueError(f"seed={self.seed}: give 0 or more")
        projection = copy.deepcopy(self.network.key_proj).to(self.engine.device)
        object.__setattr__(self, "_projection", projection.eval().requires_grad_(False))

    @torch.no_grad()
    def propagate(self, frame: Frame, state: XMemState, /) -> tuple[Propagation, XMemState]:
        """The mean masks with every pass's pmf, and the state after the frame.

        Raises:
            ValueError: nothing was memorised yet, or the frame has another size.
        """
        _, after = super().propagate(frame, state)
        fit = self._fit(frame, state)
        _, features = self.engine.encode(frame, fit)
        passes: list[Masks] = []
        for number in range(self.passes):
            changed = self._with_dropout(features, frame.index, number)
            own, _, _ = self._own(changed, state)
            pmf = torch.softmax(soft_aggregate(own), 0)
            passes.append(Masks(fit.back(pmf), state.objects))
        return combined(passes, frame.index), after

    def _with_dropout(self, features: KeyFeatures, frame: int, number: int) -> KeyFeatures:
        deep = features.deep.float()
        kept = channels_kept(deep.shape[1], self.rate, (self.seed, frame, number))
        key, shrinkage, selection = self._projection(deep * kept.to(deep))
        return replace(features, key=key, shrinkage=shrinkage, selection=selection)


def channels_kept(
    count: int, rate: float, seed: tuple[int, int, int]
) -> Float[Tensor, "1 {count} 1 1"]:
    """Spatial dropout's factors: 0 with probability ``rate``, otherwise 1 / (1 - rate).

    Drawn on the CPU, so they are the same on every device.

    Source: Tompson et al., Efficient object localization using convolutional networks (CVPR 2015).
    """
    state = np.random.SeedSequence(seed).generate_state(1)
    generator = torch.Generator().manual_seed(int(state[0]))
    drawn = torch.rand(1, count, 1, 1, generator=generator)
    return (drawn >= rate) / (1 - rate)


def combined(predictions: list[Masks], frame: int) -> EnsemblePropagation:
    """The mean of several predictions of a frame, with each of them.

    Raises:
        ValueError: predictions of different objects.
    """
    objects = predictions[0].objects
    for masks in predictions[1:]:
        if set(masks.objects) != set(objects):
            raise ValueError(
                f"members that predict objects {objects} and {masks.objects}: an ensemble's "
                "members must follow the same objects"
            )
    orders = [[0, *(1 + masks.objects.index(o) for o in objects)] for masks in predictions]
    members = torch.stack([m.pmf[order] for m, order in zip(predictions, orders, strict=True)])
    return EnsemblePropagation(frame=frame, masks=Masks(members.mean(0), objects), members=members)
