"""What a frame looks like as bytes for the browser and as a picture; NumPy, OpenCV, Pillow only."""

import io

import cv2
import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image as PillowImage

from vostoolkit.arrays import Image, Labels, ObjectId, Size
from vostoolkit.colours import OKABE_ITO, UNCERTAINTY, Palette

LARGEST = Size(720, 960)
"""Pictures sent to the browser are no larger than this: a canvas has no more pixels."""

MAP_SIDE = 240
"""The longer side of an uncertainty map sent to the browser, at most."""

_JPEG_QUALITY = 85


def shown_size(size: Size, largest: Size = LARGEST) -> Size:
    """The size at which a frame of this size is sent: its own, or the largest of its shape."""
    scale = min(1.0, largest.height / size.height, largest.width / size.width)
    return Size(max(1, round(size.height * scale)), max(1, round(size.width * scale)))


def map_size(size: Size) -> Size:
    """The size at which an uncertainty map is sent: a whole fraction, a quarter at 480p."""
    factor = max(1, -(-max(size) // MAP_SIDE))
    return Size(max(1, size.height // factor), max(1, size.width // factor))


def frame_jpeg(image: Image, largest: Size = LARGEST) -> bytes:
    """A frame as JPEG, no larger than it is shown."""
    size = shown_size(Size(*image.shape[:2]), largest)
    if image.shape[:2] != tuple(size):
        image = np.asarray(cv2.resize(image, size[::-1], interpolation=cv2.INTER_AREA))
    buffer = io.BytesIO()
    PillowImage.fromarray(image).save(buffer, "jpeg", quality=_JPEG_QUALITY, subsampling=0)
    return buffer.getvalue()


def labels_png(labels: Labels, palette: Palette = OKABE_ITO, largest: Size = LARGEST) -> bytes:
    """Labels as a palette PNG, no larger than shown: objects opaque, the background clear."""
    alpha = np.where(np.arange(256) > 0, 255, 0).astype(np.uint8)
    return _palette_png(_as_shown(labels, largest), palette, alpha=alpha)


def entropy_png(entropy: Float[np.ndarray, "h w"]) -> bytes:
    """An uncertainty map in [0, 1] as a small palette PNG: what is sure is clear.

    Each of its pixels is the mean of those it stands for.
    """
    size = map_size(Size(*entropy.shape))
    small = cv2.resize(entropy.astype(np.float32), size[::-1], interpolation=cv2.INTER_AREA)
    index = _eight_bits(np.asarray(small))
    return _palette_png(index, UNCERTAINTY, alpha=_map_alpha())


def outlines(
    labels: Labels, largest: Size = LARGEST
) -> dict[ObjectId, list[Float[np.ndarray, "n 2"]]]:
    """The closed outlines of each object, through the centres of its edge pixels as shown.

    In pixels of the labels, also where they are shown smaller.
    """
    small = _as_shown(labels, largest)
    scale = np.array(labels.shape[::-1]) / small.shape[::-1]
    found: dict[ObjectId, list[np.ndarray]] = {}
    for object_id in np.flatnonzero(np.bincount(small.ravel(), minlength=2)[1:]) + 1:
        region = (small == object_id).astype(np.uint8)
        contours, _ = cv2.findContours(region, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
        found[int(object_id)] = [(np.asarray(c)[:, 0] + 0.5) * scale - 0.5 for c in contours]
    return found


def composed(
    image: Image,
    labels: Labels | None = None,
    entropy: Float[np.ndarray, "h w"] | None = None,
    *,
    mask_opacity: float = 0.35,
    map_opacity: float = 0.0,
    palette: Palette = OKABE_ITO,
) -> Image:
    """The frame with masks and uncertainty over it, as the canvas shows them."""
    covers: list[tuple[np.ndarray, Palette, np.ndarray]] = []
    if labels is not None:
        covers.append((labels, palette, mask_opacity * (np.arange(256) > 0)))
    if entropy is not None and map_opacity:
        covers.append((_eight_bits(entropy), UNCERTAINTY, (map_opacity / 255) * _map_alpha()))
    covered = np.zeros(image.shape[:2], np.uint8)
    for index, _, weights in covers:
        covered |= np.asarray(cv2.LUT(index, (weights > 0).astype(np.uint8)), np.uint8)
    at, out = np.flatnonzero(covered), image.copy()
    own = out.reshape(-1, 3)[at].astype(np.float32)
    for index, colours, weights in covers:
        chosen = index.ravel()[at]
        own += weights[chosen][:, None] * (colours[chosen] - own)
    out.reshape(-1, 3)[at] = np.round(own).astype(np.uint8)
    return out


def small_png(image: Image, width: int = 720) -> bytes:
    """A picture as PNG of at most this width and 256 colours, to stay small in a notebook."""
    picture = PillowImage.fromarray(image)
    if picture.width > width:
        height = max(1, round(picture.height * width / picture.width))
        picture = picture.resize((width, height), PillowImage.Resampling.BOX)
    buffer = io.BytesIO()
    picture.quantize(256, PillowImage.Quantize.FASTOCTREE).save(buffer, "png", optimize=True)
    return buffer.getvalue()


def _as_shown(labels: Labels, largest: Size) -> UInt8[np.ndarray, "shown_h shown_w"]:
    """Labels no larger than they are shown."""
    size = shown_size(Size(*labels.shape), largest)
    if labels.shape == tuple(size):
        return labels
    return np.asarray(cv2.resize(labels, size[::-1], interpolation=cv2.INTER_NEAREST), np.uint8)


def _map_alpha() -> UInt8[np.ndarray, "256"]:
    """How opaque each uncertainty is: clear up to a tenth, full from 0.6 on."""
    return _eight_bits(2 * (np.linspace(0, 1, 256) - 0.1))


def _eight_bits(values: Float[np.ndarray, "..."]) -> UInt8[np.ndarray, "..."]:
    """Values in [0, 1] as 0 to 255; others are clipped."""
    return np.round(np.clip(values, 0, 1) * 255).astype(np.uint8)


def _palette_png(
    index: UInt8[np.ndarray, "h w"],
    palette: UInt8[np.ndarray, "256 3"],
    *,
    alpha: UInt8[np.ndarray, "256"],
) -> bytes:
    picture = PillowImage.frombytes(
        "P", (index.shape[1], index.shape[0]), np.ascontiguousarray(index).tobytes()
    )
    picture.putpalette(palette.tobytes())
    buffer = io.BytesIO()
    picture.save(buffer, "png", transparency=alpha.tobytes(), compress_level=1)
    return buffer.getvalue()
