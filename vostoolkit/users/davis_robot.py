"""The scribble robot of DAVIS's interactive challenge, and a simulated person who draws by it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from vostoolkit.arrays import Labels, ObjectId, Size
from vostoolkit.geometry import Mask, pole, to_mask
from vostoolkit.metrics.overlap import VOID, objects_in
from vostoolkit.prompts import Absent, Click, Prompt, Skip
from vostoolkit.results import Request
from vostoolkit.strokes import Stroke, stroke_through, to_scribble
from vostoolkit.users.skeleton import medial_axis, opened
from vostoolkit.users.skeleton_paths import longest_paths
from vostoolkit.users.truth import Truth, check_truth, labels_of

_SHRINK = 0.9


@dataclass(frozen=True)
class ScribbleRobot:
    """Draws a line through each part of an object that was given another label.

    Such an error is opened with a disc (of radius ``opening`` times half the root of its area, at
    most ``largest_radius``; smaller if nothing would be left), thinned to its medial axis, and the
    longest path through each part of that becomes a Bézier curve of so many ``points``. Parts of
    less than ``least_nodes`` pixels get none: a small round error has too short an axis.

    Source: the released robot of the DAVIS 2018 interactive challenge (Caelles et al.).
    """

    opening: float = 0.15
    largest_radius: float = 16.0
    least_nodes: int = 4
    points: int = 1000

    def __post_init__(self) -> None:
        if self.opening < 0 or self.least_nodes < 1 or self.points < 2:
            raise ValueError(
                f"opening {self.opening}, least_nodes {self.least_nodes}, points {self.points}: "
                "give an opening of at least 0, 1 node or more and 2 points or more"
            )

    def strokes(
        self, predicted: Labels, truth: Labels, *, void: int | None = VOID
    ) -> tuple[Stroke, ...]:
        """The strokes that correct a prediction, by label from the background on.

        Pixels with the truth's label ``void`` are no error.
        """
        size = Size(*truth.shape)
        return tuple(
            stroke_through(path.astype(np.float64), label, size, points=self.points)
            for label in (0, *objects_in(truth, void=void))
            for path in longest_paths(
                self.skeleton((truth == label) & (predicted != label)), least=self.least_nodes
            )
        )

    def skeleton(self, error: Mask) -> Mask:
        """The lines along which an error is scribbled on."""
        radius = min(self.opening * math.sqrt(np.count_nonzero(error)) / 2, self.largest_radius)
        while radius > 1:
            rest = opened(error, radius)
            if rest.any():
                return medial_axis(rest)
            radius *= _SHRINK
        return medial_axis(error)


@dataclass(frozen=True, eq=False)
class ScribblingUser:
    """Answers each request with scribbles on what is wrong, from the ground truth of its frame.

    Asked which objects to follow, it draws on each (``objects`` limits them), and clicks in the
    middle of those too round or small for a stroke. Asked about one, it draws positive strokes on
    what its mask misses and negative ones on what it has too much. It says so if an object is
    absent and nothing was predicted. What has no error to draw on, or no truth, it skips. `correct`
    corrects a frame that nobody asked about, such as the worst.

    ``width`` is that of the strokes in pixels; MiVOS makes the robot's 3 wide.
    """

    ground_truth: Truth
    objects: tuple[ObjectId, ...] | None = None
    robot: ScribbleRobot = field(default_factory=ScribbleRobot)
    width: float = 3.0
    void: int | None = VOID

    def __post_init__(self) -> None:
        check_truth(self.ground_truth)

    def __call__(self, request: Request, /) -> tuple[Prompt, ...]:
        """The prompts for one request."""
        frame, object_id = request.frame, request.object_id
        truth = labels_of(self.ground_truth, frame)
        if object_id is None:
            return self._start(frame, truth)
        if truth is None:
            return (Skip(frame, object_id),)
        masks = request.masks
        predicted = np.zeros_like(truth)
        if masks is not None and object_id in masks.objects:
            predicted[to_mask(masks.region(object_id))] = object_id
        return self._about(frame, object_id, predicted, truth)

    def correct(self, frame: int, predicted: Labels) -> tuple[Prompt, ...]:
        """Scribbles on everything that is wrong in one frame, object by object."""
        truth = labels_of(self.ground_truth, frame)
        if truth is None:
            return ()
        there = (*objects_in(truth, void=self.void), *objects_in(predicted, void=None))
        answers = (self._about(frame, o, predicted, truth) for o in self._wanted(there))
        return tuple(p for prompts in answers for p in prompts if not isinstance(p, Skip))

    def _start(self, frame: int, truth: Labels | None) -> tuple[Prompt, ...]:
        prompts: list[Prompt] = []
        if truth is not None:
            for object_id in self._wanted(objects_in(truth, void=self.void)):
                drawn = self._about(frame, object_id, np.zeros_like(truth), truth)
                middle = pole(truth == object_id)
                if middle is not None and isinstance(drawn[0], Skip):
                    drawn = (Click(frame, object_id, *middle),)
                prompts += drawn
        nothing = self.objects[0] if self.objects else 1
        return tuple(prompts) or (Skip(frame, nothing),)

    def _wanted(self, there: Iterable[ObjectId]) -> list[ObjectId]:
        return sorted(o for o in set(there) if self.objects is None or o in self.objects)

    def _about(
        self, frame: int, object_id: ObjectId, predicted: Labels, truth: Labels
    ) -> tuple[Prompt, ...]:
        """The robot's strokes where this object is told from everything else."""
        only = (truth == object_id).astype(np.uint8)
        if self.void is not None:
            only[truth == self.void] = VOID
        region = (predicted == object_id).astype(np.uint8)
        strokes = self.robot.strokes(region, only)
        if strokes:
            size, width = Size(*truth.shape), self.width
            return tuple(
                to_scribble(s, size, frame, object_id, positive=s.label != 0, width=width)
                for s in strokes
            )
        if not (truth == object_id).any() and not region.any():
            return (Absent(frame, object_id),)
        return (Skip(frame, object_id),)
