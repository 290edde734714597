"""Exports a run's masks in formats that other programs read, all of it or nothing."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from vostoolkit.data.coco import CocoFile
from vostoolkit.data.footage import Footage, footage_of
from vostoolkit.data.formats import (
    Clip,
    Film,
    Pictures,
    Shot,
    Writer,
    write_arrays,
    write_cutouts,
    write_image,
    write_palette,
    write_soft,
)
from vostoolkit.data.yolo import YoloFolder
from vostoolkit.errors import ExportError
from vostoolkit.session import Session


@dataclass(frozen=True)
class Format:
    """A way to write masks: in words, the file or folder it makes, and its writer.

    ``is_soft`` formats write probabilities, ``has_images`` ones the frames' pictures.
    """

    summary: str
    output: str
    writer: Callable[[Path, Clip], Writer]
    is_soft: bool = False
    has_images: bool = False


def _pictures(write: Callable[[Path, Shot], None]) -> Callable[[Path, Clip], Writer]:
    return lambda path, clip: Pictures(path, write)


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "palette": Format("palette PNG, as DAVIS has them", "masks", _pictures(write_palette)),
        "coco": Format("COCO: one JSON file, run lengths", "coco.json", CocoFile),
        "yolo": Format("YOLO segmentation: polygons", "yolo", YoloFolder, has_images=True),
        "soft": Format("probabilities, 16-bit PNG", "soft", _pictures(write_soft), is_soft=True),
        "npz": Format("probabilities, NumPy", "arrays", _pictures(write_arrays), is_soft=True),
        "cutouts": Format(
            "cut-outs, RGBA PNG", "cutouts", _pictures(write_cutouts), has_images=True
        ),
        "images": Format("the frames, JPEG", "images", _pictures(write_image), has_images=True),
        "overlay": Format("a film with the masks, mp4", "overlay.mp4", Film, has_images=True),
    }
)


@dataclass(frozen=True)
class Progress:
    """How far something is: what is being done, how much of it, and for how long yet."""

    doing: str
    done: int
    total: int
    seconds_left: float | None = None

    def __str__(self) -> str:
        left = "" if self.seconds_left is None else f", {self.seconds_left:.0f} s more"
        return f"{self.doing}: {self.done} of {self.total}{left}"


def existing(folder: Path, formats: Iterable[str]) -> tuple[str, ...]:
    """What the formats would write and is in the folder already."""
    outputs = [FORMATS[name].output for name in formats]
    return tuple(output for output in outputs if (folder / output).exists())


def are_soft(formats: Iterable[str]) -> bool:
    """Whether any of them needs probabilities."""
    return any(name in FORMATS and FORMATS[name].is_soft for name in formats)


def check_formats(formats: Sequence[str]) -> None:
    """Nothing, if there is at least one format, and all are known.

    Raises:
        ExportError: otherwise.
    """
    known = ", ".join(FORMATS)
    if not formats:
        raise ExportError(f"no format to export in: give some of {known}")
    if unknown := [name for name in formats if name not in FORMATS]:
        raise ExportError(f"no format {unknown[0]!r}: there are {known}")


def exporting(
    footage: Footage, folder: Path, formats: Sequence[str], *, overwrite: bool = False
) -> Generator[Progress]:
    """Exports while it is gone through, and says after each frame how far it is.

    The outputs appear in the end, all of them; whoever stops before leaves what was there.

    Raises:
        ExportError: at once, where there is nothing to export, an output is there already and
            ``overwrite`` is False, or the footage lacks what a format needs; later, where the
            folder can't be written to.
    """
    check_formats(formats)
    if not footage.count:
        raise ExportError("nothing to export: no frame is finished; session.run() finishes some")
    for name in formats:
        if FORMATS[name].is_soft and not footage.is_soft:
            raise ExportError(
                f"{name} needs probabilities, and these are labels: export it from a "
                "session, in Python or the Explorer"
            )
        if FORMATS[name].has_images and not footage.has_images:
            raise ExportError(f"{name} needs the frames: give the video too")
    if not overwrite and (there := existing(folder, formats)):
        raise ExportError(
            f"{folder} holds {' and '.join(there)} already: give another folder, or allow it to be "
            "replaced (overwrite)"
        )
    return _steps(footage, folder, formats)


def export(
    session: Session,
    folder: str | Path,
    formats: Sequence[str] = ("palette",),
    *,
    overwrite: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> Path:
    """The folder, with a session's finished masks in the formats asked for; see `FORMATS`.

    Objects with one name in ``session.appearance`` are one kind of thing. ``progress`` is told
    after each frame; what it raises stops the export and leaves nothing behind.

    Raises:
        ExportError: as `exporting` does.

    Example:
        >>> session.appearance = session.appearance.named(1, "fly").named(2, "fly")
        >>> export(session, "out/flies", ["coco", "overlay"])
    """
    folder = Path(folder).expanduser()
    footage = footage_of(session, is_soft=are_soft(formats))
    for step in exporting(footage, folder, formats, overwrite=overwrite):
        if progress is not None:
            progress(step)
    return folder


def _steps(footage: Footage, folder: Path, formats: Sequence[str]) -> Generator[Progress]:
    unfinished = folder / f".unfinished-{os.getpid()}-{threading.get_ident()}"
    try:
        unfinished.mkdir(parents=True)
        yield from _written(footage, unfinished, formats)
        for output in (FORMATS[name].output for name in formats):
            _put(unfinished / output, folder / output)
    except OSError as error:
        raise ExportError(
            f"{folder} can't be written to ({error.strerror or error}): give another folder"
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _written(footage: Footage, folder: Path, formats: Sequence[str]) -> Generator[Progress]:
    doing, start = f"writing {', '.join(formats)}", time.monotonic()
    yield Progress(doing, 0, footage.count)
    with ExitStack() as stack:
        writers = [
            FORMATS[name].writer(folder / FORMATS[name].output, footage.clip) for name in formats
        ]
        for writer in writers:
            stack.enter_context(closing(writer))
        for done, shot in enumerate(footage.shots, 1):
            for writer in writers:
                writer.take(shot)
            left = (footage.count - done) * (time.monotonic() - start) / done
            yield Progress(doing, done, footage.count, left)


def _put(new: Path, place: Path) -> None:
    """Nothing; what is new is in its place, and what was there is gone."""
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    if new.exists():
        new.replace(place)
