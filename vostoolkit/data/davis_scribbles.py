"""Scribble files of DAVIS's interactive challenge, as people drew them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from vostoolkit.arrays import Size
from vostoolkit.errors import PromptError
from vostoolkit.prompts import Scribble
from vostoolkit.strokes import Stroke, to_scribble


@dataclass(frozen=True)
class ScribbleFile:
    """The strokes on a sequence, by frame, and how long they took to draw."""

    sequence: str
    strokes: Mapping[int, tuple[Stroke, ...]]
    seconds: Mapping[int, float]

    def prompts(self, frame: int, size: Size) -> tuple[Scribble, ...]:
        """The strokes on one frame of this size, each on the object that it is a part of."""
        return tuple(
            to_scribble(stroke, size, frame, stroke.label)
            for stroke in self.strokes.get(frame, ())
            if stroke.label
        )


def read_scribbles(file: str | Path) -> ScribbleFile:
    """The strokes in a file such as ``Scribbles/bear/001.json``.

    Seconds are from the first stroke's start to the last one's end in a frame; 0 where the file
    holds no times.

    Raises:
        PromptError: not such a file.
    """
    try:
        held: dict[str, Any] = json.loads(Path(file).read_text())
        frames = {frame: lines for frame, lines in enumerate(held["scribbles"]) if lines}
        strokes = {frame: tuple(map(_stroke, lines)) for frame, lines in frames.items()}
        seconds = {frame: _seconds(lines) for frame, lines in frames.items()}
        sequence = str(held["sequence"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PromptError(
            f"{file} is no file of scribbles ({type(error).__name__}: {error}): give one of DAVIS's"
            ' interactive challenge, JSON with "sequence", and in "scribbles" a list for each frame'
        ) from error
    return ScribbleFile(sequence, MappingProxyType(strokes), MappingProxyType(seconds))


def _stroke(line: Mapping[str, Any]) -> Stroke:
    return Stroke(int(line["object_id"]), np.array(line["path"], np.float64).reshape(-1, 2))


def _seconds(lines: list[Mapping[str, Any]]) -> float:
    """The times are in milliseconds."""
    starts = [line.get("start_time", 0) for line in lines]
    ends = [line.get("end_time", 0) for line in lines]
    return (max(ends) - min(starts)) / 1000
