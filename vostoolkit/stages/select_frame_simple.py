"""Frame selectors that need no network: to compare the learned ones with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from vostoolkit.frames import Video
from vostoolkit.results import FrameSelection, LabelsOf
from vostoolkit.stages.farthest_first import farthest_first
from vostoolkit.stages.frame_selection import (
    Progress,
    check_selection,
    number,
    reasons_for,
    selection,
)


@dataclass(frozen=True)
class UniformFrames:
    """Spreads annotations over the video: each next frame is farthest in time from all others."""

    def __call__(
        self,
        video: Video,
        labels: LabelsOf,
        /,
        *,
        annotated: Sequence[int],
        count: int,
        progress: Progress | None = None,
    ) -> FrameSelection:
        """Up to ``count`` frames; the masks aren't looked at.

        Raises:
            ValueError: no annotated frame, or one outside the video.
        """
        annotated = check_selection(video, annotated, count)
        time = torch.arange(len(video), dtype=torch.float32)
        chosen = farthest_first(
            lambda frame: (time - frame).abs(),
            annotated=annotated,
            count=count,
            is_open=torch.ones(len(video), dtype=torch.bool),
        )
        measure = "distance in time"
        reasons = reasons_for(chosen, measure)
        return selection(
            video, annotated, chosen.frames, chosen.scores, measure=measure, reasons=reasons
        )


@dataclass(frozen=True)
class RandomFrames:
    """Draws frames by chance; the same seed and annotated frames draw the same ones."""

    seed: int = 0

    def __call__(
        self,
        video: Video,
        labels: LabelsOf,
        /,
        *,
        annotated: Sequence[int],
        count: int,
        progress: Progress | None = None,
    ) -> FrameSelection:
        """Up to ``count`` frames; the masks aren't looked at.

        Raises:
            ValueError: no annotated frame, or one outside the video.
        """
        annotated = check_selection(video, annotated, count)
        chances = np.random.default_rng((self.seed, *sorted(annotated))).random(len(video))
        return highest(video, annotated, count, chances, measure="lot")


@dataclass(frozen=True)
class HighestScore:
    """Takes the frames with the highest scores, for instance of uncertainty.

    ``scores`` are by frame; frames without one are never chosen.
    """

    scores: Mapping[int, float]
    measure: str = "uncertainty"

    def __call__(
        self,
        video: Video,
        labels: LabelsOf,
        /,
        *,
        annotated: Sequence[int],
        count: int,
        progress: Progress | None = None,
    ) -> FrameSelection:
        """Up to ``count`` frames; the masks aren't looked at.

        Raises:
            ValueError: no annotated frame, or one outside the video.
        """
        annotated = check_selection(video, annotated, count)
        given = np.array([self.scores.get(frame, np.nan) for frame in range(len(video))], float)
        return highest(video, annotated, count, given, measure=self.measure)


def highest(
    video: Video,
    annotated: tuple[int, ...],
    count: int,
    scores: Float[np.ndarray, " n"],
    *,
    measure: str,
) -> FrameSelection:
    """Up to ``count`` frames with the highest scores, the highest first; nan is never chosen."""
    left = torch.from_numpy(scores).float()
    left[list(annotated)] = torch.nan
    rows: list[Tensor] = [left.new_zeros(0, len(left))]
    frames: list[int] = []
    while len(frames) < count and not bool(left.isnan().all()):
        rows.append(left[None].clone())
        frames.append(int(left.nan_to_num(-torch.inf).argmax()))
        left[frames[-1]] = torch.nan
    reasons = tuple(f"{measure} {number(scores[frame])}, the highest left" for frame in frames)
    return selection(
        video, annotated, tuple(frames), torch.cat(rows), measure=measure, reasons=reasons
    )
