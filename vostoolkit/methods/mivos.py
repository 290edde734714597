"""MiVOS: rounds of interaction with a frame, propagation both ways, and fusion.

Cheng, Tai and Tang, "Modular Interactive Video Object Segmentation: Interaction-to-Mask,
Propagation and Difference-Aware Fusion", CVPR 2021.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from vostoolkit.frames import Video
from vostoolkit.masks import Masks
from vostoolkit.memory.consolidate import Limits
from vostoolkit.methods.named import named
from vostoolkit.methods.rounds import InRounds, Part, RoundState
from vostoolkit.methods.walks import annotated_memory, check_every, origins, pass_from
from vostoolkit.protocols import (
    AnnotationSelector,
    FrameSelector,
    Fuser,
    Propagator,
    Refiner,
)
from vostoolkit.results import Correction
from vostoolkit.schedule import Leg, Schedule, until_corrected
from vostoolkit.stages.fuse import DifferenceAwareFusion, LinearBlend
from vostoolkit.stages.propagate_stm import StmPropagator
from vostoolkit.stages.propagate_xmem import XMemPropagator
from vostoolkit.stages.refine import ClickRefiner, ScribbleRefiner


@dataclass(frozen=True, eq=False)
class MiVOS(InRounds):
    """The method; its fields are the stages.

    Round by round: a person corrects a frame until it is right (3.2); its masks are propagated both
    ways up to the nearest frames that were corrected before (3.3); on the way there they are fused
    with the masks of the round before (3.4).

    Args:
        propagator: carries the masks.
        refine: makes masks from clicks, scribbles, boxes, drawings, in a region if they say so.
        fuse: joins old and new masks between two corrected frames; None takes the new ones.
        schedule: which frames are propagated from where.
        suggest: which frame to correct next; None leaves it to the person, as the paper does.
        choose: what to give there.
        every: frames between memory frames (the release's 5).
    """

    propagator: Propagator[Any]
    refine: Refiner
    fuse: Fuser | None = field(default_factory=LinearBlend)
    schedule: Schedule = until_corrected
    suggest: FrameSelector | None = None
    choose: AnnotationSelector | None = None
    every: int = 5

    def __post_init__(self) -> None:
        check_every(self.every)

    @staticmethod
    def preset(name: str = "nano", *, device: str | None = None) -> "MiVOS":
        """The method with the networks of a preset.

        ``"nano"`` uses the embedded networks: XMem's, reading the 50 nearest places of a memory
        that keeps every frame, and clicks; it blends linearly if no fusion network is embedded.
        ``"paper"`` uses MiVOS's three networks, whose checkpoints the person supplies.

        Raises:
            ValueError: no such preset.
            WeightsError: the preset's weights aren't there.
            DeviceError: the device isn't there.
        """
        return named("preset", name, _PRESETS)(device)

    def propagate(self, video: Video, state: RoundState) -> Part[RoundState]:
        """The masks of all frames that this round's prompts reach."""
        memory = yield from annotated_memory(self.propagator, video, state)
        fresh = origins(state)
        settled = state.accepted - set(fresh)
        for index in fresh:
            for leg in self.schedule(len(video), index, state.accepted - {index}):
                is_open = not state.released.isdisjoint(leg.frames)
                if index not in state.before and not is_open:
                    continue
                is_fused = leg.until in settled
                state = yield from self._walk(video, state, leg, memory, is_fused=is_fused)
            settled |= {index}
        return state

    def _walk(
        self, video: Video, state: RoundState, leg: Leg, memory: Any, *, is_fused: bool
    ) -> Part[RoundState]:
        origin = video[leg.start]
        masks = state.masks(origin)
        correction = None
        if is_fused and leg.until is not None:
            before = state.before.get(leg.start, Masks.empty(origin.size))
            correction = Correction(origin, before, masks, leg.until)
        standing = pass_from(self.propagator, memory, origin, masks)
        for index in leg.frames:
            frame = video[index]
            predicted, standing = self.propagator.propagate(frame, standing)
            yield replace(predicted, round=state.round)
            masks = predicted.masks
            old = state.album.masks(index, masks.pmf.device)
            if self.fuse and correction and old:
                for gone in set(old.objects) - set(masks.objects):  # all that had it was released
                    old = old.without(gone)
                fused = self.fuse(frame, old, masks, correction)
                yield replace(fused, round=state.round)
                masks = fused.masks
            if leg.is_memory_frame(index, self.every):
                update, standing = self.propagator.memorise(
                    frame, predicted.masks, standing, tier="working", reason="every n-th frame"
                )
                yield replace(update, round=state.round)
            state = state.made(index, masks)
        return state


def _nano(device: str | None) -> MiVOS:
    xmem = XMemPropagator.nano(device=device)
    propagator = replace(xmem, top_k=50, limits=Limits(is_consolidating=False))
    fuse = DifferenceAwareFusion.nano(propagator=propagator)
    return MiVOS(propagator, ClickRefiner(device=device), fuse=fuse)


def _paper(device: str | None) -> MiVOS:
    propagator = StmPropagator.published(device=device)
    refine = ScribbleRefiner.published(device=device)
    return MiVOS(propagator, refine, fuse=DifferenceAwareFusion.published(propagator))


_PRESETS: dict[str, Callable[[str | None], MiVOS]] = {"nano": _nano, "paper": _paper}
