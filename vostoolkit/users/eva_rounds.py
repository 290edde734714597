"""EVA-VOS's simulated annotator in rounds: it gives what is asked for, where it is asked for."""

from dataclasses import dataclass, replace
from typing import cast

from vostoolkit.geometry import to_mask
from vostoolkit.prompts import Drawing, Prompt, Propagate, Skip
from vostoolkit.results import AnnotationChoice, Request
from vostoolkit.users.eva import EvaAnnotator, Gives


@dataclass(frozen=True, eq=False)
class EvaRounds:
    """Answers each round's request with the annotations that were chosen, and says propagate.

    Where no kind was chosen, as in the first round, it draws the masks of the objects. A mask that
    has no error is accepted: it counts as drawn, and costs as much. A choice of "stop" gets no
    annotation. After so many ``rounds`` it is content.

    Source: EVA-VOS, section 2 (a drawn mask at t = 0) and 3.
    """

    annotator: EvaAnnotator
    rounds: int = 5

    def __post_init__(self) -> None:
        if self.rounds < 1:
            raise ValueError(f"rounds {self.rounds}: give at least 1")

    def __call__(self, request: Request, /) -> tuple[Prompt, ...]:
        """The annotations of one frame and the word to propagate; nothing once content."""
        if request.round > self.rounds:
            return ()
        if request.choices:
            given = tuple(p for choice in request.choices for p in self._given(request, choice))
        else:
            given = self.annotator(replace(request, object_id=None))
        given = tuple(p for p in given if not isinstance(p, Skip))
        return (*given, Propagate(request.frame)) if given else ()

    def _given(self, request: Request, choice: AnnotationChoice) -> tuple[Prompt, ...]:
        if choice.kind == "stop":
            return ()
        annotator = replace(self.annotator, gives=cast(Gives, choice.kind))
        found = annotator(replace(request, object_id=choice.object_id))
        if all(isinstance(prompt, Skip) for prompt in found) and request.masks is not None:
            mask = to_mask(request.masks.region(choice.object_id))
            return (Drawing(request.frame, choice.object_id, mask),)
        return found
