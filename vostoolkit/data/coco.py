"""Masks as COCO stores them: one JSON file with a run-length text for each object of each frame."""

import json
from pathlib import Path

import cv2
import numpy as np

from vostoolkit.arrays import ObjectId
from vostoolkit.data.export import write_whole
from vostoolkit.data.formats import Clip, Shot
from vostoolkit.data.run_length import encoded
from vostoolkit.geometry import Mask


class CocoFile:
    """A writer of ``coco.json``.

    An image for each frame, also of those without objects; its file is where the format *images*
    puts it. Objects of one name are one category; an annotation's ``track_id`` is its object's id,
    the same in all frames.
    """

    def __init__(self, path: Path, clip: Clip) -> None:
        self._path = path
        self._clip = clip
        self._images: list[dict[str, object]] = []
        self._annotations: list[dict[str, object]] = []
        self._categories: dict[str, int] = {}

    def take(self, shot: Shot) -> None:
        """Nothing; takes in one frame."""
        image_id = len(self._images) + 1
        self._images.append(
            {
                "id": image_id,
                "file_name": f"images/{shot.index:05d}.jpg",
                "width": self._clip.size.width,
                "height": self._clip.size.height,
                "frame": shot.index,
            }
        )
        for object_id, mask in shot.objects:
            self._annotations.append(self._annotation(image_id, object_id, mask))

    def close(self) -> None:
        """Nothing; writes the file."""
        names = self._categories.items()
        whole = {
            "info": {"description": "masks made with vostoolkit"},
            "images": self._images,
            "categories": [{"id": number, "name": name} for name, number in names],
            "annotations": self._annotations,
        }
        write_whole(self._path, json.dumps(whole, ensure_ascii=False).encode())

    def _annotation(self, image_id: int, object_id: ObjectId, mask: Mask) -> dict[str, object]:
        name = self._clip.name(object_id)
        return {
            "id": len(self._annotations) + 1,
            "image_id": image_id,
            "category_id": self._categories.setdefault(name, len(self._categories) + 1),
            "track_id": object_id,
            "segmentation": {"size": [*mask.shape], "counts": encoded(mask)},
            "area": int(np.count_nonzero(mask)),
            "bbox": list(cv2.boundingRect(mask.astype(np.uint8))),
            "iscrowd": 0,
        }
