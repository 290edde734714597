"""A result as plain HTML with its picture inside, for the last line of a notebook cell."""

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from PIL import Image as PillowImage

from vostoolkit.arrays import Image
from vostoolkit.errors import VostoolkitError
from vostoolkit.pictures.layout import Picture
from vostoolkit.pictures.stages import picture
from vostoolkit.pictures.words import words
from vostoolkit.results import Checkpoint, Request, StageResult

LARGEST_BYTES = 110_000
"""A picture is stored as JPEG where a PNG would be larger; as base64 it then stays under 150 KB."""

_QUALITIES = (90, 80, 70, 55, 40)
_FIGURE = "margin:4px 0;max-width:100%;font:14px/1.5 system-ui,sans-serif"
_IMG = "max-width:100%;height:auto;display:block;border-radius:3px"


def result_html(result: StageResult | Request | Checkpoint, image: Image | None = None) -> str:
    """HTML with the result's picture and words; the same for the same result, so no timings.

    Without ``image`` it is drawn on the frame that the session can still show, else on grey.
    """
    image = _frame_of(result) if image is None else image
    name = _name(result)
    lines = words(result)
    body = "".join(f"<div>{escape(line)}</div>" for line in lines)
    return (
        f'<figure style="{_FIGURE}"><figcaption><b>{name}</b> · frame {result.frame}</figcaption>'
        f"{img(picture(result, image), alt=f'{name}: ' + '; '.join(lines))}{body}</figure>"
    )


@dataclass(frozen=True)
class Shown:
    """HTML that a notebook shows as the last line of a cell."""

    html: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return "a picture"


def show(what: StageResult | Request | Checkpoint | Picture, image: Image | None = None) -> Shown:
    """A picture, or a result over the frame's ``image``, as the last line of a cell.

    A result of a session draws itself; this is for one that was computed by hand.
    """
    if isinstance(what, StageResult | Request | Checkpoint):
        return Shown(result_html(what, image))
    return Shown(f'<figure style="{_FIGURE}">{img(what)}</figure>')


def facts(title: str, values: Mapping[str, object]) -> Shown:
    """Names and values as a small table, as the last line of a cell; numbers are rounded."""
    cell = "padding:2px 16px 2px 0;text-align:left"
    rows = "".join(
        f'<tr><td style="{cell}">{escape(name)}</td><td style="{cell}">{_short(value)}</td></tr>'
        for name, value in values.items()
    )
    caption = f"<figcaption><b>{escape(title)}</b></figcaption>"
    return Shown(f'<figure style="{_FIGURE}">{caption}<table>{rows}</table></figure>')


def img(image: Picture, alt: str = "") -> str:
    """An ``<img>`` with the picture inside it."""
    kind, data = encoded(image)
    source = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
    width = image.shape[1]
    return f'<img width="{width}" style="{_IMG}" alt="{escape(alt)}" src="{source}">'


def encoded(image: Picture, largest: int = LARGEST_BYTES) -> tuple[str, bytes]:
    """The picture as ``("png", …)``, or as ``("jpeg", …)`` where PNG takes more than ``largest``.

    The JPEG's quality falls until it fits, down to 40.
    """
    source = PillowImage.fromarray(image)
    buffer = io.BytesIO()
    source.save(buffer, "png", optimize=True)
    if buffer.tell() <= largest:
        return "png", buffer.getvalue()
    for quality in _QUALITIES:
        buffer = io.BytesIO()
        source.save(buffer, "jpeg", quality=quality, subsampling=0)
        if buffer.tell() <= largest:
            break
    return "jpeg", buffer.getvalue()


def _short(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else escape(str(value))


def _frame_of(result: StageResult | Request | Checkpoint) -> Image | None:
    try:
        return None if result.image_of is None else result.image_of(result.frame)
    except VostoolkitError:  # a live stream has forgotten it, or the file is gone
        return None


def _name(result: StageResult | Request | Checkpoint) -> str:
    """The class name as words: ``PseudoClick`` is "Pseudo click"."""
    if isinstance(result, Checkpoint):
        return "Masks"
    name = type(result).__name__
    spaced = "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()
    return spaced.capitalize()
