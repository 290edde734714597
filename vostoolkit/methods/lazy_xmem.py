"""Lazy-XMem: online segmentation that asks for a click where its uncertainty jumps.

Vujasinović et al., "Strike the Balance: On-the-Fly Uncertainty based User Interactions for
Long-Term Video Object Segmentation", 2024.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, cast

from vostoolkit.arrays import ObjectId
from vostoolkit.errors import PromptError
from vostoolkit.frames import Frame, Stream, Video
from vostoolkit.masks import Masks
from vostoolkit.methods.asking import ask, frame_again, frames_from, refine_all
from vostoolkit.methods.named import named
from vostoolkit.prompts import Prompt
from vostoolkit.protocols import (
    Decider,
    Event,
    Prompter,
    Propagator,
    Refiner,
    Run,
    UncertaintyMeasure,
)
from vostoolkit.results import Checkpoint, Propagation, Request, Uncertainty
from vostoolkit.stages.decide import EntropyJump
from vostoolkit.stages.propagate_xmem import XMemPropagator
from vostoolkit.stages.pseudo_click import DistanceFieldClick
from vostoolkit.stages.refine import ClickRefiner, SamHqRefiner
from vostoolkit.stages.uncertainty import MaskedEntropy
from vostoolkit.stages.update import MemoryRule


@dataclass(frozen=True, eq=False)
class LazyState:
    """What the next frame depends on, and what a correction of this one needs.

    ``since`` counts the frames since the last scheduled memory frame. ``known`` are the objects in
    memory. ``marks`` are the clicks, scribbles and boxes that a person gave on this frame and that
    no drawing has overruled. ``before`` is the state before this frame went into memory, so that a
    correction replaces what it has stored.
    """

    propagator: Any
    uncertainty: Uncertainty
    since: int
    known: frozenset[ObjectId] = frozenset()
    marks: tuple[Prompt, ...] = ()
    corrected: frozenset[ObjectId] = frozenset()
    pseudo_corrected: frozenset[ObjectId] = frozenset()
    before: "LazyState | None" = None


Steps: TypeAlias = Generator[Event, tuple[Prompt, ...] | None, tuple[Masks, LazyState]]
"""Part of a run: yields events, and returns the frame's masks and the state behind it."""


@dataclass(frozen=True, eq=False)
class LazyXMem:
    """The method; its fields are the stages.

    Frame by frame: propagate; measure the entropy (Eq. 2, 3); where it jumps, click oneself
    (Eq. 4, 5) or ask a person (3.4); refine (3.3); update the memory (3.5).
    """

    propagator: Propagator[Any]
    refine: Refiner
    uncertainty: UncertaintyMeasure = field(default_factory=MaskedEntropy)
    decide: Decider = field(default_factory=EntropyJump)
    pseudo_click: Prompter = field(default_factory=DistanceFieldClick)
    update: MemoryRule = field(default_factory=MemoryRule)

    @staticmethod
    def preset(
        name: str = "nano", *, device: str | None = None, profile: str = "paper"
    ) -> "LazyXMem":
        """The method with the networks of a preset, the stages as printed or as released.

        ``"nano"`` uses the embedded networks; ``"paper"`` XMem and SAM-HQ, whose checkpoints the
        person supplies.

        Raises:
            ValueError: no such preset or profile.
            WeightsError: the preset's weights aren't there.
            DeviceError: the device isn't there.
        """
        if profile not in ("paper", "released"):
            raise ValueError(f"no profile {profile!r}: there are 'paper' and 'released'")
        method = named("preset", name, _PRESETS)(device)
        if profile == "paper":
            return method
        ours = cast(EntropyJump, method.decide)
        return replace(
            method,
            uncertainty=MaskedEntropy.released(),
            decide=replace(
                EntropyJump.released(), tau_user=ours.tau_user, tau_pseudo=ours.tau_pseudo
            ),
            pseudo_click=DistanceFieldClick.released(),
            update=MemoryRule.released(),
        )

    def run(self, video: Video | Stream, start: Checkpoint | None, /) -> Run:
        """The run from the beginning, or from a checkpoint (which it yields first)."""
        frames = frames_from(video, start.frame + 1 if start else 0)
        frame = None
        if start:
            index, masks, state = start.frame, start.masks, start.state
        else:
            frame = next(frames, None)
            if frame is None:
                return
            index = frame.index
            masks, state = yield from self._first_frame(frame)
        while True:
            prompts = yield Checkpoint(frame=index, masks=masks, state=state)
            if prompts:  # a person corrects the finished frame without being asked
                frame = frame or frame_again(video, index)
                masks, state = yield from self._correct(frame, masks, state, prompts)
                continue
            frame = next(frames, None)
            if frame is None:
                return
            index = frame.index
            masks, state = yield from self._next_frame(frame, state)

    def _first_frame(self, frame: Frame) -> Steps:
        reason = "click on each object to follow, or draw a box or a mask"
        prompts = yield from ask(Request(frame=frame.index, kind="object", reason=reason))
        nothing = Masks.empty(frame.size)
        masks, touched, marks = yield from refine_all(self.refine, frame, nothing, prompts)
        if not touched:
            raise PromptError(f"frame {frame.index}: give a prompt on each object to follow")
        given = Propagation(frame=frame.index, masks=masks, is_given=True)
        uncertainty = self.uncertainty(_with_image(given, frame), None)
        yield uncertainty
        start = self.propagator.start(frame, masks.objects)
        state = LazyState(start, uncertainty, since=self.update.every, marks=marks)
        return (yield from self._memorise(frame, masks, state))

    def _next_frame(self, frame: Frame, before: LazyState) -> Steps:
        predicted, propagated = self.propagator.propagate(frame, before.propagator)
        yield predicted
        uncertainty = self.uncertainty(_with_image(predicted, frame), before.uncertainty)
        yield uncertainty
        decision = self.decide(uncertainty, before.uncertainty)
        yield decision
        masks = predicted.masks
        for object_id in decision.objects("pseudo"):
            click = self.pseudo_click(uncertainty, object_id)
            yield click
            refined = self.refine(frame, object_id, (click.click,), masks)
            yield replace(refined, by="pseudo")
            masks = masks.replaced(object_id, refined.after)
        corrected: frozenset[ObjectId] = frozenset()
        marks: tuple[Prompt, ...] = ()
        for object_id in decision.objects("user"):
            if object_id in corrected:  # an earlier answer held prompts on this object too
                continue
            prompts = yield from ask(
                Request(
                    frame=frame.index,
                    kind="click",
                    object_id=object_id,
                    reason=decision.reason[object_id],
                    masks=masks,
                    uncertainty=uncertainty,
                )
            )
            masks, touched, marks = yield from refine_all(self.refine, frame, masks, prompts, marks)
            corrected |= touched
        state = LazyState(
            propagated,
            uncertainty,
            since=before.since + 1,
            known=before.known,
            marks=marks,
            corrected=corrected,
            pseudo_corrected=frozenset(decision.objects("pseudo")) - corrected,
        )
        return (yield from self._memorise(frame, masks, state))

    def _correct(
        self, frame: Frame, masks: Masks, state: LazyState, prompts: tuple[Prompt, ...]
    ) -> Steps:
        if state.before is not None:  # what this frame has stored is stored anew
            state = state.before
        masks, touched, marks = yield from refine_all(
            self.refine, frame, masks, prompts, state.marks
        )
        state = replace(
            state,
            marks=marks,
            corrected=state.corrected | touched,
            pseudo_corrected=state.pseudo_corrected - touched,
        )
        return (yield from self._memorise(frame, masks, state))

    def _memorise(self, frame: Frame, masks: Masks, state: LazyState) -> Steps:
        plans, since = self.update(
            masks.objects,
            state.uncertainty,
            state.since,
            corrected=state.corrected,
            pseudo_corrected=state.pseudo_corrected,
            new=frozenset(masks.objects) - state.known,
        )
        propagated = state.propagator
        for plan in plans:
            update, propagated = self.propagator.memorise(
                frame, masks, propagated, tier=plan.tier, objects=plan.objects, reason=plan.reason
            )
            yield update
        uncertainty = state.uncertainty
        lost = frozenset(o for o in uncertainty.lost if not (masks.of(o) > 0.5).any())
        uncertainty = replace(uncertainty, lost=lost)  # an object that was found can be lost again
        return masks, replace(
            state,
            propagator=propagated,
            uncertainty=uncertainty,
            since=since,
            known=frozenset(masks.objects),
            before=state,
        )


def _with_image(predicted: Propagation, frame: Frame) -> Propagation:
    """The prediction with its frame's image, for measures that look at it."""
    return replace(predicted, image_of=lambda _: frame.image)


def _nano(device: str | None) -> LazyXMem:
    """The embedded networks.

    Their entropy jumps less than XMem's: on procedural clips these thresholds are reached at about
    4 % and 6 % of the frames (benchmarks/thresholds.py).
    """
    return LazyXMem(
        XMemPropagator.nano(device=device),
        ClickRefiner(device=device),
        decide=EntropyJump(tau_user=0.07, tau_pseudo=0.05),
    )


def _paper(device: str | None) -> LazyXMem:
    return LazyXMem(XMemPropagator.published(device=device), SamHqRefiner("vit_l", device=device))


_PRESETS: dict[str, Callable[[str | None], LazyXMem]] = {"nano": _nano, "paper": _paper}
