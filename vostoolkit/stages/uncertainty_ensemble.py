"""Epistemic uncertainty: how far several predictions of a frame disagree (Lazy-XMem 5.1)."""

from abc import abstractmethod
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from vostoolkit.arrays import Map
from vostoolkit.results import EnsemblePropagation, Propagation
from vostoolkit.stages.masked_average import MaskedAverage
from vostoolkit.stages.uncertainty import normalised_entropy


def mutual_information(members: Float[Tensor, "m k h w"]) -> Map:
    """Entropy of the mean less the mean of the entropies, divided by log k, so in [0, 1].

    0 where all members predict the same; at most log m / log k.

    Raises:
        ValueError: k < 2; one class has no uncertainty to normalise.

    Source: the usual decomposition of predictive entropy for ensembles and Monte Carlo dropout.
    """
    apart = torch.stack([normalised_entropy(pmf) for pmf in members]).mean(0)
    return (normalised_entropy(members.mean(0)) - apart).clamp_min_(0)


def epistemic_variance(members: Float[Tensor, "m k h w"]) -> Map:
    """The variance of each class's probability over the members, summed over classes.

    In [0, 1): 0 where all members predict the same, 1 - 1 / min(m, k) where each is sure and they
    share the classes evenly. The variance is that of the members themselves (divided by m).

    Source: Lazy-XMem 5.1, V.
    Note: the paper gives no formula; the sum over classes and the divisor are ours.
    """
    return members.var(0, correction=0).sum(0)


@dataclass(frozen=True)
class _Disagreement(MaskedAverage):
    """A measure of several predictions of the same frame."""

    def map(self, predicted: Propagation, /) -> Map:
        """How far the members disagree; 0 for masks that a person gave, or without objects.

        Raises:
            ValueError: a prediction without members.
        """
        if isinstance(predicted, EnsemblePropagation):
            if predicted.masks.objects:
                return self.of(predicted.members)
        elif not predicted.is_given:
            raise ValueError(
                f"frame {predicted.frame} has one prediction and {type(self).__name__} compares "
                "several: give the method a propagator that makes them, "
                "vos.DropoutPropagator.nano() or vos.EnsemblePropagator((first, second))"
            )
        masks = predicted.masks
        return torch.zeros(tuple(masks.size), device=masks.pmf.device)

    @abstractmethod
    def of(self, members: Float[Tensor, "m k h w"], /) -> Map:
        """The measure of the members' pmfs."""


@dataclass(frozen=True)
class MutualInformation(_Disagreement):
    """Mean mutual information over each object's dilated mask, and its jump.

    It is the part of the predictive entropy that comes from the members' disagreement; the rest is
    entropy that each of them has. For the fields see ``MaskedAverage``.
    """

    @property
    def measure(self) -> str:
        """What the map is."""
        return "mutual information"

    def of(self, members: Float[Tensor, "m k h w"], /) -> Map:
        """The mutual information of members and class."""
        return mutual_information(members)


@dataclass(frozen=True)
class EpistemicVariance(_Disagreement):
    """Mean variance of the members over each object's dilated mask, and its jump.

    For the fields see ``MaskedAverage``.

    Source: Lazy-XMem 5.1 (V and V_R of an ensemble and of Monte Carlo dropout).
    """

    @property
    def measure(self) -> str:
        """What the map is."""
        return "epistemic variance V"

    def of(self, members: Float[Tensor, "m k h w"], /) -> Map:
        """The members' variance."""
        return epistemic_variance(members)
