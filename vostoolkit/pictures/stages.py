"""One picture per result, over its frame where the image is given."""

from collections.abc import Mapping, Sequence
from functools import singledispatch

import numpy as np
from jaxtyping import Bool
from torch import Tensor

from vostoolkit.arrays import Image, ObjectId, Size
from vostoolkit.colours import UNCERTAINTY, Palette, Rgb, colour_of
from vostoolkit.masks import Masks
from vostoolkit.pictures.bars import memory_bars, zones
from vostoolkit.pictures.layout import (
    Picture,
    blank,
    framed,
    row,
    titled,
    with_legend,
    with_scale,
)
from vostoolkit.pictures.view import (
    View,
    around,
    coloured,
    grey,
    marked,
    outlined,
    ringed,
    segmented,
    tinted,
    whole,
)
from vostoolkit.prompts import Box, Click, Local, Prompt, Scribble
from vostoolkit.results import (
    Checkpoint,
    Decision,
    MemoryUpdate,
    Propagation,
    PseudoClick,
    Refinement,
    Request,
    StageResult,
    Uncertainty,
)

ADDED: Rgb = (0, 114, 178)
"""What a refinement added; blue and orange are told apart by everybody."""

REMOVED: Rgb = (230, 159, 0)
"""What a refinement took away."""

_GROUND: Rgb = (150, 150, 156)
_ROOM = {1: Size(280, 560), 2: Size(240, 440), 3: Size(220, 340), 4: Size(190, 262)}
_MOST_OBJECTS = 3
_SMALLEST_TOP = 1e-3


@singledispatch
def picture(result: StageResult | Request | Checkpoint, image: Image | None = None) -> Picture:
    """The picture of a result, cropped to what matters; RGB, its size follows from its content.

    Without ``image``, the frame it belongs to, masks and maps are drawn on grey. A new result class
    registers its own picture: ``@picture.register``.

    Raises:
        TypeError: a class of result that no picture is registered for.
    """
    raise TypeError(
        f"no picture for {type(result).__name__}: register one with @vostoolkit.pictures.picture"
        ".register"
    )


@picture.register
def _(result: Propagation, image: Image | None = None) -> Picture:
    masks, image = result.masks, _ground(image, result.masks.size)
    room = _ROOM[1 + min(len(masks.objects), _MOST_OBJECTS)]
    view = around(masks.size, _regions(masks), room)
    panels = [titled(segmented(view.image(image), masks, view), f"frame {result.frame}")]
    pixels = np.bincount(masks.labels().ravel(), minlength=256)
    largest = sorted(masks.objects, key=lambda o: -pixels[o])[:_MOST_OBJECTS]
    for object_id in sorted(largest, key=masks.objects.index):
        palette = _ramp(colour_of(object_id))
        values = view.map(_array(masks.of(object_id)))
        panel = with_scale(coloured(values, palette, 1), palette, "0", "1")
        panels.append(titled(panel, f"probability of object {object_id}"))
    return framed(row(panels))


@picture.register
def _(result: Uncertainty, image: Image | None = None) -> Picture:
    masks, image = result.masks, _ground(image, result.masks.size)
    regions = {o: _array(region) for o, region in result.regions.items()}
    view = around(masks.size, regions.values(), _ROOM[2])
    frame = titled(segmented(view.image(image), masks, view), f"frame {result.frame}")
    return framed(row([frame, _entropy_panel(result, regions, view)]))


@picture.register
def _(result: Decision, image: Image | None = None) -> Picture:
    return framed(zones(result))


@picture.register
def _(result: PseudoClick, image: Image | None = None) -> Picture:
    region = _array(result.region)
    image = _ground(image, Size(*region.shape))
    view = around(Size(*region.shape), [region], _ROOM[4])
    at = view.point(result.click.x, result.click.y)

    def field(values: Tensor, top: float, title: str, high: str) -> Picture:
        panel = coloured(view.map(_array(values)), UNCERTAINTY, top)
        panel[~view.mask(region)] //= 3  # no click can fall there
        panel = outlined(panel, view.mask(region), (255, 255, 255), dashed=True)
        ring = ringed(panel, at) if title == "product" else panel
        return titled(with_scale(ring, UNCERTAINTY, "0", high), title)

    farthest = float(result.distance[result.region].max()) if region.any() else 0.0
    highest = float(result.product.max())
    frame = outlined(view.image(image), view.mask(region), colour_of(result.click.object_id))
    return framed(
        row(
            [
                field(result.distance, farthest, "distance", f"{farthest:.0f} px"),
                field(result.weight, 1, "confidence", "1"),
                field(result.product, highest, "product", f"{highest:.1f}"),
                titled(marked(frame, [result.click], view), "click"),
            ],
            ["times", "equals", "arrow"],
        )
    )


@picture.register
def _(result: Refinement, image: Image | None = None) -> Picture:
    before, after = _array(result.before) > 0.5, _array(result.after) > 0.5
    size = Size(*before.shape)
    image = _ground(image, size)
    view = around(size, [before, after, _near(result.prompts, size)], _ROOM[4])
    ground, colour = view.image(image), colour_of(result.object_id)

    def shown(mask: Bool[np.ndarray, "h w"]) -> Picture:
        return outlined(tinted(ground, view.mask(mask), colour), view.mask(mask), colour)

    change = tinted(grey(ground), view.mask(after & ~before), ADDED, 0.75)
    change = tinted(change, view.mask(before & ~after), REMOVED, 0.75)
    return framed(
        row(
            [
                titled(shown(before), "before"),
                titled(marked(ground, result.prompts, view), _given(result)),
                titled(shown(after), "after"),
                titled(with_legend(change, {"added": ADDED, "removed": REMOVED}), "change"),
            ],
            [None, "arrow", None],
        )
    )


@picture.register
def _(result: MemoryUpdate, image: Image | None = None) -> Picture:
    return framed(memory_bars(result))


@picture.register
def _(result: Checkpoint, image: Image | None = None) -> Picture:
    image = _ground(image, result.masks.size)
    view = whole(result.masks.size, _ROOM[1])
    panel = segmented(view.image(image), result.masks, view)
    return framed(titled(panel, f"frame {result.frame}"))


@picture.register
def _(result: Request, image: Image | None = None) -> Picture:
    masks = result.masks
    if masks is None:
        size = Size(240, 320) if image is None else Size(*image.shape[:2])
        return framed(whole(size, _ROOM[1]).image(_ground(image, size)))
    image = _ground(image, masks.size)
    chosen = [result.object_id] if result.object_id in masks.objects else masks.objects
    uncertainty = result.uncertainty
    regions = {o: _array(uncertainty.regions[o]) for o in chosen} if uncertainty else {}
    view = around(masks.size, [*_regions(masks, chosen), *regions.values()], _ROOM[2])
    panels = [titled(segmented(view.image(image), masks, view), f"frame {result.frame}")]
    if uncertainty is not None:
        panels.append(_entropy_panel(uncertainty, regions, view))
    return framed(row(panels))


def _ground(image: Image | None, size: Size) -> Image:
    """The image, or grey where there is none.

    Raises:
        ValueError: an image of another size than the result's maps.
    """
    if image is None:
        return blank(*size, _GROUND)
    if image.shape[:2] != tuple(size):
        raise ValueError(
            f"an image of {image.shape[1]}x{image.shape[0]} pixels for a result of "
            f"{size.width}x{size.height}: give the image of the result's own frame"
        )
    return image


def _entropy_panel(
    result: Uncertainty, regions: Mapping[ObjectId, Bool[np.ndarray, "h w"]], view: View
) -> Picture:
    """The map; the scale of a measure that rarely comes near 1 ends at its largest value here."""
    values = view.map(_array(result.entropy))
    top = 1.0 if "entropy" in result.measure else max(float(values.max()), _SMALLEST_TOP)
    panel = coloured(values, UNCERTAINTY, top)
    for object_id, region in regions.items():
        panel = outlined(panel, view.mask(region), colour_of(object_id), dashed=True)
    return titled(with_scale(panel, UNCERTAINTY, "0 sure", f"{top:.2g} unsure"), result.measure)


def _regions(masks: Masks, objects: Sequence[ObjectId] | None = None) -> list[np.ndarray]:
    return [_array(masks.region(o)) for o in (masks.objects if objects is None else objects)]


def _near(prompts: Sequence[Prompt], size: Size) -> Bool[np.ndarray, "h w"]:
    """The pixels of point prompts, so that a crop never leaves one out."""
    near = np.zeros(tuple(size), np.bool_)
    points: list[tuple[float, float]] = []
    for prompt in prompts:
        match prompt:
            case Click(x=x, y=y):
                points.append((x, y))
            case Scribble(points=line):
                points.extend(line)
            case Box(left=left, top=top, right=right, bottom=bottom):
                points += [(left, top), (right, bottom)]
            case Local(region=region):
                points.extend(region)
            case _:
                pass
    for x, y in points:
        near[min(max(round(y), 0), size.height - 1), min(max(round(x), 0), size.width - 1)] = True
    return near


def _given(result: Refinement) -> str:
    marks = (prompt.mark if isinstance(prompt, Local) else prompt for prompt in result.prompts)
    kinds = {type(mark).__name__.lower() for mark in marks}
    what = kinds.pop() if len(kinds) == 1 else "prompts"
    return f"{'pseudo-' if result.by == 'pseudo' else ''}{what}"


def _ramp(colour: Rgb) -> Palette:
    """From near-black to a colour."""
    steps = np.linspace(0, 1, 256)[:, None]
    return np.round((1 - steps) * np.array((22, 22, 26)) + steps * np.array(colour)).astype(
        np.uint8
    )


def _array(tensor: Tensor) -> np.ndarray:
    return tensor.detach().cpu().numpy()
