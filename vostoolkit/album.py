"""The masks of many frames in little room: what a run in rounds goes on from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
import torch

from vostoolkit.arrays import Labels, ObjectId, Size
from vostoolkit.masks import Masks
from vostoolkit.trace import decode_labels, encode_labels

_STEPS = 65535
_FAST = (cv2.IMWRITE_PNG_COMPRESSION, 1)


@dataclass(frozen=True, eq=False)
class Page:
    """One frame's masks: its labels as PNG, and each object's probability in 65,536 steps."""

    objects: tuple[ObjectId, ...]
    labels: bytes
    soft: bytes


@dataclass(frozen=True, eq=False)
class Album:
    """Masks by frame; a value. What comes out may differ from what was put in by 1 / 131,070."""

    pages: Mapping[int, Page] = field(default_factory=dict[int, Page])

    def __repr__(self) -> str:
        return f"Album({len(self.pages)} frames)"

    @property
    def pictures(self) -> dict[int, bytes]:
        """The labels of each frame, as PNG."""
        return {frame: page.labels for frame, page in self.pages.items()}

    def added(self, frame: int, masks: Masks) -> "Album":
        """These and a frame's masks, which replace those it had."""
        return Album({**self.pages, frame: _page(masks)})

    def masks(self, frame: int, device: torch.device | str = "cpu") -> Masks | None:
        """The masks of a frame; None if it has none."""
        page = self.pages.get(frame)
        if page is None:
            return None
        coded = np.asarray(cv2.imdecode(np.frombuffer(page.soft, np.uint8), cv2.IMREAD_UNCHANGED))
        own = torch.from_numpy(coded.astype(np.float32) / _STEPS).to(device)
        own = own.reshape(len(page.objects), -1, own.shape[1])
        return Masks(torch.cat([(1 - own.sum(0, keepdim=True)).clamp_min(0), own]), page.objects)

    def labels(self, frame: int, size: Size) -> Labels:
        """The labels of a frame; all background if it has no masks."""
        page = self.pages.get(frame)
        return np.zeros(size, np.uint8) if page is None else decode_labels(page.labels)


def _page(masks: Masks) -> Page:
    own = (masks.pmf[1:].clamp(0, 1) * _STEPS).round().cpu().numpy().astype(np.uint16)
    soft = cv2.imencode(".png", own.reshape(-1, own.shape[2]), _FAST)[1].tobytes()
    return Page(masks.objects, encode_labels(masks.labels()), soft)
