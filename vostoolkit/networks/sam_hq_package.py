"""Imports segment-anything-hq without torchvision and timm, which a CPU-only machine may not load.

The package needs eight of their functions, and torchvision fails to import beside a torch built
without CUDA. So these eight are given here, and put in the packages' place while it is imported,
not longer.
"""

import importlib
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, UInt8
from PIL import Image
from torch import Tensor, nn

_PACKAGE = "segment_anything_hq"
_REPLACED = ("torchvision", "timm")
_lock = threading.Lock()


def load_package() -> Any:
    """The module ``segment_anything_hq``.

    Raises:
        ImportError: it isn't installed.
    """
    with _lock:
        if _PACKAGE in sys.modules:
            return sys.modules[_PACKAGE]
        with _in_their_place():
            try:
                return importlib.import_module(_PACKAGE)
            except ModuleNotFoundError as error:
                raise ImportError(
                    f"SAM-HQ needs {error.name}: pip install segment-anything-hq==0.3"
                ) from error


@contextmanager
def _in_their_place() -> Generator[None]:
    """Our functions as torchvision and timm; before and after, what was there."""

    def theirs() -> dict[str, ModuleType]:
        return {n: m for n, m in sys.modules.items() if n.partition(".")[0] in _REPLACED}

    before = theirs()
    for name in before:
        del sys.modules[name]
    sys.modules.update(_modules())
    try:
        yield
    finally:
        for name in theirs():
            del sys.modules[name]
        sys.modules.update(before)


def _modules() -> dict[str, ModuleType]:
    functions: dict[str, tuple[Callable[..., Any], ...]] = {
        "torchvision.transforms.functional": (resize, to_pil_image),
        "torchvision.ops.boxes": (batched_nms, box_area),
        "timm.models.layers": (DropPath, to_2tuple, trunc_normal_),
        "timm.models.registry": (register_model,),
    }
    modules: dict[str, ModuleType] = {}
    for path, members in functions.items():
        parts = path.split(".")
        for end in range(1, len(parts) + 1):
            name = ".".join(parts[:end])
            if name not in modules:
                modules[name] = ModuleType(name)
                modules[name].__path__ = []
        for member in members:
            setattr(modules[path], member.__name__, member)
    return modules


def resize(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The picture at a size (height, width), bilinear and antialiased."""
    return picture.resize((size[1], size[0]), Image.Resampling.BILINEAR)


def to_pil_image(picture: UInt8[np.ndarray, "h w 3"]) -> Image.Image:
    """The array as a PIL picture."""
    return Image.fromarray(picture)


def box_area(boxes: Float[Tensor, "n 4"]) -> Float[Tensor, " n"]:
    """Areas of boxes (left, top, right, bottom)."""
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def batched_nms(boxes: Tensor, scores: Tensor, idxs: Tensor, iou_threshold: float) -> Tensor:
    """Indices of the boxes, best first, that no better box of their class overlaps too much."""
    order = scores.argsort(descending=True)
    kept: list[int] = []
    area = box_area(boxes)
    for index in order.tolist():
        rivals = torch.as_tensor(kept, dtype=torch.long, device=boxes.device)
        rivals = rivals[idxs[rivals] == idxs[index]]
        low = torch.maximum(boxes[rivals, :2], boxes[index, :2])
        high = torch.minimum(boxes[rivals, 2:], boxes[index, 2:])
        shared = (high - low).clamp_min(0).prod(-1)
        if not bool((shared > iou_threshold * (area[rivals] + area[index] - shared)).any()):
            kept.append(index)
    return torch.as_tensor(kept, dtype=torch.long, device=boxes.device)


class DropPath(nn.Module):
    """Leaves out a whole residual branch for a random share of a batch, in training only."""

    def __init__(self, drop_prob: float | None = None) -> None:
        super().__init__()
        self.drop_prob = drop_prob

    def forward(self, x: Tensor) -> Tensor:
        """The branch, or zeros for the samples that are dropped."""
        if not self.drop_prob or not self.training:
            return x
        shape = (x.shape[0],) + (1,) * (x.ndim - 1)
        return (
            x
            * torch.empty(shape, device=x.device).bernoulli_(1 - self.drop_prob)
            / (1 - self.drop_prob)
        )


def to_2tuple(value: Any) -> tuple[Any, Any]:
    """A pair of the value, or the value itself if it is a pair."""
    return tuple(value) if isinstance(value, list | tuple) else (value, value)


def trunc_normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0) -> Tensor:
    """The tensor, filled with normal numbers within two units of 0."""
    return nn.init.trunc_normal_(tensor, mean, std)


def register_model(build: Callable[..., Any]) -> Callable[..., Any]:
    """The function itself; no list of models is kept."""
    return build
