"""Pictures of a memory: what its tiers hold, what a step kept and dropped, who reads a place."""

from collections.abc import Sequence

import numpy as np
import torch

from vostoolkit.arrays import Image, Size
from vostoolkit.colours import UNCERTAINTY, colour_of
from vostoolkit.errors import VostoolkitError
from vostoolkit.pictures.layout import (
    Picture,
    blank,
    column,
    framed,
    grid,
    row,
    titled,
    with_legend,
    with_scale,
)
from vostoolkit.pictures.stages import ADDED, REMOVED, picture
from vostoolkit.pictures.view import View, coloured, grey, ringed, tinted, whole
from vostoolkit.pictures.words import words
from vostoolkit.results import ImageOf
from vostoolkit.stages.memory_view import HeldFrame, MemoryChange, MemoryView, TierView
from vostoolkit.stages.xmem_view import Affinity, Grid

_THUMBNAIL = Size(110, 180)
_PANEL = Size(260, 420)
_MOST_FRAMES = 12
_COLUMNS = 6
_GROUND = (150, 150, 156)


@picture.register
def _(result: MemoryView, image: Image | None = None) -> Picture:
    return framed(column([_tier(tier, result.grid, result.image_of) for tier in result.tiers]))


@picture.register
def _(result: MemoryChange, image: Image | None = None) -> Picture:
    kept, evicted = ({held.frame: held for held in s} for s in (result.kept, result.evicted))
    panels: list[Picture] = []
    for frame in sorted({*result.compressed, *kept, *evicted})[-_MOST_FRAMES:]:
        view, panel = _thumbnail(frame, result.grid, result.image_of)
        for colour, held in ((ADDED, kept.get(frame)), (REMOVED, evicted.get(frame))):
            if held is not None:
                panel = tinted(panel, _places(held.held, result.grid, view) > 0.5, colour, 0.6)
        panels.append(titled(panel, f"frame {frame}"))
    legend = {"kept as a prototype": ADDED, "evicted": REMOVED}
    return framed(with_legend(grid(panels, _COLUMNS), legend))


@picture.register
def _(result: Affinity, image: Image | None = None) -> Picture:
    view = whole(Size(*result.weight.shape), _PANEL)
    left = _frame(result.memory_frame, result.image_of, view)
    left = ringed(view.image(left), view.point(result.x, result.y))
    ground = _frame(result.frame, result.image_of, view) if image is None else image
    weight = view.map(result.weight.cpu().numpy())
    top = max(float(result.weight.max()), 1e-3)
    right = _heated(grey(view.image(ground)), weight, top)
    right = with_scale(right, UNCERTAINTY, "0", f"{top:.2f} of what a pixel reads")
    titles = (f"{result.tier}, frame {result.memory_frame}", f"frame {result.frame} reads it")
    return framed(row([titled(left, titles[0]), titled(right, titles[1])], ["arrow"]))


@words.register
def _(result: MemoryView) -> tuple[str, ...]:
    lines = [f"{_described(tier)}: frames {_listed(tier.frames)}" for tier in result.tiers]
    return (*lines, f"together {result.megabytes:.1f} MB")


@words.register
def _(result: MemoryChange) -> tuple[str, ...]:
    kept, evicted = (sum(int(h.held.sum()) for h in held) for held in (result.kept, result.evicted))
    frames = ", ".join(map(str, result.compressed)) or "none"
    return (
        f"objects {', '.join(map(str, result.objects))}: frames {frames} left working memory",
        f"{kept} of their places became prototypes, {evicted} older ones were evicted",
    )


@words.register
def _(result: Affinity) -> tuple[str, ...]:
    place = f"({result.x:.0f}, {result.y:.0f}) of frame {result.memory_frame}"
    if not result.found:
        return (f"{result.tier} memory doesn't hold {place}",)
    readers = int((result.weight > 0).sum())
    return (f"object {result.object_id}: {readers:,} pixels read {place} in {result.tier} memory",)


def _tier(tier: TierView, places: Grid, image_of: ImageOf | None) -> Picture:
    shown = tier.frames[-_MOST_FRAMES:]
    top = max((float(held.usage.max()) for held in shown), default=0.0)
    panels = [_held(held, places, image_of, top, tier) for held in shown]
    sheet = grid(panels, _COLUMNS)
    if tier.name != "permanent":
        sheet = with_scale(sheet, UNCERTAINTY, "not read", f"read by {top:.2g} places")
    hidden = len(tier.frames) - len(shown)
    more = f", of {len(tier.frames)} frames the last {len(shown)}" if hidden else ""
    return titled(sheet, _described(tier) + more)


def _held(
    held: HeldFrame, places: Grid, image_of: ImageOf | None, top: float, tier: TierView
) -> Picture:
    panel = held_picture(held, tier, places, image_of=image_of, top=top, room=_THUMBNAIL)
    return titled(panel, f"frame {held.frame}: {int(held.held.sum())} places")


def held_picture(
    held: HeldFrame,
    tier: TierView,
    places: Grid,
    *,
    image_of: ImageOf | None,
    top: float,
    room: Size = _THUMBNAIL,
) -> Picture:
    """A frame in grey with the places that a tier holds of it, brighter where they are read more.

    ``top`` is the use that gets the brightest colour. Permanent memory doesn't count its use.
    """
    view = whole(places.fit.size, room)
    panel = grey(view.image(_frame(held.frame, image_of, view)))
    inside = _places(held.held, places, view) > 0.5
    if tier.name == "permanent":
        return tinted(panel, inside, colour_of(tier.objects[0]), 0.35)
    heat = _heated(panel, _places(held.usage, places, view), top)
    return np.where(inside[..., None], heat, panel)


def _heated(ground: Picture, values: np.ndarray, top: float) -> Picture:
    """Values over a ground, the more visible the larger they are."""
    share = np.clip(values / top if top > 0 else values * 0, 0, 1)[..., None]
    visible = 0.25 + 0.65 * share
    heat = coloured(values, UNCERTAINTY, top)
    return np.round((1 - visible) * ground + visible * heat).astype(np.uint8)


def _thumbnail(frame: int, places: Grid, image_of: ImageOf | None) -> tuple[View, Picture]:
    view = whole(places.fit.size, _THUMBNAIL)
    return view, grey(view.image(_frame(frame, image_of, view)))


def _frame(frame: int, image_of: ImageOf | None, view: View) -> Image:
    try:
        image = None if image_of is None else image_of(frame)
    except VostoolkitError:  # a live stream has forgotten it
        image = None
    return blank(view.height, view.width, _GROUND) if image is None else image


def _places(values: torch.Tensor, places: Grid, view: View) -> np.ndarray:
    return view.map(places.on_frame(values.float().flatten()).numpy())


def _described(tier: TierView) -> str:
    objects = f"object{'s' * (len(tier.objects) > 1)} {', '.join(map(str, tier.objects))}"
    return f"{tier.name}, {objects}: {tier.elements:,} elements, {tier.megabytes:.2f} MB"


def _listed(frames: Sequence[HeldFrame]) -> str:
    return ", ".join(str(held.frame) for held in frames)
