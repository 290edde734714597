"""The picture of an interaction on several frames: a row for each."""

from collections.abc import Sequence

from vostoolkit.arrays import Image, Size
from vostoolkit.masks import Masks
from vostoolkit.pictures.layout import Picture, column, framed, row, titled
from vostoolkit.pictures.stages import picture
from vostoolkit.pictures.view import marked, segmented, whole
from vostoolkit.pictures.words import words
from vostoolkit.prompts import Prompt
from vostoolkit.results import AcrossFrames

_ROOM = Size(190, 300)
_MOST_FRAMES = 5


@picture.register
def _(result: AcrossFrames, image: Image | None = None) -> Picture:
    """The frames bring their own images, so ``image`` isn't looked at."""
    rows: list[Picture] = []
    for frame in result.frames[:_MOST_FRAMES]:
        view = whole(frame.size, _ROOM)
        ground = view.image(frame.image)
        own = [p for p in result.prompts if p.frame == frame.index]
        before = result.before.get(frame.index, Masks.empty(frame.size))
        panels = [
            titled(segmented(ground, before, view), f"frame {frame.index}: before"),
            titled(marked(ground, own, view), _given(own)),
            titled(segmented(ground, result.after[frame.index], view), "after"),
        ]
        rows.append(row(panels, [None, "arrow"]))
    return framed(column(rows))


@words.register
def _(result: AcrossFrames) -> tuple[str, ...]:
    lines: list[str] = []
    for frame in result.frames:
        given = _given([p for p in result.prompts if p.frame == frame.index])
        labels = result.after[frame.index].labels()
        objects = ", ".join(
            f"object {o} {int((labels == o).sum()):,} pixels"
            for o in result.after[frame.index].objects
        )
        lines.append(f"frame {frame.index}: {given}; {objects}")
    return tuple(lines)


def _given(prompts: Sequence[Prompt]) -> str:
    objects = [str(o) for o in dict.fromkeys(p.object_id for p in prompts)]
    return f"given on {', '.join(objects)}" if objects else "nothing given"
