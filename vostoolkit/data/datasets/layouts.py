"""Data sets that are folders of frames and of palette PNG masks, one of each for every clip."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from vostoolkit.arrays import Labels
from vostoolkit.data.datasets.dataset import Clip, Dataset
from vostoolkit.data.folder import VOID, open_masks
from vostoolkit.errors import VideoError
from vostoolkit.video.folder import VideoFolder, in_order


@dataclass(frozen=True)
class Layout:
    """Where a data set keeps things; ``{split}`` and ``{clip}`` stand for their names.

    ``frames`` and ``masks`` are folders, tried in turn. ``lists`` are files with the clips' names:
    a text file with one a line (or a path with it), or a JSON file with a table ``videos``. Without
    any of them the clips are those that have a folder of frames. ``scribbles`` is the folder of a
    clip's scribble files, if the data set has any.
    """

    frames: Sequence[str]
    masks: Sequence[str]
    lists: Sequence[str] = ()
    splits: Sequence[str] = ()
    fps: float = 25.0
    void: int | None = VOID
    is_one_object: bool = False
    scribbles: str = ""


_SPLIT_FRAMES = ("{split}/JPEGImages/{clip}", "JPEGImages/{clip}")
_SPLIT_MASKS = ("{split}/Annotations/{clip}", "Annotations/{clip}")

LAYOUTS: dict[str, Layout] = {
    "davis2016": Layout(
        ("JPEGImages/480p/{clip}",),
        ("Annotations/480p/{clip}",),
        ("ImageSets/2016/{split}.txt", "ImageSets/480p/{split}.txt"),
        ("val", "train", "trainval"),
        fps=24,
        void=None,
        is_one_object=True,
    ),
    "davis2017": Layout(
        ("JPEGImages/480p/{clip}",),
        ("Annotations/480p/{clip}",),
        ("ImageSets/2017/{split}.txt",),
        ("val", "train", "test-dev", "test-challenge"),
        fps=24,
        scribbles="Scribbles/{clip}",
    ),
    "youtube-vos": Layout(
        _SPLIT_FRAMES,
        _SPLIT_MASKS,
        lists=("{split}/meta.json",),
        splits=("valid", "train", "test", "valid_all_frames"),
        fps=6,
    ),
    "lvos-v1": Layout(
        _SPLIT_FRAMES,
        _SPLIT_MASKS,
        lists=("{split}/{split}_meta.json", "{split}_meta.json"),
        splits=("valid", "train", "test"),
        fps=6,
    ),
    "lvos-v2": Layout(
        _SPLIT_FRAMES,
        _SPLIT_MASKS,
        lists=("{split}/{split}_meta.json", "{split}_meta.json"),
        splits=("valid", "train", "test"),
        fps=6,
    ),
    "mose": Layout(_SPLIT_FRAMES, _SPLIT_MASKS, splits=("valid", "train", "test"), fps=5),
    "pumavos": Layout(
        ("JPEGImages/480p/{clip}", "JPEGImages/{clip}"),
        ("Annotations/480p/{clip}", "Annotations/{clip}"),
        fps=30,
    ),
    "folder": Layout(
        ("JPEGImages/{clip}", "{clip}/JPEGImages"),
        ("Annotations/{clip}", "{clip}/Annotations"),
    ),
}
"""The layouts by the data set's name; ``folder`` is any folder of that kind."""


def open_layout(name: str, layout: Layout, root: Path, split: str | None) -> Dataset:
    """The data set in a folder.

    Raises:
        VideoError: the folder isn't laid out like this, or there is no such split.
    """
    chosen = split or (layout.splits[0] if layout.splits else "")
    if layout.splits and chosen not in layout.splits:
        raise VideoError(f"{name} has no split {chosen!r}: it has {', '.join(layout.splits)}")
    frames = _existing(root, layout.frames, chosen)
    if frames is None:
        raise VideoError(
            f"{root} isn't {name}: expected the frames in one of "
            f"{', '.join(_shown(root, layout.frames, chosen))}; give the folder that holds it"
        )
    names = _listed(root, layout, chosen) or _found(root, frames, chosen)
    if not names:
        raise VideoError(f"{root} holds no clips of {name}: {_shown(root, [frames], chosen)[0]}")
    openers = {clip: partial(_clip, name, layout, root, chosen, clip) for clip in names}
    return Dataset(name, openers)


def _existing(root: Path, patterns: Sequence[str], split: str) -> str | None:
    """The first pattern with anything in its place."""
    return next((p for p in patterns if any(root.glob(p.format(split=split, clip="*")))), None)


def _shown(root: Path, patterns: Sequence[str], split: str) -> list[str]:
    return [str(root / pattern.format(split=split, clip="CLIP")) for pattern in patterns]


def _listed(root: Path, layout: Layout, split: str) -> list[str]:
    """The clips that a list names; none if there is no list."""
    files = [root / pattern.format(split=split) for pattern in layout.lists]
    file = next((f for f in files if f.is_file()), None)
    if file is None:
        if layout.lists and layout.lists[0].endswith(".txt"):
            raise VideoError(f"no list of clips: expected {' or '.join(map(str, files))}")
        return []
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".json":
        return sorted(json.loads(text)["videos"])
    first = (line.split()[0] for line in text.splitlines() if line.strip())
    names = (Path(path).parent.name if path.endswith((".jpg", ".png")) else path for path in first)
    return list(dict.fromkeys(names))


def _found(root: Path, pattern: str, split: str) -> list[str]:
    depth = pattern.split("/").index("{clip}")
    places = in_order(list(root.glob(pattern.format(split=split, clip="*"))))
    return [p.relative_to(root).parts[depth] for p in places if p.is_dir()]


def _clip(name: str, layout: Layout, root: Path, split: str, clip: str) -> Clip:
    folders = [root / pattern.format(split=split, clip=clip) for pattern in layout.frames]
    frames = next((folder for folder in folders if folder.is_dir()), folders[0])
    video = VideoFolder(frames, layout.fps)
    held = [root / pattern.format(split=split, clip=clip) for pattern in layout.masks]
    masks = next((folder for folder in held if folder.is_dir()), None)
    drawn = root / layout.scribbles.format(clip=clip)
    scribbles = tuple(in_order(list(drawn.glob("*.json")))) if layout.scribbles else ()
    truth: Callable[[int], Labels | None] | None = None
    if masks is not None:
        truth = open_masks(masks, video, void=layout.void).labels
        truth = _merged(truth) if layout.is_one_object else truth
    return Clip(name, clip, video, truth, layout.void, scribbles)


def _merged(truth: Callable[[int], Labels | None]) -> Callable[[int], Labels | None]:
    """The truth with all objects as one."""

    def labels(frame: int) -> Labels | None:
        found = truth(frame)
        return None if found is None else (found > 0).astype(np.uint8)

    return labels
