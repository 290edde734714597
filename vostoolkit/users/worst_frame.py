"""The frame that a person would annotate who knew the truth: EVA-VOS's oracle."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vostoolkit.frames import Video
from vostoolkit.metrics.overlap import VOID, ious
from vostoolkit.results import FrameSelection, LabelsOf
from vostoolkit.stages.frame_selection import Progress, check_selection, ticking
from vostoolkit.stages.select_frame_simple import highest
from vostoolkit.users.truth import Truth, check_truth, labels_of


@dataclass(frozen=True, eq=False)
class WorstFrame:
    """Takes the frames whose masks overlap least with the truth; those without a truth never.

    The score is 1 - IoU, the mean over the objects of the truth and of the masks. It sees the
    ground truth, so it is something to compare with and no method.

    Source: EVA-VOS, section 4.1 (oracle, with the mean of IoU and F).
    """

    ground_truth: Truth
    void: int | None = VOID

    def __post_init__(self) -> None:
        check_truth(self.ground_truth)

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
        """Up to ``count`` frames, the worst first.

        Raises:
            ValueError: no annotated frame, one outside the video, or masks of another size.
        """
        annotated = check_selection(video, annotated, count)
        tick = ticking(progress, len(video))
        errors = np.full(len(video), np.nan)
        for frame in range(len(video)):
            truth = labels_of(self.ground_truth, frame)
            if truth is not None:
                found = labels(frame)
                objects = {int(o) for o in np.union1d(truth, found)} - {0, self.void}
                overlaps = ious(found, truth, sorted(objects), void=self.void)
                errors[frame] = 1 - np.mean(list(overlaps.values() or (1.0,)))
            tick()
        return highest(video, annotated, count, errors, measure="1 - IoU")
