"""Masks as polygons for YOLO segmentation: a data set with images, labels and names."""

import json
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float, Int

from vostoolkit.arrays import Size
from vostoolkit.data.export import write_whole
from vostoolkit.data.formats import Clip, Shot, write_image
from vostoolkit.geometry import Mask

_FEWEST = 3


class YoloFolder:
    """A writer of ``images/00037.jpg``, ``labels/00037.txt`` and ``data.yaml``.

    Each line of a label file is one object: its class, and x and y of each corner as shares of the
    frame's sides. Objects of one name are one class.
    """

    def __init__(self, folder: Path, clip: Clip) -> None:
        self._folder = folder
        self._clip = clip
        self._classes: dict[str, int] = {}

    def take(self, shot: Shot) -> None:
        """Nothing; writes picture and polygons of one frame."""
        write_image(self._folder / "images", shot)
        lines: list[str] = []
        for object_id, mask in shot.objects:
            corners = polygon(mask)
            if len(corners) >= _FEWEST:
                name = self._clip.name(object_id)
                number = self._classes.setdefault(name, len(self._classes))
                lines.append(_line(number, corners, self._clip.size))
        text = "".join(f"{line}\n" for line in lines)
        write_whole(self._folder / "labels" / f"{shot.index:05d}.txt", text.encode())

    def close(self) -> None:
        """Nothing; writes the names."""
        names = "".join(
            f"  {number}: {json.dumps(name, ensure_ascii=False)}\n"
            for name, number in self._classes.items()
        )
        text = f"path: .\ntrain: images\nval: images\nnames:\n{names}"
        write_whole(self._folder / "data.yaml", text.encode())


def polygon(mask: Mask) -> Int[np.ndarray, "n 2"]:
    """One closed outline ``(x, y)`` of a mask, through the centres of its edge pixels.

    Parts and holes hang together by lines of no width, because a line of the format is one
    polygon; filled, with its edge, it gives the mask back. Parts of one or two corners are left out
    where there are others.
    """
    found, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    rings = sorted((np.asarray(ring)[:, 0] for ring in found), key=len, reverse=True)
    rings = [ring for ring in rings if len(ring) >= _FEWEST] or rings[:1]
    if not rings:
        return np.zeros((0, 2), np.int64)
    whole = rings[0]
    for ring in rings[1:]:
        whole = _joined(whole, ring)
    return whole.astype(np.int64)


def _joined(whole: Int[np.ndarray, "n 2"], ring: Int[np.ndarray, "m 2"]) -> Int[np.ndarray, "k 2"]:
    """Two outlines as one: there and back over the shortest way from corner to corner."""
    apart = np.abs(whole[:, None] - ring[None]).sum(-1)
    here, there = np.unravel_index(int(apart.argmin()), apart.shape)
    loop = np.roll(ring, -int(there), axis=0)
    return np.concatenate([whole[: here + 1], loop, loop[:1], whole[here:]])


def _line(number: int, corners: Int[np.ndarray, "n 2"], size: Size) -> str:
    shares: Float[np.ndarray, "n 2"] = (corners + 0.5) / np.array([size.width, size.height])
    return f"{number} " + " ".join(f"{value:.6f}" for value in shares.ravel().tolist())
