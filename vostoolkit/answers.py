"""A person's prompts: the only input of a session besides the video and the method."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from vostoolkit.arrays import ObjectId
from vostoolkit.errors import PromptError
from vostoolkit.frames import Stream, Video
from vostoolkit.prompts import Prompt, Skip, check_inside
from vostoolkit.results import Request

Group: TypeAlias = tuple[Prompt, ...]
"""Prompts that were given together, and that the method gets together."""


@dataclass(frozen=True)
class Answers:
    """Groups of prompts by frame, in the order in which they were given; a value."""

    groups: Mapping[int, tuple[Group, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def at(self, frame: int) -> tuple[Group, ...]:
        """The groups of one frame."""
        return self.groups.get(frame, ())

    def added(self, frame: int, group: Group, *, join: int | None = None) -> "Answers":
        """These and one group more; ``join`` names the group it is put together with instead."""
        groups = list(self.at(frame))
        if join is None:
            groups.append(group)
        else:
            groups[join] = (*groups[join], *group)
        return Answers(MappingProxyType({**self.groups, frame: tuple(groups)}))

    def before(self, frame: int) -> "Answers":
        """Only those at earlier frames."""
        kept = {f: groups for f, groups in self.groups.items() if f < frame}
        return Answers(MappingProxyType(kept))

    def without(self, object_id: ObjectId) -> "Answers":
        """Only those on other objects."""
        kept: dict[int, tuple[Group, ...]] = {}
        for frame, groups in self.groups.items():
            others = [tuple(p for p in group if p.object_id != object_id) for group in groups]
            if left := tuple(group for group in others if group):
                kept[frame] = left
        return Answers(MappingProxyType(kept))

    def first_change(self, other: "Answers") -> int | None:
        """The earliest frame at which two sets of answers differ, or None."""
        frames = set(self.groups) | set(other.groups)
        changed = [f for f in frames if self.at(f) != other.at(f)]
        return min(changed, default=None)

    def match(self, request: Request, used: frozenset[int]) -> int | None:
        """The first unused group that answers a request, or None."""
        for index, group in enumerate(self.at(request.frame)):
            objects = {prompt.object_id for prompt in group}
            if index not in used and (request.object_id is None or request.object_id in objects):
                return index
        return None

    def next_unused(self, frame: int, used: frozenset[int]) -> int | None:
        """The first group of a frame that isn't used yet and isn't only Skip, or None."""
        for index, group in enumerate(self.at(frame)):
            if index not in used and not all(isinstance(prompt, Skip) for prompt in group):
                return index
        return None

    def __iter__(self) -> Iterator[Prompt]:
        """All prompts, by frame and in the order given."""
        for frame in sorted(self.groups):
            for group in self.groups[frame]:
                yield from group


def check_prompts(prompts: Group, video: Video | Stream) -> None:
    """Nothing, if these prompts can be given on this video.

    Raises:
        PromptError: no prompts, or a prompt outside the frame or the video.
    """
    if not prompts:
        raise PromptError("no prompts: give clicks, …, or Skip(frame, object_id) for no change")
    check_inside(prompts, video.size)
    last = max(prompt.frame for prompt in prompts)
    if isinstance(video, Video) and last >= len(video):
        raise PromptError(f"a prompt on frame {last}: the video has frames 0 to {len(video) - 1}")
