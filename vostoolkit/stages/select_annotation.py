"""What to ask a person for: EVA-VOS's learned policy, and choices to compare it with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from vostoolkit.arrays import Image, ObjectId
from vostoolkit.device import choose_device
from vostoolkit.frames import Frame
from vostoolkit.geometry import Mask, to_mask
from vostoolkit.masks import Masks
from vostoolkit.networks.annotation_policy import POLICY_NANO, AnnotationPolicy
from vostoolkit.networks.folding import folded
from vostoolkit.networks.xmem import NANO, XMem
from vostoolkit.results import AnnotationChoice, AnnotationKind
from vostoolkit.stages.picture_features import PictureFeatures
from vostoolkit.stages.refine_sam_hq import SamHqRefiner
from vostoolkit.stages.select_frame_quality import squared
from vostoolkit.users.costs import ANNOTATION_S
from vostoolkit.weights import load_weights

Chooses: TypeAlias = Literal["sample", "best"]

EVA_KINDS: tuple[AnnotationKind, ...] = ("clicks", "mask")
"""The choice that EVA-VOS's policy has: three clicks, or a drawn mask."""

NANO_SIDE = 64
"""Of the square that the small policy sees masks at."""


@dataclass(frozen=True)
class FixedAnnotation:
    """Always asks for the same: EVA-VOS's clicks-only and mask-only."""

    kind: AnnotationKind

    def __post_init__(self) -> None:
        _check((self.kind,))

    def __call__(
        self, frame: Frame, object_id: ObjectId, masks: Masks | None, /
    ) -> AnnotationChoice:
        """The kind, with probability 1."""
        return _choice(frame, object_id, masks, {self.kind: 1.0}, self.kind, "always the same")


@dataclass(frozen=True)
class RandomAnnotation:
    """Asks for one of some kinds by chance; the same frame and object get the same."""

    kinds: tuple[AnnotationKind, ...] = EVA_KINDS
    seed: int = 0

    def __post_init__(self) -> None:
        _check(self.kinds)

    def __call__(
        self, frame: Frame, object_id: ObjectId, masks: Masks | None, /
    ) -> AnnotationChoice:
        """One of the kinds, all equally likely."""
        shares = dict.fromkeys(self.kinds, 1 / len(self.kinds))
        kind = _drawn(shares, self.seed, frame, object_id)
        return _choice(frame, object_id, masks, shares, kind, "drawn by chance")


@dataclass(frozen=True, eq=False)
class LearnedAnnotation:
    """Asks for what a policy finds to improve the mask most for its cost.

    Args:
        network: the policy; it is copied. Its actions are ``kinds``, in their order.
        embed: SAM's embedding of a picture, ``[1, c, y, x]``.
        chooses: ``sample`` draws a kind with its probability, as the release does, the same each
            time for one frame, object and seed; ``best`` takes the likeliest.
        side: of the square that masks are scaled to.

    Source: EVA-VOS, section 2.3.
    """

    network: AnnotationPolicy = field(repr=False)
    embed: Callable[[Image], Float[Tensor, "1 c y x"]] = field(repr=False)
    kinds: tuple[AnnotationKind, ...] = EVA_KINDS
    chooses: Chooses = "sample"
    seed: int = 0
    side: int = 224
    device: str | None = None

    def __post_init__(self) -> None:
        _check(self.kinds)
        if len(self.kinds) != self.network.config.actions:
            raise ValueError(
                f"{len(self.kinds)} kinds of annotation for a policy with "
                f"{self.network.config.actions} actions: name one kind for each"
            )
        if self.chooses not in ("sample", "best"):
            raise ValueError(f"chooses={self.chooses!r}: give 'sample' or 'best'")
        object.__setattr__(self, "network", folded(self.network).to(choose_device(self.device)))

    @classmethod
    def trained(
        cls,
        weights: str | Path,
        sam: SamHqRefiner,
        *,
        chooses: Chooses = "sample",
    ) -> "LearnedAnnotation":
        """With a trained policy for ``EVA_KINDS``, and the embeddings that a refiner makes anyway.

        EVA-VOS's own, "eva-policy", has learned from those of ``SamHqRefiner("vit_h")``: SAM-HQ
        leaves SAM's encoder as it was.

        Raises:
            WeightsError: the checkpoint isn't there, or isn't one of this network.
        """
        network = load_weights(AnnotationPolicy(), weights)
        return cls(
            network, lambda image: sam.embeddings.of(image, sam.network).features, chooses=chooses
        )

    @classmethod
    def nano(
        cls,
        weights: str | Path = "policy-nano",
        *,
        chooses: Chooses = "sample",
        device: str | None = None,
    ) -> "LearnedAnnotation":
        """The small policy that ``vostoolkit train policy-nano`` makes, on the embedded XMem.

        Raises:
            WeightsError: the weights aren't there, or aren't of this network.
        """
        embed = PictureFeatures(load_weights(XMem(NANO), "nano"), device=device)
        network = load_weights(AnnotationPolicy(POLICY_NANO), weights)
        return cls(network, embed, chooses=chooses, side=NANO_SIDE, device=device)

    @torch.no_grad()
    def __call__(
        self, frame: Frame, object_id: ObjectId, masks: Masks | None, /
    ) -> AnnotationChoice:
        """The kind chosen, the probability of each and the value that the policy expects.

        Raises:
            ValueError: masks of another size than the frame.
        """
        device = self.network.value.weight.device
        _, mask = squared(frame.image, _region(frame, object_id, masks), self.side, device)
        judged = self.network(self.embed(frame.image).to(device).float(), mask)
        found = judged.log_probabilities()[0].exp().tolist()
        shares = dict(zip(self.kinds, found, strict=True))
        kind = max(shares, key=lambda kind: shares[kind])
        reason = "the likeliest"
        if self.chooses == "sample":
            kind = _drawn(shares, self.seed, frame, object_id)
            reason = "drawn with its probability"
        return _choice(frame, object_id, masks, shares, kind, reason, value=float(judged.value[0]))


def _check(kinds: tuple[AnnotationKind, ...]) -> None:
    if wrong := [kind for kind in kinds if kind not in ANNOTATION_S]:
        raise ValueError(f"no annotation of kind {wrong[0]!r}: there are {', '.join(ANNOTATION_S)}")
    if not kinds or len(set(kinds)) < len(kinds):
        raise ValueError(f"kinds {kinds}: name at least one, and each once")


def _region(frame: Frame, object_id: ObjectId, masks: Masks | None) -> Mask:
    if masks is None or object_id not in masks.objects:
        return np.zeros(tuple(frame.size), np.bool_)
    if masks.size != frame.size:
        raise ValueError(
            f"masks of {tuple(masks.size)} for frame {frame.index} of {tuple(frame.size)}: "
            "give masks of the frame's height and width"
        )
    return to_mask(masks.region(object_id))


def _drawn(
    shares: Mapping[AnnotationKind, float], seed: int, frame: Frame, object_id: ObjectId
) -> AnnotationKind:
    """A kind drawn with its share; from numbers of its own, so that a replay draws it again."""
    generator = np.random.default_rng((seed, frame.index, object_id))
    kinds, weights = list(shares), np.array(list(shares.values()))
    return kinds[int(generator.choice(len(kinds), p=weights / weights.sum()))]


def _choice(
    frame: Frame,
    object_id: ObjectId,
    masks: Masks | None,
    shares: Mapping[AnnotationKind, float],
    kind: AnnotationKind,
    reason: str,
    *,
    value: float | None = None,
) -> AnnotationChoice:
    return AnnotationChoice(
        frame=frame.index,
        image_of=lambda _: frame.image,
        object_id=object_id,
        kind=kind,
        probabilities=shares,
        costs_s={kind: ANNOTATION_S[kind] for kind in shares},
        reason=reason,
        value=value,
        masks=masks,
    )
