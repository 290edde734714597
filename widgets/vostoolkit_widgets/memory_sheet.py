"""Where the frames in a memory lie on a sheet: a row of thumbnails for each tier."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vostoolkit.arrays import ObjectId, Size
from vostoolkit.colours import ASK, UNCERTAINTY, Rgb
from vostoolkit.stages.memory_view import HeldFrame, MemoryView, TierView
from vostoolkit.stages.xmem_view import Grid, Origin
from vostoolkit_widgets.chart import Ink
from vostoolkit_widgets.shapes import Disc, Line, Shape, Word

Shares = Mapping[tuple[str, int], float]
"""How much of what a frame reads comes from each frame of each tier."""

_THUMB = 148
_EDGE = 4
_GAP, _HEAD, _FOOT = 10, 26, 20
_ROWS = 2
_RING = 13.0
_HALO: Rgb = (20, 20, 24)
_POINTED: tuple[tuple[Rgb, float], ...] = (((20, 20, 24), 4.0), (ASK, 2.2))
_EMPTY = "nothing is in memory yet"
_LEGEND = "brighter: read more since it came in; per cent: of what this frame reads"


@dataclass(frozen=True, eq=False)
class Thumb:
    """A frame of a tier, its rectangle on the sheet, and the share of the reading it has."""

    tier: TierView
    held: HeldFrame
    left: float
    top: float
    size: Size
    share: float

    def spot(self, x: float, y: float, frame: Size) -> tuple[float, float]:
        """Where a pixel of the frame lies on the sheet."""
        across, down = self.size.width / frame.width, self.size.height / frame.height
        return self.left + (x + 0.5) * across, self.top + (y + 0.5) * down


@dataclass(frozen=True, eq=False)
class Sheet:
    """Thumbnails, the words over each row, and the size of it all; ``frame`` is the video's."""

    frame: Size
    size: Size
    thumbs: tuple[Thumb, ...] = ()
    heads: tuple[tuple[float, str], ...] = ()

    def at(self, x: float, y: float) -> tuple[Thumb, float, float] | None:
        """The thumbnail at a place and the pixel of its frame, or None."""
        for thumb in self.thumbs:
            across = (x - thumb.left) / thumb.size.width
            down = (y - thumb.top) / thumb.size.height
            if 0 <= across < 1 and 0 <= down < 1:
                height, width = self.frame
                return thumb, across * width - 0.5, down * height - 0.5
        return None

    def find(self, tier: str, frame: int) -> Thumb | None:
        """The thumbnail of a frame of a tier, if it is shown."""
        own = (t for t in self.thumbs if t.tier.name == tier and t.held.frame == frame)
        return next(own, None)


def sheet_of(
    memory: MemoryView, object_id: ObjectId, shares: Shares, *, frame: Size, width: int
) -> Sheet:
    """The tiers that one object is read from; of many frames those that are read most."""
    columns = max(1, int((width - 2 * _EDGE + _GAP) // (_THUMB + _GAP)))
    size = Size(max(1, round(_THUMB * frame.height / frame.width)), _THUMB)
    thumbs: list[Thumb] = []
    heads: list[tuple[float, str]] = []
    top = 0.0
    for tier in reversed([t for t in memory.tiers if object_id in t.objects]):
        read = {held.frame: shares.get((tier.name, held.frame), 0.0) for held in tier.frames}
        shown = _most_read(tier.frames, read, columns * _ROWS)
        heads.append((top + _HEAD / 2, _head(tier, sum(read.values()), len(shown))))
        top += _HEAD
        for index, held in enumerate(shown):
            row, column = divmod(index, columns)
            left, above = _EDGE + column * (_THUMB + _GAP), top + row * (size.height + _FOOT)
            thumbs.append(Thumb(tier, held, left, above, size, read[held.frame]))
        top += -(-len(shown) // columns) * (size.height + _FOOT) + 4
    heads.append((top + _HEAD / 2, _LEGEND if heads else _EMPTY))
    top += _HEAD
    return Sheet(frame, Size(max(1, round(top)), width), tuple(thumbs), tuple(heads))


def word_shapes(sheet: Sheet, ink: Ink) -> list[Shape]:
    """What is written on the sheet."""
    shapes: list[Shape] = [Word(_EDGE, y, text, ink.text, 12.5) for y, text in sheet.heads[:-1]]
    shapes += [Word(_EDGE, y, text, ink.faint, 11) for y, text in sheet.heads[-1:]]
    for thumb in sheet.thumbs:
        y = thumb.top + thumb.size.height + _FOOT / 2
        text = f"frame {thumb.held.frame}"
        shapes.append(Word(thumb.left, y, text, ink.text, 11))
        right = thumb.left + thumb.size.width
        shapes.append(Word(right, y, f"{thumb.share:.0%} read", ink.faint, 11, "right"))
    return shapes


def origin_shapes(sheet: Sheet, origins: Sequence[Origin]) -> list[Shape]:
    """A disc at each place that a pixel was read from, larger and brighter with its weight."""
    shapes: list[Shape] = []
    heaviest = max((origin.weight for origin in origins), default=1.0)
    for origin in reversed(origins):  # the heaviest on top
        thumb = sheet.find(origin.tier, origin.frame)
        if thumb is None:
            continue
        x, y = thumb.spot(origin.x, origin.y, sheet.frame)
        share = origin.weight / heaviest
        radius = 2.5 + 5.5 * share**0.5
        red, green, blue = UNCERTAINTY[round(255 * share)].tolist()
        shapes += [Disc(x, y, radius + 1.5, _HALO), Disc(x, y, radius, (red, green, blue))]
    return shapes


def place_shapes(sheet: Sheet, thumb: Thumb, grid: Grid, at: tuple[float, float]) -> list[Shape]:
    """The outline of one place of a frame, around its pixel."""
    corners = np.array([thumb.spot(x, y, sheet.frame) for x, y in corners_of(grid, at)])
    return outline(corners)


def corners_of(grid: Grid, at: tuple[float, float]) -> list[tuple[float, float]]:
    """The corners of the place that a pixel lies in, in pixels of the frame."""
    x, y = grid.centre(grid.place(*at))
    (left, top), (right, bottom) = (
        grid.fit.from_working(*(p + sign * grid.stride / 2 for p in grid.fit.to_working(x, y)))
        for sign in (-1, 1)
    )
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def outline(corners: np.ndarray) -> list[Shape]:
    """A small rectangle and a ring around it, where a person points."""
    x, y = corners.mean(0).tolist()
    lines = [Line(corners, colour, width, closed=True) for colour, width in _POINTED]
    return [*lines, *(Disc(x, y, _RING, colour, width) for colour, width in _POINTED)]


def _most_read(
    frames: Sequence[HeldFrame], read: Mapping[int, float], count: int
) -> list[HeldFrame]:
    """At most so many frames, those that are read most, in order of time."""
    most = sorted(frames, key=lambda held: -read[held.frame])[:count]
    return sorted(most, key=lambda held: held.frame)


def _head(tier: TierView, read: float, shown: int) -> str:
    count = len(tier.frames)
    frames = f"{count} frame{'s' * (count != 1)}"
    if shown < count:
        frames = f"{shown} of {frames}, those read most"
    return f"{tier.name} memory   {frames}   {tier.megabytes:.2f} MB   {read:.0%} read"
