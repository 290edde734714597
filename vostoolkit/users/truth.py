"""The ground truth that simulated people see, and nobody else."""

from collections.abc import Callable
from typing import Protocol, TypeAlias, runtime_checkable

from vostoolkit.arrays import Labels


@runtime_checkable
class GroundTruth(Protocol):
    """True labels by frame number."""

    def labels(self, frame: int, /) -> Labels | None:
        """The labels of a frame, or None if it has none."""
        ...


Truth: TypeAlias = GroundTruth | Callable[[int], Labels | None]


def check_truth(truth: object) -> None:
    """Nothing, if this is a ground truth.

    Raises:
        TypeError: neither an object with ``labels`` nor a function.
    """
    if not isinstance(truth, GroundTruth) and not callable(truth):
        raise TypeError(
            f"a ground truth of type {type(truth).__name__}: give an object with "
            "labels(frame), or a function from a frame number to labels"
        )


def labels_of(truth: Truth, frame: int) -> Labels | None:
    """The true labels of a frame, or None if it has none."""
    return truth.labels(frame) if isinstance(truth, GroundTruth) else truth(frame)
