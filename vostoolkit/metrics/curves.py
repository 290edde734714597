"""Quality against a person's time: areas, values at a time, and times to a quality."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np

CHALLENGE_S = 60.0
"""DAVIS's interactive challenge reports J&F at this time."""

HUMAN_AGREEMENT = 0.85
"""The J&F between people, up to which EVA-VOS counts annotation time."""


@dataclass(frozen=True)
class Curve:
    """The quality (J, F or J&F of a whole video, or of many) after each interaction.

    ``seconds`` are counted from the start and never fall. Between interactions the quality is drawn
    as a straight line, from 0 at 0 s; after the last it stays.

    Raises:
        ValueError: no interactions, or as many times as qualities but not in order, or not as many.

    Source: the DAVIS 2018 interactive challenge (Caelles et al.); EVA-VOS 4.1.
    """

    seconds: tuple[float, ...]
    quality: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.seconds or len(self.seconds) != len(self.quality):
            raise ValueError(
                f"{len(self.seconds)} times and {len(self.quality)} qualities: give one of each "
                "for every interaction, and at least one"
            )
        if self.seconds[0] < 0 or any(later < sooner for sooner, later in pairwise(self.seconds)):
            raise ValueError(f"times {self.seconds}: give seconds from the start, in order")

    @classmethod
    def of_costs(cls, costs_s: Iterable[float], quality: Sequence[float]) -> "Curve":
        """A curve over annotation time: what each interaction costs, such as `users.cost_s`."""
        return cls(tuple(accumulate(costs_s)), tuple(quality))

    def at(self, second: float = CHALLENGE_S) -> float:
        """The quality at a time: J&F@60s, if the quality is J&F."""
        times, qualities = (0.0, *self.seconds), (0.0, *self.quality)
        return float(np.interp(second, times, qualities))

    def area(self, limit_s: float) -> float:
        """The area under the curve up to a time, divided by it, in [0, 1]: AUC-J, AUC-J&F.

        Raises:
            ValueError: a limit that isn't above 0.
        """
        if limit_s <= 0:
            raise ValueError(f"an area up to {limit_s} s: give a time above 0")
        inner = [second for second in self.seconds if second < limit_s]
        corners = [(0.0, 0.0), *zip(inner, self.quality, strict=False)]
        corners.append((limit_s, self.at(limit_s)))
        areas = ((end - start) * (a + b) / 2 for (start, a), (end, b) in pairwise(corners))
        return sum(areas) / limit_s

    def time_to(self, quality: float = HUMAN_AGREEMENT) -> float:
        """The first second at which the quality is reached; infinite if it never is."""
        corners = [(0.0, 0.0), *zip(self.seconds, self.quality, strict=True)]
        for (start, a), (end, b) in pairwise(corners):
            if b >= quality:
                return start if a >= quality else start + (end - start) * (quality - a) / (b - a)
        return float("inf")


def mean_curve(curves: Sequence[Curve]) -> Curve:
    """The mean time and the mean quality after each interaction, over videos.

    A video that needed fewer interactions than another stays at its last time and quality.

    Raises:
        ValueError: no curves.
    """
    if not curves:
        raise ValueError("no curves to average: give at least one")
    longest = max(len(curve.seconds) for curve in curves)
    seconds = np.mean([_held(curve.seconds, longest) for curve in curves], axis=0)
    quality = np.mean([_held(curve.quality, longest) for curve in curves], axis=0)
    return Curve(tuple(seconds.tolist()), tuple(quality.tolist()))


def _held(values: tuple[float, ...], length: int) -> tuple[float, ...]:
    return values + values[-1:] * (length - len(values))
