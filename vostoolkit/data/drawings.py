"""Masks made elsewhere, as prompts: from a PNG, a NumPy file or an array."""

import io
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Bool, UInt8
from PIL import Image as Pillow
from PIL import UnidentifiedImageError

from vostoolkit.arrays import MAX_OBJECT_ID, ObjectId, Size, check_object_id
from vostoolkit.colours import DAVIS
from vostoolkit.errors import PromptError
from vostoolkit.prompts import Drawing

Source: TypeAlias = str | Path | bytes | np.ndarray
"""A file by its path, its content, or an array."""

_NUMPY = b"\x93NUMPY"
_OFF_AND_ON = {0, 255}


def read_drawings(
    source: Source, *, frame: int, size: Size, object_id: ObjectId = 1
) -> tuple[Drawing, ...]:
    """A drawing of each object in a mask file or array, for ``session.answer(*drawings)``.

    Pixels hold object ids, as in palette PNGs and label arrays, or the colours of DAVIS. A mask of
    one object (booleans, or only 0 and 255) is that of ``object_id``.

    Raises:
        PromptError: no such file, another size than the frame's, no objects, or pixels that are
            none of these.

    Example:
        >>> session.answer(*read_drawings("00037.png", frame=37, size=session.video.size))
    """
    check_object_id(object_id)
    labels = _labels(_pixels(source), object_id)
    if labels.shape != tuple(size):
        raise PromptError(
            f"a mask of {labels.shape[1]}x{labels.shape[0]} pixels for frames of "
            f"{size.width}x{size.height}: give one of the frames' size, scaled without smoothing"
        )
    found = [int(o) for o in np.unique(labels) if o]
    if not found:
        raise PromptError("a mask without objects: to say that one is gone, give Absent")
    return tuple(Drawing(frame, o, labels == o) for o in found)


def _pixels(source: Source) -> np.ndarray:
    if isinstance(source, np.ndarray):
        return source
    try:
        content = source if isinstance(source, bytes) else Path(source).read_bytes()
    except OSError as error:
        raise PromptError(f"no mask at {source}: {error.strerror}") from error
    try:
        if content.startswith(_NUMPY):
            return np.load(io.BytesIO(content), allow_pickle=False)
        with Pillow.open(io.BytesIO(content)) as picture:
            is_plain = picture.mode in ("P", "L", "1") or picture.mode.startswith("I")
            return np.asarray(picture if is_plain else picture.convert("RGB"))
    except (UnidentifiedImageError, ValueError, OSError) as error:
        name = "the file" if isinstance(source, bytes) else str(source)
        raise PromptError(f"{name} is no picture and no array: give a PNG or .npy file") from error


def _labels(pixels: np.ndarray, object_id: ObjectId) -> UInt8[np.ndarray, "h w"]:
    if pixels.ndim == 3 and pixels.shape[2] == 3 and pixels.dtype == np.uint8:
        return _of_colours(pixels)
    if pixels.ndim != 2 or pixels.dtype.kind not in "bui":
        raise PromptError(
            f"a mask of shape {pixels.shape} and type {pixels.dtype}: give whole numbers or "
            "booleans [height, width]"
        )
    if pixels.dtype == np.bool_ or set(np.unique(pixels).tolist()) == _OFF_AND_ON:
        return _one(pixels != 0, object_id)
    least, most = int(pixels.min()), int(pixels.max())
    if least < 0 or most > MAX_OBJECT_ID:
        raise PromptError(
            f"a mask with pixels from {least} to {most}: objects are numbered from 1 to "
            f"{MAX_OBJECT_ID}, and 0 is the background"
        )
    return pixels.astype(np.uint8)


def _of_colours(pixels: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w"]:
    """The ids whose DAVIS colours these are."""
    codes, palette = _code(pixels), _code(DAVIS)
    order = np.argsort(palette)
    place = np.searchsorted(palette, codes, sorter=order).clip(max=MAX_OBJECT_ID)
    ids = order[place].astype(np.uint8)
    strange = palette[ids] != codes
    if strange.any():
        red, green, blue = (int(value) for value in pixels[strange][0])
        raise PromptError(
            f"a colour picture with ({red}, {green}, {blue}), which is no object's colour: give "
            "object ids as pixel values (a palette or grey PNG), or the colours of DAVIS"
        )
    return ids


def _code(colours: Any) -> np.ndarray:
    wide = np.asarray(colours).astype(np.int64)
    return (wide[..., 0] << 16) | (wide[..., 1] << 8) | wide[..., 2]


def _one(mask: Bool[np.ndarray, "h w"], object_id: ObjectId) -> UInt8[np.ndarray, "h w"]:
    return np.where(mask, object_id, 0).astype(np.uint8)
