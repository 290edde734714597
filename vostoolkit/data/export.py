"""Files that a run leaves behind, each whole or not there at all: masks, trace, summary."""

import contextlib
import io
import json
import math
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import pandas as pd
from PIL import Image as Pillow

from vostoolkit.arrays import Labels
from vostoolkit.colours import DAVIS


def write_whole(path: Path, content: bytes) -> None:
    """Nothing; the file holds the content, or what it held before if this is interrupted."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()


def palette_png(labels: Labels) -> bytes:
    """The labels as a palette PNG in the colours of DAVIS; pixel values are object ids."""
    picture = Pillow.fromarray(labels, mode="P")
    picture.putpalette(DAVIS.tobytes())
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


def write_labels(folder: Path, frame: int, labels: Labels) -> Path:
    """The mask file written for one frame, ``00037.png``."""
    path = folder / f"{frame:05d}.png"
    write_whole(path, palette_png(labels))
    return path


def write_trace(path: Path, rows: pd.DataFrame) -> None:
    """Nothing; the rows are in a CSV file."""
    write_whole(path, rows.to_csv(index=False).encode())


def write_summary(path: Path, summary: Mapping[str, object]) -> None:
    """Nothing; the summary is in a JSON file, with null for what isn't a finite number."""
    text = json.dumps(_finite(summary), indent=2, ensure_ascii=False, allow_nan=False)
    write_whole(path, f"{text}\n".encode())


def _finite(value: object) -> object:
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        inner = cast(Mapping[str, object], value)
        return {key: _finite(item) for key, item in inner.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_finite(item) for item in cast(Sequence[object], value)]
    return value
