"""A person's prompts: the only input of a session besides the video and the method."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeAlias

from vostoolkit.arrays import ObjectId
from vostoolkit.errors import PromptError
from vostoolkit.frames import Stream, Video
from vostoolkit.prompts import Prompt, Propagate, Release, Skip, check_inside
from vostoolkit.protocols import place_of
from vostoolkit.results import Request

Group: TypeAlias = tuple[Prompt, ...]
"""Prompts that were given together, and that the method gets together."""


@dataclass(frozen=True)
class Answers:
    """Groups of prompts by place, in the order in which they were given; a value.

    The place is the prompts' frame or, in a run in rounds, the round, whatever their frames.
    """

    groups: Mapping[int, tuple[Group, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def at(self, place: int) -> tuple[Group, ...]:
        """The groups of one place."""
        return self.groups.get(place, ())

    def added(self, place: int, group: Group, *, join: int | None = None) -> "Answers":
        """These and one group more; ``join`` names the group it is put together with instead."""
        groups = list(self.at(place))
        if join is None:
            groups.append(group)
        else:
            groups[join] = (*groups[join], *group)
        return Answers(MappingProxyType({**self.groups, place: tuple(groups)}))

    def before(self, place: int) -> "Answers":
        """Only those at earlier places."""
        kept = {p: groups for p, groups in self.groups.items() if p < place}
        return Answers(MappingProxyType(kept))

    def without(self, object_id: ObjectId) -> "Answers":
        """Only those on other objects; a frame that has some of them stays released."""
        whole = Propagate, Release, Skip
        others = [p for p in self if p.object_id != object_id and not isinstance(p, whole)]
        frames = {prompt.frame for prompt in others}

        def stays(prompt: Prompt) -> bool:
            if isinstance(prompt, Release):
                return prompt.frame in frames
            return prompt.object_id != object_id or isinstance(prompt, Propagate)

        kept: dict[int, tuple[Group, ...]] = {}
        for place, groups in self.groups.items():
            rest = (tuple(filter(stays, group)) for group in groups)
            if left := tuple(group for group in rest if group):
                kept[place] = left
        return Answers(MappingProxyType(kept))

    def without_empty_rounds(self) -> "Answers":
        """Those of rounds in which something was given, numbered anew from 1."""
        full = [
            self.groups[number]
            for number in sorted(self.groups)
            if not all(isinstance(p, Propagate) for group in self.groups[number] for p in group)
        ]
        return Answers(MappingProxyType(dict(enumerate(full, start=1))))

    def first_change(self, other: "Answers") -> int | None:
        """The earliest place at which two sets of answers differ, or None."""
        places = set(self.groups) | set(other.groups)
        changed = [p for p in places if self.at(p) != other.at(p)]
        return min(changed, default=None)

    def match(self, request: Request, used: frozenset[int]) -> int | None:
        """The first unused group that answers a request, or None."""
        for index, group in enumerate(self.at(place_of(request))):
            objects = {prompt.object_id for prompt in group}
            if index not in used and (request.object_id is None or request.object_id in objects):
                return index
        return None

    def next_unused(self, place: int, used: frozenset[int]) -> int | None:
        """The first group of a place that isn't used yet and isn't only Skip, or None."""
        for index, group in enumerate(self.at(place)):
            if index not in used and not all(isinstance(prompt, Skip) for prompt in group):
                return index
        return None

    def __iter__(self) -> Iterator[Prompt]:
        """All prompts, by place and in the order given."""
        for place in sorted(self.groups):
            for group in self.groups[place]:
                yield from group


def is_commit(group: Group) -> bool:
    """Whether a group of prompts completes a round."""
    return any(isinstance(prompt, Propagate) for prompt in group)


def check_prompts(prompts: Group, video: Video | Stream) -> None:
    """Nothing, if these prompts can be given on this video.

    Raises:
        PromptError: no prompts, something else, or a prompt outside the frame or the video.
    """
    if not prompts:
        raise PromptError("no prompts: give clicks, …, or Skip(frame, object_id) for no change")
    given: Any = prompts  # a person may give a list
    if strange := [one for one in given if not isinstance(one, Prompt)]:
        raise PromptError(
            f"{str(strange[0])[:80]!r} is no prompt: give Click(frame, object_id, x, y), Scribble, "
            "Box, …, several as answer(*prompts)"
        )
    check_inside(prompts, video.size)
    last = max(prompt.frame for prompt in prompts)
    if isinstance(video, Video) and last >= len(video):
        raise PromptError(f"a prompt on frame {last}: the video has frames 0 to {len(video) - 1}")
