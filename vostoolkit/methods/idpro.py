"""IDPro: strokes on several frames at once, all objects in one pass, everything anew each round.

Li et al., "IDPro: Flexible Interactive Video Object Segmentation by ID-queried Concurrent
Propagation", 2024.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from vostoolkit.frames import Frame, Video
from vostoolkit.masks import Masks
from vostoolkit.methods.named import named
from vostoolkit.methods.rounds import InRounds, Part, RoundState, refine_frames, shown
from vostoolkit.methods.walks import carry, check_every
from vostoolkit.prompts import Click, Prompt, Scribble
from vostoolkit.protocols import AnnotationSelector, FrameSelector, Propagator, Refiner
from vostoolkit.results import AcrossFrames
from vostoolkit.schedule import Schedule, truncated
from vostoolkit.stages.interact_memory import InteractByMemory
from vostoolkit.stages.propagate_aot import AotPropagator
from vostoolkit.stages.refine import ClickRefiner, ScribbleRefiner

AcrossFrame: TypeAlias = Callable[
    [Sequence[Frame], Sequence[Prompt], Mapping[int, Masks] | None], AcrossFrames
]
"""Makes masks of several frames from the strokes on all: `InteractFrames`, `InteractByMemory`."""


@dataclass(frozen=True, eq=False)
class IDPro(InRounds):
    """The method; its fields are the stages.

    Round by round: the strokes on any frames become masks of all these frames at once (Eq. 1); they
    go into a memory that lasts across rounds (Eq. 7); from each annotated frame, masks are carried
    to the middle between two, and so to all other frames anew (Eq. 8, truncated re-propagation).

    Args:
        propagator: should carry all objects in one pass, as `AotPropagator` does.
        refine: makes masks from what isn't a stroke, and from strokes if ``interact`` is None.
        across: across-frame interaction; None makes the mask of each frame and
            object alone.
        schedule: which frames are propagated from where.
        every: frames between predicted frames that are kept until a walk ends; None keeps none, as
            in the paper, whose memory holds annotated frames.
        suggest: which frame to annotate next; None leaves it to the person, as the paper does.
        choose: what to give there.
    """

    propagator: Propagator[Any]
    refine: Refiner
    across: AcrossFrame | None = None
    schedule: Schedule = truncated
    every: int | None = None
    suggest: FrameSelector | None = None
    choose: AnnotationSelector | None = None

    def __post_init__(self) -> None:
        check_every(self.every)

    @staticmethod
    def preset(name: str = "nano", *, device: str | None = None) -> "IDPro":
        """The method with the networks of a preset.

        ``"nano"`` uses the embedded networks, and interacts across frames by the memory of the
        small AOT.
        ``"paper"`` uses the smallest AOT, which the paper builds on, and MiVOS's scribble network,
        whose checkpoints the person supplies: IDPro's own aren't published.

        Raises:
            ValueError: no such preset.
            WeightsError: the preset's weights aren't there.
            DeviceError: the device isn't there.
        """
        return named("preset", name, _PRESETS)(device)

    def interact(
        self, video: Video, state: RoundState, prompts: tuple[Prompt, ...]
    ) -> Part[RoundState]:
        """Masks of all frames that this round has strokes on; what isn't a stroke comes first."""
        if self.across is None:
            return (yield from refine_frames(self.refine, video, state, prompts))
        others = tuple(p for p in prompts if not isinstance(p, Click | Scribble))
        state = yield from refine_frames(self.refine, video, state, others)
        given = {p.frame: state.masks(video[p.frame]) for p in others if p.frame in state.before}
        state = replace(state, before={**state.before, **given})  # from there strokes go on
        if len(others) == len(prompts):
            return state
        return (yield from _across(self.across, video, state, prompts))

    def propagate(self, video: Video, state: RoundState) -> Part[RoundState]:
        """Masks of all other frames, from the across-round memory (Eq. 7 and 8)."""
        return carry(self.propagator, video, state, schedule=self.schedule, every=self.every)


def _across(
    across: AcrossFrame, video: Video, state: RoundState, prompts: tuple[Prompt, ...]
) -> Part[RoundState]:
    """The state with masks made of this round's strokes and of the masks before it (Eq. 1)."""
    strokes: dict[int, tuple[Prompt, ...]] = {}
    earlier = (mark for frame in state.before for mark in state.marks.get(frame, ()))
    for stroke in (p for p in (*earlier, *prompts) if isinstance(p, Click | Scribble)):
        strokes[stroke.frame] = (*strokes.get(stroke.frame, ()), stroke)
    frames = [video[index] for index in sorted(strokes)]
    previous = {f.index: state.before.get(f.index, state.masks(f)) for f in frames}
    found = across(
        frames,
        [stroke for frame in frames for stroke in strokes[frame.index]],
        {index: masks for index, masks in previous.items() if masks.objects},
    )
    yield replace(found, round=state.round)
    for frame in frames:
        state = state.annotated(frame, found.after[frame.index], strokes[frame.index])
        yield shown(frame, state)
    return state


def _nano(device: str | None) -> IDPro:
    aot, refine = AotPropagator.nano(device=device), ClickRefiner(device=device)
    return IDPro(aot, refine, across=InteractByMemory(aot, refine))


def _paper(device: str | None) -> IDPro:
    return IDPro(AotPropagator.published(device=device), ScribbleRefiner.published(device=device))


_PRESETS: dict[str, Callable[[str | None], IDPro]] = {"nano": _nano, "paper": _paper}
