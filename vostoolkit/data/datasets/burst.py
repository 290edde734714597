"""BURST: frames in folders by source, run-length masks of all clips in one JSON file."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from vostoolkit.arrays import Labels, Size
from vostoolkit.data.datasets.dataset import Clip, Dataset
from vostoolkit.data.run_length import decoded
from vostoolkit.errors import VideoError
from vostoolkit.video.folder import VideoFolder

SPLITS = ("val", "test", "train")
_FILES = ("all_classes.json", "{split}.json")


def open_burst(root: Path, split: str | None) -> Dataset:
    """BURST in a folder with ``annotations/`` and ``frames/``.

    Clips are named ``SOURCE/SEQUENCE``. Objects get the ids 1, 2, … in the order of their tracks;
    where two overlap, the later one is on top.

    Raises:
        VideoError: the folder isn't laid out like this, or there is no such split.
    """
    chosen = split or SPLITS[0]
    if chosen not in SPLITS:
        raise VideoError(f"burst has no split {chosen!r}: it has {', '.join(SPLITS)}")
    places = [
        root / folder / name.format(split=chosen)
        for folder in (f"annotations/{chosen}", "annotations", chosen)
        for name in _FILES
    ]
    file = next((place for place in places if place.is_file()), None)
    if file is None:
        raise VideoError(
            f"{root} isn't burst: expected its masks in one of {', '.join(map(str, places))}"
        )
    sequences = json.loads(file.read_text(encoding="utf-8"))["sequences"]
    return Dataset("burst", {_name(s): partial(_clip, root, chosen, s) for s in sequences})


def _name(sequence: dict[str, Any]) -> str:
    return f"{sequence['dataset']}/{sequence['seq_name']}"


def _clip(root: Path, split: str, sequence: dict[str, Any]) -> Clip:
    name = _name(sequence)
    folders = [root / "frames" / split / name, root / "frames" / name]
    folder = next((f for f in folders if f.is_dir()), None)
    if folder is None:
        raise VideoError(f"no frames of {name}: expected {' or '.join(map(str, folders))}")
    video = VideoFolder(folder, float(sequence.get("fps", 6)))
    numbers = [video.number_of[Path(p).stem] for p in sequence["annotated_image_paths"]]
    masks = dict(zip(numbers, sequence["segmentations"], strict=True))
    tracks = sorted({int(track) for found in masks.values() for track in found})
    size = Size(int(sequence["height"]), int(sequence["width"]))

    def truth(frame: int) -> Labels | None:
        if frame not in masks:
            return None
        labels = np.zeros(size, np.uint8)
        for track, held in sorted(masks[frame].items(), key=lambda item: int(item[0])):
            labels[decoded(held["rle"], size)] = tracks.index(int(track)) + 1
        return labels

    return Clip("burst", name, video, truth)
