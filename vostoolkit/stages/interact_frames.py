"""Masks of several annotated frames at once, from the scribbles on all of them.

Source: Li et al., IDPro, section III-B.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from vostoolkit.arrays import ObjectId, Size
from vostoolkit.device import choose_device
from vostoolkit.errors import PromptError
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.networks.across_frame import ACROSS_FRAME_SMALL, AcrossFrame
from vostoolkit.networks.click_maps import points_of
from vostoolkit.networks.folding import folded
from vostoolkit.prompts import Click, Prompt, Scribble, check_inside, rasterise
from vostoolkit.results import AcrossFrames
from vostoolkit.stages.fitting import Fit, Resampling, fit_frame
from vostoolkit.stages.identities import grouped, merged, one_hot
from vostoolkit.weights import load_weights

_MULTIPLE = 16


@dataclass(frozen=True, eq=False)
class InteractFrames:
    """Turns clicks and scribbles on several frames into masks of all of them in one pass.

    More than ten objects go in groups. There are no published weights: train a network, or load
    your own with ``vostoolkit.weights.load_weights``; `InteractByMemory` needs none of its own.
    What comes out goes into a propagator's memory frame by frame, as permanent or as last masks.

    Args:
        network: any network of the family; it's copied, folded for inference and moved.
        short_side: larger frames are shrunk to this shorter side; None works at the frame's own.
        device: None takes the best there is.

    Example:
        >>> interact = InteractFrames(load_weights(AcrossFrame(ACROSS_FRAME), "mine.safetensors"))
        >>> interact([video[3], video[40]], [Scribble(3, 1, cat), Scribble(40, 2, dog)])
    """

    network: AcrossFrame = field(repr=False)
    short_side: int | None = 480
    resampling: Resampling = "antialias"
    device: str | None = None
    _network: AcrossFrame = field(init=False, repr=False)
    _device: torch.device = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.short_side is not None and self.short_side < _MULTIPLE:
            raise ValueError(f"short side of {self.short_side} pixels: give at least {_MULTIPLE}")
        device = choose_device(self.device)
        object.__setattr__(self, "_device", device)
        object.__setattr__(self, "_network", folded(self.network).to(device))

    @classmethod
    def nano(cls, weights: Path | str, *, device: str | None = None) -> "InteractFrames":
        """With the small network that ``vostoolkit train interact-nano`` makes.

        None is embedded: 2,500 steps teach it to make masks where the strokes are (J .32), not yet
        to find objects that are marked on another frame.

        Raises:
            WeightsError: the weights aren't there, or aren't of this network.
        """
        network = load_weights(AcrossFrame(ACROSS_FRAME_SMALL), weights)
        return cls(network, short_side=128, device=device)

    @torch.no_grad()
    def __call__(
        self,
        frames: Sequence[Frame],
        prompts: Sequence[Prompt],
        previous: Mapping[int, Masks] | None = None,
        /,
    ) -> AcrossFrames:
        """The masks of all frames, each with all objects that were prompted or had a mask.

        ``previous`` are masks by frame number, from the round before. A frame may have prompts on
        some of the objects, or none. Later strokes cover earlier ones.

        Raises:
            PromptError: no prompt; one on none of the frames, outside its frame, or neither a click
                nor a scribble.
            ValueError: no frame, one twice, frames of several sizes, or masks of another size.
        """
        given = dict(previous or {})
        size = check_marks(frames, prompts, given)
        fit = fit_frame(size, self.short_side, multiple=_MULTIPLE, is_enlarging=False)
        objects = objects_on(frames, prompts, given)
        images = [fit.image(f.image, self._device, self.resampling) for f in frames]
        pmfs: list[list[Tensor]] = [[] for _ in frames]
        for group in grouped(objects, self.network.config.identities):
            marks = [self._marks(frame.index, prompts, group, fit) for frame in frames]
            masks = [self._masks(given.get(frame.index), group, fit) for frame in frames]
            logits = self._network(*(torch.stack(x, 1) for x in (images, marks, masks)))[0]
            for own, of_frame in zip(logits, pmfs, strict=True):
                of_frame.append(fit.back(torch.softmax(own[: 1 + len(group)].float(), 0)))
        indices = [frame.index for frame in frames]
        found = {i: Masks(merged(own), objects) for i, own in zip(indices, pmfs, strict=True)}
        return AcrossFrames(
            frame=indices[0],
            frames=tuple(frames),
            prompts=tuple(prompts),
            before=given,
            after=found,
        )

    def _marks(
        self, frame: int, prompts: Sequence[Prompt], group: tuple[ObjectId, ...], fit: Fit
    ) -> Float[Tensor, "1 k y x"]:
        """The strokes on a frame, drawn at working size: one-hot, and zero where there is none."""
        left, right, top, bottom = fit.padding
        size = Size(fit.working.height + top + bottom, fit.working.width + left + right)
        marks = torch.zeros(1, self.network.config.classes, *size)
        for stroke in (p for p in prompts if p.frame == frame):
            if not isinstance(stroke, Click | Scribble):
                continue
            is_own = stroke.positive and stroke.object_id in group
            touched = rasterise((_scaled(stroke, fit),), size, positive=stroke.positive)
            where = torch.from_numpy(touched)
            marks[:, :, where] = 0
            marks[:, 1 + group.index(stroke.object_id) if is_own else 0, where] = 1
        return marks.to(self._device)

    def _masks(
        self, masks: Masks | None, group: tuple[ObjectId, ...], fit: Fit
    ) -> Float[Tensor, "1 k y x"]:
        """The previous masks at working size: one-hot, and zero in the padding and without any."""
        classes = self.network.config.classes
        if masks is None:
            known = torch.zeros(1, classes, *fit.working)
        else:
            known = one_hot(masks, group, classes, fit.working)
        return functional.pad(known, fit.padding).to(self._device)


def _scaled(stroke: Click | Scribble, fit: Fit) -> Click | Scribble:
    points = tuple(fit.to_working(x, y) for x, y in points_of(stroke))
    if isinstance(stroke, Click):
        return replace(stroke, x=points[0][0], y=points[0][1])
    width = max(1.0, stroke.width * fit.working.height / fit.size.height)
    return replace(stroke, points=points, width=width)


def objects_on(
    frames: Sequence[Frame], prompts: Sequence[Prompt], given: Mapping[int, Masks]
) -> tuple[ObjectId, ...]:
    """All objects, those that had masks first."""
    had = [o for frame in frames if frame.index in given for o in given[frame.index].objects]
    return tuple(dict.fromkeys([*had, *(prompt.object_id for prompt in prompts)]))


def check_marks(
    frames: Sequence[Frame], prompts: Sequence[Prompt], given: Mapping[int, Masks]
) -> Size:
    """The size of all frames.

    Raises:
        PromptError, ValueError: as `InteractFrames` says.
    """
    indices = [frame.index for frame in frames]
    sizes = {frame.size for frame in frames} | {masks.size for masks in given.values()}
    if not frames or len(set(indices)) != len(indices) or len(sizes) != 1:
        raise ValueError(
            f"frames {indices} with sizes of frames and masks {sorted(map(tuple, sizes))}: give "
            "at least one frame, each once, and masks of the frames' one size"
        )
    if unknown := sorted(set(given) - set(indices)):
        raise ValueError(f"masks of frames {unknown}, which aren't among {indices}")
    if not prompts:
        raise PromptError(f"no prompt on frames {indices}: give at least one click or scribble")
    for prompt in prompts:
        if prompt.frame not in indices or not isinstance(prompt, Click | Scribble):
            raise PromptError(
                f"a {type(prompt).__name__.lower()} on frame {prompt.frame}: give clicks and "
                f"scribbles on frames {indices}"
            )
    check_inside(prompts, frames[0].size)
    return frames[0].size
