"""EVA-VOS: says which frame to annotate next, and how, so that each second of work counts.

Delatolas, Kalogeiton and Papadopoulos, "EVA-VOS: Efficient Video Annotation for Video Object
Segmentation".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from vostoolkit.frames import Video
from vostoolkit.methods.named import named
from vostoolkit.methods.rounds import InRounds, Part, RoundState
from vostoolkit.methods.walks import carry, check_every
from vostoolkit.protocols import AnnotationSelector, FrameSelector, Propagator, Refiner
from vostoolkit.results import Request
from vostoolkit.schedule import Schedule, truncated
from vostoolkit.stages.propagate_stm import StmPropagator
from vostoolkit.stages.propagate_xmem import XMemPropagator
from vostoolkit.stages.refine import ClickRefiner, SamHqRefiner
from vostoolkit.stages.select_annotation import LearnedAnnotation
from vostoolkit.stages.select_frame import QualityDistance


@dataclass(frozen=True, eq=False)
class EvaVos(InRounds):
    """The method; its fields are the stages.

    Round by round (the paper's iterations): propagate the masks of all annotated frames (2.1);
    choose the frame that promises most (2.2) and what to ask for there (2.3); a person annotates,
    and a mask is made of it (2.4). The first frame is the person's choice; the paper draws it.

    Args:
        propagator: carries masks from frame to frame.
        refine: makes a mask of clicks and boxes (SAM in the paper); a drawn one stays as it is.
        suggest: which frame to annotate next; the paper's is `QualityDistance`. None leaves it to
            the person.
        choose: what to ask for there; the paper's is `LearnedAnnotation`.
        schedule: which frames are propagated from where.
        every: frames between predicted frames that are kept until a walk ends (MiVOS's 5).
    """

    propagator: Propagator[Any]
    refine: Refiner
    suggest: FrameSelector | None
    choose: AnnotationSelector
    schedule: Schedule = truncated
    every: int | None = 5

    def __post_init__(self) -> None:
        check_every(self.every)

    @staticmethod
    def preset(name: str = "nano", *, device: str | None = None) -> "EvaVos":
        """The method with the networks of a preset.

        ``"nano"`` uses the embedded networks: where no network for quality is among them, frames
        are chosen by XMem++'s distance of keys; where no policy is, always three clicks are asked
        for (the paper's "clicks only"). ``"paper"`` uses MiVOS's propagation, SAM-HQ, and
        EVA-VOS's two networks, whose checkpoints the person supplies.

        Raises:
            ValueError: no such preset.
            WeightsError: the preset's weights aren't there.
            DeviceError: the device isn't there.
        """
        return named("preset", name, _PRESETS)(device)

    def propagate(self, video: Video, state: RoundState) -> Part[RoundState]:
        """Masks of all other frames, from all that are annotated (2.1)."""
        return carry(self.propagator, video, state, schedule=self.schedule, every=self.every)


def expected_gain(request: Request) -> float:
    """What the next annotation of a video promises, in quality a second: its objects' mean.

    Raises:
        ValueError: the request has no choices, or they come from a selector that expects nothing.

    Source: EVA-VOS, section 2.3 (video ranking by the policy's value).
    """
    values = [choice.value for choice in request.choices]
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        raise ValueError(
            f"round {request.round}, frame {request.frame}: no value is expected of {len(values)} "
            "choices; rank videos with a learned policy (LearnedAnnotation), after their first "
            "round"
        )
    return sum(known) / len(known)


def ranked(requests: Mapping[str, Request]) -> tuple[str, ...]:
    """The names of videos by what their next annotation promises, the most promising first.

    Source: EVA-VOS, section 2.3.
    """
    return tuple(sorted(requests, key=lambda name: (-expected_gain(requests[name]), name)))


def _nano(device: str | None) -> EvaVos:
    return EvaVos(
        XMemPropagator.nano(device=device),
        ClickRefiner(device=device),
        suggest=QualityDistance.nano(device=device),
        choose=LearnedAnnotation.nano(device=device),
    )


def _paper(device: str | None) -> EvaVos:
    sam = SamHqRefiner("vit_h", device=device)
    return EvaVos(
        StmPropagator.published(device=device),
        sam,
        suggest=QualityDistance.published(device=device),
        choose=LearnedAnnotation.trained("eva-policy", sam),
    )


_PRESETS: dict[str, Callable[[str | None], EvaVos]] = {"nano": _nano, "paper": _paper}
