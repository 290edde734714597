"""What every method does: ask, take frames one after the other, refine what prompts are on."""

from collections.abc import Generator, Iterator
from dataclasses import replace
from itertools import chain, groupby
from typing import NamedTuple

from vostoolkit.arrays import ObjectId
from vostoolkit.errors import SessionError
from vostoolkit.frames import Frame, Stream, Video
from vostoolkit.masks import Masks
from vostoolkit.prompts import Absent, Drawing, Local, Prompt, Skip
from vostoolkit.protocols import Event, Refiner
from vostoolkit.results import Request
from vostoolkit.stages.local_control import with_regions


def ask(
    request: Request,
) -> Generator[Request, tuple[Prompt, ...] | None, tuple[Prompt, ...]]:
    """The prompts that answer a request; the run is suspended until they are there."""
    return (yield request) or ()


def frames_from(video: Video | Stream, first: int) -> Iterator[Frame]:
    """The frames of a video from a number on, or what a stream still brings."""
    if isinstance(video, Video):
        return (video[index] for index in range(first, len(video)))
    return iter(video)


def by_object(prompts: tuple[Prompt, ...]) -> Iterator[tuple[ObjectId, tuple[Prompt, ...]]]:
    """The prompts of each object, by id; those of one object in the order given."""
    ordered = sorted(prompts, key=lambda prompt: prompt.object_id)
    for object_id, group in groupby(ordered, key=lambda prompt: prompt.object_id):
        yield object_id, tuple(group)


def frame_again(video: Video | Stream, index: int) -> Frame:
    """A frame that was taken before.

    Raises:
        SessionError: the video is a live stream.
    """
    if isinstance(video, Video):
        return video[index]
    raise SessionError(f"frame {index} of a live stream is gone: correct it while it is shown")


def in_turn(prompts: tuple[Prompt, ...]) -> tuple[tuple[Prompt, ...], ...]:
    """The prompts of one object in steps: each whole mask or verdict alone, marks together.

    Marks that count in different places, or one in a region and one everywhere, are apart.
    """
    steps: list[tuple[Prompt, ...]] = []
    for prompt in prompts:
        last = steps[-1][-1] if steps else None
        if last and not _is_whole(prompt) and not _is_whole(last) and _are_together(last, prompt):
            steps[-1] += (prompt,)
        else:
            steps.append((prompt,))
    return tuple(steps)


def marks_since(prompts: tuple[Prompt, ...]) -> tuple[Prompt, ...]:
    """The marks behind the last whole mask or verdict, which overrules those before it.

    So do marks in a region, and marks everywhere those in a region: the mask has taken them in.
    """
    first = len(prompts)
    while first and not _is_whole(prompts[first - 1]):
        if first < len(prompts) and not _are_together(prompts[first - 1], prompts[first]):
            break
        first -= 1
    return prompts[first:]


class Refined(NamedTuple):
    """A frame's masks after prompts, the objects they were on, and the marks that count on."""

    masks: Masks
    touched: frozenset[ObjectId]
    marks: tuple[Prompt, ...]


def refine_all(
    refine: Refiner,
    frame: Frame,
    masks: Masks,
    prompts: tuple[Prompt, ...],
    earlier: tuple[Prompt, ...] = (),
    *,
    round: int = 0,
) -> Generator[Event, tuple[Prompt, ...] | None, Refined]:
    """The masks with each prompted object refined, with the marks given earlier too."""
    touched: set[ObjectId] = set()
    marks = dict(by_object(earlier))
    refine = with_regions(refine)
    for object_id, own in by_object(prompts):
        for step in in_turn(tuple(p for p in own if not isinstance(p, Skip))):
            marks[object_id] = marks_since((*marks.get(object_id, ()), *step))
            present = masks if object_id in masks.objects else None
            refined = refine(frame, object_id, marks[object_id] or step, present)
            yield replace(refined, round=round)
            masks = masks.replaced(object_id, refined.after)
            touched.add(object_id)
    return Refined(masks, frozenset(touched), tuple(chain.from_iterable(marks.values())))


def _is_whole(prompt: Prompt) -> bool:
    return isinstance(prompt.mark if isinstance(prompt, Local) else prompt, Absent | Drawing)


def _are_together(one: Prompt, other: Prompt) -> bool:
    """Whether two marks count in the same place."""
    places = [prompt.region if isinstance(prompt, Local) else None for prompt in (one, other)]
    return places[0] == places[1]
