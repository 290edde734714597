"""Opening a data set by its name."""

from functools import partial
from pathlib import Path

from vostoolkit.data.datasets.burst import open_burst
from vostoolkit.data.datasets.dataset import Clip, Dataset
from vostoolkit.data.datasets.layouts import LAYOUTS, open_layout
from vostoolkit.data.synthetic import synthetic_clip
from vostoolkit.errors import VideoError

_SHORT, _LONG = 30, 10
_SIZE = (240, 320)

DATASETS: tuple[str, ...] = ("synthetic", *LAYOUTS, "burst")
"""The names that `open_dataset` knows."""


def open_dataset(name: str, root: str | Path | None = None, *, split: str | None = None) -> Dataset:
    """A data set by name, in a folder that you downloaded.

    ``synthetic`` needs no folder: 30 clips of 60 frames and 10 of 620, drawn from seeds that no
    training ever uses, with one to four objects, look-alikes, occlusion and disappearance.
    ``folder`` is any folder of clips laid out as DAVIS is. ``split`` is the validation split if it
    isn't named.

    Raises:
        VideoError: no such data set or split, or a folder that isn't laid out like it.
    """
    if name == "synthetic":
        return _synthetic()
    if name not in DATASETS:
        raise VideoError(f"no data set {name!r}: there are {', '.join(DATASETS)}")
    if root is None:
        raise VideoError(f"{name} has to be downloaded: give the folder that it is in")
    folder = Path(root).expanduser()
    if not folder.is_dir():
        raise VideoError(f"no folder {folder}: give the one that {name} is in")
    if name == "burst":
        return open_burst(folder, split)
    return open_layout(name, LAYOUTS[name], folder, split)


def _synthetic() -> Dataset:
    short = {f"short-{number:02d}": (500_000 + number, 60) for number in range(_SHORT)}
    long = {f"long-{number:02d}": (510_000 + number, 620) for number in range(_LONG)}
    named = {**short, **long}
    return Dataset(
        "synthetic", {n: partial(_synthetic_clip, n, *plan) for n, plan in named.items()}
    )


def _synthetic_clip(name: str, seed: int, frames: int) -> Clip:
    clip = synthetic_clip(seed, frames=frames, size=_SIZE, objects=1 + seed % 4)
    return Clip("synthetic", name, clip.video, clip.labels)
