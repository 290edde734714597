"""XMem++: any frames annotated, remembered for good, and read wherever the pass is.

Bekuzarov, Bermudez, Lee and Li, "XMem++: Production-level Video Segmentation From Few Annotated
Frames", ICCV 2023.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from vostoolkit.frames import Video
from vostoolkit.methods.named import named
from vostoolkit.methods.rounds import InRounds, Part, RoundState
from vostoolkit.methods.walks import Restarting, annotated_memory, check_every
from vostoolkit.protocols import (
    AnnotationSelector,
    FrameSelector,
    Propagator,
    Refiner,
)
from vostoolkit.stages.propagate_xmem import XMemPropagator
from vostoolkit.stages.refine import ClickRefiner, ScribbleRefiner
from vostoolkit.stages.select_frame import KeyDissimilarity


@dataclass(frozen=True, eq=False)
class XMemPlusPlus(InRounds):
    """The method; its fields are the stages.

    Round by round: a person annotates any frames; all of them go into permanent memory (3.2), which
    every frame reads whether it comes before or after them, and the video is segmented anew from
    its first frame; then the frame that looks least like the annotated ones is suggested (3.3).

    An annotated frame that is marked again replaces what memory had of it; `Release` takes it out.
    A mask may be any part of anything, and there may be many.

    Args:
        propagator: carries the masks; it reads permanent memory.
        refine: makes masks from prompts.
        suggest: which frame to annotate next; its ``alpha`` says how much the objects count, its
            ``least_visible`` how much must be seen of them. None leaves it to the person.
        choose: what to give there.
        every: frames between memory frames (XMem's 5; the release takes 10).
    """

    propagator: Propagator[Any]
    refine: Refiner
    suggest: FrameSelector | None = None
    choose: AnnotationSelector | None = None
    every: int = 5

    def __post_init__(self) -> None:
        check_every(self.every)

    @staticmethod
    def preset(name: str = "nano", *, device: str | None = None) -> "XMemPlusPlus":
        """The method with the networks of a preset.

        ``"nano"`` uses the embedded networks; ``"paper"`` XMem and the scribble network that the
        release's tool comes with, whose checkpoints the person supplies.

        Raises:
            ValueError: no such preset.
            WeightsError: the preset's weights aren't there.
            DeviceError: the device isn't there.
        """
        return named("preset", name, _PRESETS)(device)

    def propagate(self, video: Video, state: RoundState) -> Part[RoundState]:
        """The masks of all frames that aren't annotated, in one pass."""
        passing = yield from annotated_memory(self.propagator, video, state)
        if isinstance(self.propagator, Restarting):
            passing = self.propagator.restart(passing)
        remembered = 0
        for frame in video:
            if frame.index in state.accepted:
                masks = state.masks(frame)
                _, passing = self.propagator.memorise(frame, masks, passing, tier=None)
                remembered = frame.index
                continue
            predicted, passing = self.propagator.propagate(frame, passing)
            yield replace(predicted, round=state.round)
            state = state.made(frame.index, predicted.masks)
            if frame.index - remembered >= self.every:
                update, passing = self.propagator.memorise(
                    frame, predicted.masks, passing, tier="working", reason="every n-th frame"
                )
                yield replace(update, round=state.round)
                remembered = frame.index
        return state


def _nano(device: str | None) -> XMemPlusPlus:
    return XMemPlusPlus(
        XMemPropagator.nano(device=device),
        ClickRefiner(device=device),
        suggest=KeyDissimilarity.nano(device=device),
    )


def _paper(device: str | None) -> XMemPlusPlus:
    return XMemPlusPlus(
        XMemPropagator.published(device=device),
        ScribbleRefiner.published(device=device),
        suggest=KeyDissimilarity.published(device=device),
    )


_PRESETS: dict[str, Callable[[str | None], XMemPlusPlus]] = {"nano": _nano, "paper": _paper}
