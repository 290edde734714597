"""What the stages return: one frozen object per stage that keeps everything it computed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from jaxtyping import Float
from torch import Tensor

from vostoolkit.arrays import Image, Labels, Map, ObjectId, Region
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.prompts import Click, Prompt

Action: TypeAlias = Literal["none", "pseudo", "user"]
Tier: TypeAlias = Literal["permanent", "working"]
ImageOf: TypeAlias = Callable[[int], Image]
RequestKind: TypeAlias = Literal["object", "click", "round"]
AnnotationKind: TypeAlias = Literal["click", "clicks", "box", "mask", "stop"]
"""What a person may be asked for: one click, three, a box, a drawn mask, or nothing."""

LabelsOf: TypeAlias = Callable[[int], Labels]
"""The masks of a frame as labels, by its number; a session's own ``labels`` is one."""


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class StageResult:
    """The result of one stage at one frame; as the last line of a cell it draws itself.

    ``seconds`` and ``image_of``, from which it gets the frame to draw on, are filled in by the
    session.
    """

    frame: int
    round: int = 0
    seconds: float = 0.0
    image_of: ImageOf | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(frame={self.frame})"

    def _repr_html_(self) -> str:
        return _drawn(self)


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Propagation(StageResult):
    """Masks predicted from memory, at the frame's size.

    ``is_given`` says that they are a person's, so nothing was predicted.
    """

    masks: Masks
    is_given: bool = False


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class EnsemblePropagation(Propagation):
    """The mean of several predictions, and each of them: ``members`` are pmfs like the masks'."""

    members: Float[Tensor, "m k h w"]


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Uncertainty(StageResult):
    """Per-pixel uncertainty, the region it is averaged over for each object, the score, its jump.

    ``entropy`` is the map that ``measure`` names, in [0, 1]. ``jump[o]`` is None where there is no
    earlier score to compare with. ``lost`` holds the objects whose predicted mask is empty.
    """

    masks: Masks
    entropy: Map
    regions: Mapping[ObjectId, Region]
    score: Mapping[ObjectId, float]
    jump: Mapping[ObjectId, float | None]
    lost: frozenset[ObjectId] = frozenset()
    measure: str = "entropy"


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Decision(StageResult):
    """What to do about each object, why in words, and the thresholds that decided.

    ``value[o]`` is what was compared with the thresholds; None where there was nothing to compare.
    """

    action: Mapping[ObjectId, Action]
    reason: Mapping[ObjectId, str]
    thresholds: Mapping[str, float]
    value: Mapping[ObjectId, float | None] = field(default_factory=dict[ObjectId, float | None])

    def objects(self, action: Action) -> tuple[ObjectId, ...]:
        """The objects with this action, in order of their ids."""
        return tuple(sorted(o for o, a in self.action.items() if a == action))


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class PseudoClick(StageResult):
    """The click the method gives itself, and the field it was taken from: ``distance * weight``."""

    click: Click
    region: Region
    distance: Map
    weight: Map
    product: Map


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Refinement(StageResult):
    """One object's mask before and after prompts; probabilities in [0, 1].

    ``by`` says who gave the prompts.
    """

    object_id: ObjectId
    prompts: tuple[Prompt, ...]
    before: Map
    after: Map
    by: Literal["user", "pseudo"] = "user"
    score: float | None = None


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class MemoryUpdate(StageResult):
    """What came into a memory tier and what left it; counts are memory elements (grid places)."""

    tier: Tier | None
    objects: tuple[ObjectId, ...]
    added: int
    removed: int
    sizes: Mapping[str, int]
    reason: str = ""


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class FrameSelection(StageResult):
    """Frames to annotate next, in order; fewer than asked for where no more are left.

    ``scores[c, i]`` is what frame ``i`` promised at choice ``c``, in units of ``measure``, nan
    where it couldn't be chosen. ``reasons`` has a line for each choice; ``frame`` is the first.
    """

    annotated: tuple[int, ...]
    frames: tuple[int, ...]
    scores: Float[Tensor, "choices n"]
    measure: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class AnnotationChoice(StageResult):
    """What to ask a person for about one object, with the probability and cost of each kind.

    ``value`` is what a learned policy expects of it, in IoU per second; None without one.
    """

    object_id: ObjectId
    kind: AnnotationKind
    probabilities: Mapping[AnnotationKind, float]
    costs_s: Mapping[AnnotationKind, float]
    reason: str
    value: float | None = None
    masks: Masks | None = None

    @property
    def cost_s(self) -> float:
        """Seconds that the chosen kind takes."""
        return self.costs_s[self.kind]


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class AcrossFrames(StageResult):
    """The masks of several annotated frames before and after their prompts, by frame number.

    ``frame`` is the first of ``frames``; one without masks from a round before isn't in ``before``.
    """

    frames: tuple[Frame, ...]
    prompts: tuple[Prompt, ...]
    before: Mapping[int, Masks]
    after: Mapping[int, Masks]


@dataclass(frozen=True, eq=False)
class Correction:
    """A corrected frame, its masks before and after, and where the walk from it ended.

    ``until`` is the number of another corrected frame. The masks are of the frame's size.
    """

    frame: Frame
    before: Masks
    after: Masks
    until: int

    def weights(self, frame: int) -> tuple[float, float]:
        """How near a frame is to the correction and to the other end; they sum to 1.

        Raises:
            ValueError: a frame that isn't between the two.

        Source: MiVOS, Eq. 6 (n_c and n_r).
        """
        start, end = self.frame.index, self.until
        if not min(start, end) < frame < max(start, end):
            raise ValueError(f"frame {frame} isn't between the corrected frames {start} and {end}")
        distance = abs(end - start)
        return abs(frame - end) / distance, abs(frame - start) / distance


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Fusion(StageResult):
    """Masks made of those before a correction and those propagated from it.

    ``weights`` are the frame's nearness to the correction and to the other corrected frame.
    ``added`` and ``removed`` are what the correction changed of each object, carried to this frame;
    empty where the fusion doesn't look at it.
    """

    old: Masks
    new: Masks
    masks: Masks
    weights: tuple[float, float]
    added: Mapping[ObjectId, Map] = field(default_factory=dict[ObjectId, Map])
    removed: Mapping[ObjectId, Map] = field(default_factory=dict[ObjectId, Map])


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Request:
    """The run is suspended until this is answered.

    ``object_id`` is None when the method asks which objects to follow. ``masks`` and
    ``uncertainty`` are what a person should be shown.

    Of the kind "round" it is answered by prompts on any frames, which show at once, or by
    `Propagate`. ``frame`` is where they would help most, as ``selection`` says if a selector chose
    it, and ``choices`` say what to give there.
    """

    frame: int
    round: int = 0
    kind: RequestKind
    object_id: ObjectId | None = None
    reason: str = ""
    masks: Masks | None = None
    uncertainty: Uncertainty | None = None
    selection: FrameSelection | None = None
    choices: tuple[AnnotationChoice, ...] = ()
    image_of: ImageOf | None = None

    def __repr__(self) -> str:
        return f"Request(frame={self.frame}, kind={self.kind!r}, object_id={self.object_id})"

    def _repr_html_(self) -> str:
        return _drawn(self)


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Checkpoint:
    """The end of a frame: its final masks, and a state from which the run can go on exactly.

    In the record of a frame that was corrected since, it has neither: no state, and empty masks.

    In rounds it is the end of a round, or of prompts that show before it ends; ``album`` then has
    the labels of all frames that have masks, as PNG.
    """

    frame: int
    round: int = 0
    masks: Masks
    state: Any
    album: Mapping[int, bytes] = field(default_factory=dict[int, bytes])
    image_of: ImageOf | None = None

    def __repr__(self) -> str:
        return f"Checkpoint(frame={self.frame})"

    def _repr_html_(self) -> str:
        return _drawn(self)


def _drawn(result: StageResult | Request | Checkpoint) -> str:
    from vostoolkit.pictures import result_html  # here, because pictures are made of results

    return result_html(result)
