"""What all frame selectors share: checks, progress, and the result with its reasons."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias

from jaxtyping import Float
from torch import Tensor

from vostoolkit.arrays import Labels
from vostoolkit.frames import Frame, Video, image_of
from vostoolkit.results import FrameSelection, LabelsOf
from vostoolkit.stages.farthest_first import Chosen

Progress: TypeAlias = Callable[[float], None]
"""Gets the share that is done, from 0 to 1; whatever it raises stops the work."""


def check_selection(video: Video, annotated: Sequence[int], count: int) -> tuple[int, ...]:
    """The annotated frames, each once.

    Raises:
        ValueError: none, or one that isn't in the video; or no frame is asked for.
        TypeError: not a video whose frames can be read in any order.
    """
    if not isinstance(video, Video):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(
            f"frames of a {type(video).__name__} can't be chosen: give a video, not a live stream"
        )
    if not annotated:
        raise ValueError("no annotated frame: name at least one, as in annotated=(0,)")
    if wrong := [frame for frame in annotated if not 0 <= frame < len(video)]:
        raise ValueError(f"annotated frame {wrong[0]}: the video has frames 0 to {len(video) - 1}")
    if count < 1:
        raise ValueError(f"count={count}: ask for at least one frame")
    return tuple(dict.fromkeys(annotated))


def labels_for(frame: Frame, labels: LabelsOf) -> Labels:
    """The labels of a frame.

    Raises:
        ValueError: they have another size than the frame.
    """
    found = labels(frame.index)
    if found.shape != tuple(frame.size):
        raise ValueError(
            f"labels of {found.shape[1]}x{found.shape[0]} pixels for frame {frame.index} of "
            f"{frame.size.width}x{frame.size.height}: give labels of the frame's size"
        )
    return found


def ticking(progress: Progress | None, total: int) -> Callable[[], None]:
    """A function to call after each of ``total`` equal pieces of work."""
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(min(1.0, done / total))

    return tick


def reasons_for(chosen: Chosen, measure: str) -> tuple[str, ...]:
    """Why each frame was chosen, in words."""
    return tuple(
        f"{measure} {number(float(chosen.scores[i, frame]))} to frame {near}, the nearest annotated"
        for i, (frame, near) in enumerate(zip(chosen.frames, chosen.nearest, strict=True))
    )


def number(value: float) -> str:
    """A score as people read it: whole from 100 on, else three digits."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def selection(
    video: Video,
    annotated: tuple[int, ...],
    frames: tuple[int, ...],
    scores: Float[Tensor, "choices n"],
    *,
    measure: str,
    reasons: tuple[str, ...],
) -> FrameSelection:
    """The result, which can show the video's frames."""
    return FrameSelection(
        frame=frames[0] if frames else annotated[-1],
        image_of=partial(image_of, video),
        annotated=annotated,
        frames=frames,
        scores=scores,
        measure=measure,
        reasons=reasons,
    )
