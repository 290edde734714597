"""What clicks and scribbles of a simulated person are worth with a refiner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
from jaxtyping import UInt8

from vostoolkit.data.folder import VOID
from vostoolkit.data.synthetic.clip import EVALUATION_SEEDS, synthetic_clip
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.metrics.overlap import iou
from vostoolkit.prompts import Click, Scribble
from vostoolkit.protocols import Refiner
from vostoolkit.training.judged import Judged
from vostoolkit.training.simulated_clicks import error_click, error_line, error_scribble
from vostoolkit.users.davis_robot import ScribblingUser

CLICKS = 5
StrokeKind: TypeAlias = Literal["click", "scribble"]
_FRAMES = 4
_SMALLEST = 200
_HARM = 1e-3


@dataclass(frozen=True, eq=False)
class Target:
    """An object in a picture that has to be found."""

    frame: Frame
    truth: UInt8[np.ndarray, "h w"]


@dataclass(frozen=True)
class ClickScores:
    """IoU of each target after each click, after one scribble, and after the robot's scribbles."""

    clicked: tuple[tuple[float, ...], ...]
    scribbled: tuple[float, ...]
    robot: tuple[float, ...]

    def after(self, clicks: int) -> float:
        """Mean IoU after this many clicks."""
        return float(np.mean([curve[clicks - 1] for curve in self.clicked]))

    def after_scribble(self) -> float:
        """Mean IoU after one scribble on the object."""
        return float(np.mean(self.scribbled))

    def after_robot(self) -> float:
        """Mean IoU after all that DAVIS's robot draws on the object in its first round."""
        return float(np.mean(self.robot))

    def harmful(self) -> float:
        """The share of further clicks that lower the IoU by more than a thousandth."""
        return float((np.diff(self.clicked, axis=1) < -_HARM).mean())


def joined(scores: Iterable[ClickScores]) -> ClickScores:
    """The scores of all targets of several groups."""
    groups = tuple(scores)
    return ClickScores(
        tuple(curve for group in groups for curve in group.clicked),
        tuple(value for group in groups for value in group.scribbled),
        tuple(value for group in groups for value in group.robot),
    )


def procedural_targets(count: int) -> Iterator[Target]:
    """Object 1 in the first frame of held-out clips of 240 x 360 pixels."""
    for seed in EVALUATION_SEEDS[:count]:
        video = synthetic_clip(seed, frames=1, size=(240, 360), objects=1).video
        labels = video.rendered(0)[1]
        yield Target(video[0], (labels == 1).astype(np.uint8))


def real_targets(clip: Judged) -> Iterator[Target]:
    """Each object of at least 200 pixels in four annotated frames of a clip."""
    annotated = [i for i in range(len(clip.video)) if clip.truth(i) is not None]
    for index in annotated[:: max(1, len(annotated) // _FRAMES)][:_FRAMES]:
        labels = clip.truth(index)
        if labels is None:
            continue
        for object_id in np.unique(labels):
            truth = np.equal(labels, object_id).astype(np.uint8)
            if object_id not in (0, VOID) and int(truth.sum()) >= _SMALLEST:
                yield Target(clip.video[index], truth)


def click_scores(refiner: Refiner, targets: Iterable[Target]) -> ClickScores:
    """A refiner's scores on targets; each click is in the middle of the largest error.

    The scribble is the longest line that DAVIS's robot draws on the object.
    """
    clicked: list[tuple[float, ...]] = []
    scribbled: list[float] = []
    robot: list[float] = []
    for number, target in enumerate(targets):
        clicked.append(_clicked(refiner, target))
        line = first_stroke(target, "scribble", seed=number)
        scribbled.append(_scribbled(refiner, target, (line,)))
        robot.append(_scribbled(refiner, target, _robot_strokes(target) or (line,)))
    return ClickScores(tuple(clicked), tuple(scribbled), tuple(robot))


def _clicked(refiner: Refiner, target: Target) -> tuple[float, ...]:
    frame, truth = target.frame, target.truth
    masks, clicks, scores = None, (), []
    for _ in range(CLICKS):
        now = np.zeros_like(truth) if masks is None else masks.region(1).numpy().astype(np.uint8)
        click = error_click(truth, now)
        if click is not None:
            clicks = (*clicks, replace(click, frame=frame.index))
        after = refiner(frame, 1, clicks, masks).after
        masks = Masks.empty(frame.size, (1,)).replaced(1, after)
        scores.append(iou(masks.region(1).numpy(), truth > 0))
    return tuple(scores)


def first_stroke(target: Target, kind: StrokeKind, *, seed: int = 0) -> Click | Scribble:
    """A click in the middle of a target, or a line along it.

    A target too round for a line gets a random stroke, which depends on ``seed``.

    Raises:
        ValueError: the target is empty.
    """
    truth, nothing = target.truth, np.zeros_like(target.truth)
    if kind == "click":
        stroke = error_click(truth, nothing)
    else:
        width, rng = _width(target), np.random.default_rng(seed)
        stroke = error_line(truth, nothing, width=width)
        stroke = stroke or error_scribble(truth, nothing, rng, width=width)
    if stroke is None:
        raise ValueError(f"frame {target.frame.index}: the target is empty")
    return replace(stroke, frame=target.frame.index)


def _robot_strokes(target: Target) -> tuple[Scribble, ...]:
    """All that the robot draws in its first round; nothing on a target too round for a line."""
    robot = ScribblingUser(lambda _: target.truth, width=_width(target))
    drawn = robot.correct(target.frame.index, np.zeros_like(target.truth))
    return tuple(p for p in drawn if isinstance(p, Scribble))


def _width(target: Target) -> float:
    return max(2.0, 0.01 * min(target.truth.shape))


def _scribbled(refiner: Refiner, target: Target, strokes: tuple[Click | Scribble, ...]) -> float:
    after = refiner(target.frame, 1, strokes, None).after
    return iou((after > 0.5).numpy(), target.truth > 0)
