"""Predicted masks on disk beside the true ones: one sequence, or a tree of them as in DAVIS."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vostoolkit.arrays import Labels, Size
from vostoolkit.data.folder import GroundTruth, open_masks
from vostoolkit.errors import VideoError
from vostoolkit.video.folder import MASK_FOLDER

_INSIDE = ("masks", MASK_FOLDER)
_SIZES = ("480p", "Full-Resolution")

_LAYOUTS = (
    "Give either two folders of PNG files, or a folder of sequences (NAME/00000.png ...) and one "
    f"with the same names, such as DAVIS, its {MASK_FOLDER}/480p, or NAME/{MASK_FOLDER}/00000.png"
)


@dataclass(frozen=True)
class SequencePair:
    """The predicted and the true masks of one sequence."""

    name: str
    predictions: GroundTruth
    truth: GroundTruth

    def __len__(self) -> int:
        return len(self.truth.frames)

    def labels(self) -> Iterator[tuple[int, Labels, Labels]]:
        """Of each frame that has a true mask its number, predicted and true labels, one by one.

        Files belong together if their names have the same number.

        Raises:
            VideoError: a mask can't be read, or has another size than the first.
        """
        for frame in self.truth.frames:
            ours, theirs = self.predictions.labels(frame), self.truth.labels(frame)
            if ours is not None and theirs is not None:  # both have a file
                yield frame, ours, theirs


def paired(
    predictions: str | Path, truth: str | Path, sequences: Sequence[str] | None = None
) -> tuple[SequencePair, ...]:
    """The sequences that both folders hold; all that are predicted if none are named.

    Raises:
        VideoError: no masks there, or other pictures; a predicted sequence without ground truth, or
            one that is named but not predicted; frames that aren't predicted, or in another size.
    """
    ours, theirs = Path(predictions).expanduser(), Path(truth).expanduser()
    for folder in (ours, theirs):
        if not folder.is_dir():
            raise VideoError(f"there is no folder {folder}. {_LAYOUTS}")
    if sequences is None and (masks := _masks_of(ours)):
        name = ours.resolve().name
        return (_pair(name, masks, _truth_of(theirs, name)),)
    found = {folder.name: masks for folder in _folders(ours) if (masks := _masks_of(folder))}
    names = sorted(found) if sequences is None else list(dict.fromkeys(sequences))
    if not names:
        raise VideoError(f"{ours} holds no masks. {_LAYOUTS}")
    if missing := [name for name in names if name not in found]:
        raise VideoError(
            f"{ours} holds no masks of the sequence {missing[0]} (and {len(missing) - 1} more): "
            "predict it, or leave it out of the names"
        )
    return tuple(_pair(name, found[name], _truth_in(theirs, name)) for name in names)


def _pair(name: str, ours: Path, theirs: Path) -> SequencePair:
    """The masks of two folders, once it's sure that they can be compared."""
    predicted, truth = _opened(ours), _opened(theirs)
    if missing := [frame for frame in truth.frames if frame not in predicted.files]:
        raise VideoError(
            f"{ours} holds no mask of frame {missing[0]} (and {len(missing) - 1} more), but the "
            f"ground truth {theirs} does: predict all of its frames"
        )
    if predicted.size != truth.size:
        raise VideoError(
            f"the masks in {ours} are {_shown(predicted.size)}, those in {theirs} "
            f"{_shown(truth.size)}: bring the predictions to the truth's size, with "
            "nearest-neighbour sampling"
        )
    return SequencePair(name, predicted, truth)


def _opened(folder: Path) -> GroundTruth:
    try:
        return open_masks(folder)
    except VideoError as error:
        raise VideoError(f"{folder} isn't a folder of masks: {error}. {_LAYOUTS}") from error


def _shown(size: Size) -> str:
    return f"{size.width}x{size.height}"


def _truth_of(folder: Path, name: str) -> Path:
    """The true masks of a single sequence: the folder's own, or those of that name in it."""
    return _masks_of(folder) or _truth_in(folder, name)


def _truth_in(folder: Path, name: str) -> Path:
    roots = [folder, folder / MASK_FOLDER, *(folder / MASK_FOLDER / size for size in _SIZES)]
    for root in roots:
        if masks := _masks_of(root / name):
            return masks
    raise VideoError(f"{folder} holds no true masks of the sequence {name}. {_LAYOUTS}")


def _masks_of(folder: Path) -> Path | None:
    """The folder itself, its ``masks`` or its ``Annotations``: where there are PNG files."""
    places = [folder, *(folder / inside for inside in _INSIDE)]
    return next((place for place in places if any(place.glob("*.png"))), None)


def _folders(folder: Path) -> list[Path]:
    return sorted(inner for inner in folder.iterdir() if inner.is_dir())
