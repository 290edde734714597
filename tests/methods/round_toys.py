"""Refiners small enough to work out by hand: clicks are squares, on one frame or on several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from vostoolkit.frames import Frame
from vostoolkit.geometry import to_mask
from vostoolkit.masks import Masks
from vostoolkit.prompts import Absent, Click, Drawing, Prompt, Scribble
from vostoolkit.results import AcrossFrames, Refinement

REACH = 1


def square(size: tuple[int, int], prompts: Sequence[Prompt], object_id: int) -> np.ndarray:
    """Squares of 3 x 3 pixels around the positive clicks on an object."""
    mask = np.zeros(tuple(size), np.bool_)
    for click in (p for p in prompts if isinstance(p, Click) and p.object_id == object_id):
        rows = slice(max(0, int(click.y) - REACH), int(click.y) + REACH + 1)
        columns = slice(max(0, int(click.x) - REACH), int(click.x) + REACH + 1)
        mask[rows, columns] = click.positive
    return mask


def squares(
    frame: Frame, object_id: int, prompts: tuple[Prompt, ...], masks: Masks | None, /
) -> Refinement:
    """A drawn mask, an absent one, or squares around the clicks."""
    present = Masks.empty(frame.size) if masks is None else masks
    is_new = object_id not in present.objects
    old = torch.zeros(tuple(frame.size)) if is_new else present.of(object_id)
    last = prompts[-1]
    if isinstance(last, Drawing):
        new = last.mask
    elif isinstance(last, Absent):
        new = np.zeros(tuple(frame.size), np.bool_)
    else:
        new = square(frame.size, prompts, object_id)
    after = torch.from_numpy(new.astype(np.float32))
    return Refinement(
        frame=frame.index, object_id=object_id, prompts=prompts, before=old, after=after
    )


@dataclass
class SquaresAcross:
    """Squares around each frame's clicks over its previous masks; remembers what it was given."""

    calls: list[tuple[list[int], list[Prompt], dict[int, Masks]]] = field(default_factory=list)

    def __call__(
        self,
        frames: Sequence[Frame],
        prompts: Sequence[Prompt],
        previous: Mapping[int, Masks] | None = None,
        /,
    ) -> AcrossFrames:
        given = dict(previous or {})
        self.calls.append(([f.index for f in frames], list(prompts), given))
        objects = sorted(
            {p.object_id for p in prompts} | {o for m in given.values() for o in m.objects}
        )
        after = {f.index: self._masks(f, prompts, given.get(f.index), objects) for f in frames}
        return AcrossFrames(
            frame=frames[0].index,
            frames=tuple(frames),
            prompts=tuple(prompts),
            before=given,
            after=after,
        )

    def _masks(
        self, frame: Frame, prompts: Sequence[Prompt], before: Masks | None, objects: list[int]
    ) -> Masks:
        labels = np.zeros(tuple(frame.size), np.uint8)
        own = [p for p in prompts if p.frame == frame.index and isinstance(p, Click | Scribble)]
        for o in objects:
            if before is not None and o in before.objects:
                labels[to_mask(before.region(o))] = o
            labels[square(frame.size, own, o)] = o
        return Masks.from_labels(labels, tuple(objects))
