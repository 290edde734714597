"""A session on disk: prompts and numbers as JSON, labels as PNG, the state as plain tensors."""

import dataclasses
import importlib
import json
import os
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch

from vostoolkit.answers import Answers
from vostoolkit.appearance import PLAIN, Appearance
from vostoolkit.arrays import Size
from vostoolkit.checkpoints import Cursor, Saved
from vostoolkit.errors import SessionError
from vostoolkit.frames import Stream, Video
from vostoolkit.prompt_json import answers_from_json, answers_to_json
from vostoolkit.protocols import Method
from vostoolkit.records import Row
from vostoolkit.runner import Runner
from vostoolkit.trace import Rows, Trace

INDEX = "session.json"
"""The file that makes a folder a session's; written last."""

_VERSION = 2
_OWN_PACKAGE = "vostoolkit"
_ARRAYS = (
    np.ndarray,
    np.zeros(0).__reduce__()[0],
    np.dtype,
    *(type(np.dtype(kind)) for kind in (np.uint8, np.bool_, np.float32)),
)
"""What numpy writes pictures and masks with: some states hold the last frame."""


@dataclass(frozen=True, eq=False)
class Stored:
    """What a session's folder holds."""

    answers: Answers
    cursor: Cursor
    saved: Saved | None
    origin: Saved | None
    rows: dict[int, tuple[Row, ...]]
    rounds: dict[int, int]
    pictures: dict[int, bytes]
    appearance: Appearance


def save(folder: Path, trace: Trace, runner: Runner, appearance: Appearance) -> Path:
    """The folder; each file is written whole or not at all, the index last.

    The state is that before the latest finished frame, so that this frame can be looked at and
    corrected as a whole after loading; in rounds it is that of the last checkpoint.
    """
    (folder / "labels").mkdir(parents=True, exist_ok=True)
    for frame, png in trace.pictures.items():
        path = folder / "labels" / f"{frame:06d}.png"
        if not path.is_file() or path.read_bytes() != png:
            _write(path, png)
    before = Cursor(runner.cursor.place - 1, sys.maxsize)
    saved = runner.store.nearest(runner.cursor if runner.in_rounds else before)
    rows, rounds = _known(trace, runner, saved or runner.origin)
    state = folder / f"state-{time.time_ns()}.pt"
    types = _save_state(state, (saved, runner.origin))
    index = {
        "version": _VERSION,
        **described(runner.method, runner.video),
        "state": state.name,
        "cursor": asdict(runner.cursor),
        "answers": answers_to_json(runner.answers),
        "types": types,
        "rows": [asdict(row) for of_frame in rows.values() for row in of_frame],
        "rounds": rounds,
        "appearance": appearance.to_json(),
    }
    _write(folder / INDEX, json.dumps(index).encode())
    for stale in set(folder.glob("state-*")) - {state}:  # a killed save leaves a part of one
        stale.unlink()
    for stale in folder.glob("labels/*.png"):
        if int(stale.stem) not in trace.pictures:
            stale.unlink()
    return folder


def _known(trace: Trace, runner: Runner, saved: Saved | None) -> tuple[Rows, dict[int, int]]:
    """Rows and rounds: in rounds, where a frame is made again, as they were at a saved state."""
    if not runner.in_rounds:
        return trace.rows, trace.rounds
    point = (saved.cursor.place, saved.cursor.visit) if saved else (0, 0)
    return trace.past.get(point, ({}, {}))


def restore(
    folder: Path, trace: Trace, runner: Runner, answers: Answers | None = None
) -> Appearance:
    """What objects look like; the run, which hasn't begun, stands where the saved one stood.

    With other ``answers``, where they change nothing yet: at the saved state, or at the beginning.
    Then a folder without a session will do too.

    Raises:
        SessionError: as `load` does; or a state of other networks than the method's.
    """
    if answers is not None and not (folder / INDEX).is_file():
        runner.answers = answers
        return Appearance()
    stored = load(folder, runner)
    saved = stored.saved
    runner.answers, runner.origin = answers or stored.answers, stored.origin
    is_same = answers_to_json(runner.answers) == answers_to_json(stored.answers)
    if saved is not None and not _fits(saved, stored.answers, runner.answers):
        saved = None
    if saved is not None:
        runner.store.add(saved)
    if runner.in_rounds and (at := stored.saved or stored.origin):
        trace.past[at.cursor.place, at.cursor.visit] = stored.rows, stored.rounds
    try:
        if is_same:
            runner.seek(stored.cursor)
        else:
            runner.go_to(saved or stored.origin)
    except RuntimeError as error:  # what torch says of tensors that don't fit
        raise SessionError(
            f"the state in {folder} doesn't fit this method ({error}): give the one, with the "
            "same networks, that it was saved with"
        ) from error
    if not runner.in_rounds:
        done = runner.cursor.place
        trace.rows = {f: r for f, r in stored.rows.items() if f <= done} | trace.rows
        trace.pictures = {f: p for f, p in stored.pictures.items() if f <= done} | trace.pictures
    return stored.appearance


def saved_appearance(folder: Path) -> Appearance:
    """What objects look like in a saved session; plain where there is none in the folder."""
    path = folder / INDEX
    if not path.is_file():
        return PLAIN
    return Appearance.from_json(json.loads(path.read_text())["appearance"])


def _fits(saved: Saved, before: Answers, now: Answers) -> bool:
    """Whether a state that was reached with some answers would be reached with others too."""
    place, used = saved.cursor.place, 1 + max(saved.used, default=-1)
    old, new = (answers_to_json(some.before(place + 1)) for some in (before, now))
    for own in (old, new):
        own[str(place)] = own.get(str(place), [])[:used]
    return old == new


def load(folder: Path, runner: Runner) -> Stored:
    """What a folder holds.

    Raises:
        SessionError: no session there, one that another version wrote, or one of another method or
            video than the runner's.
    """
    path = folder / INDEX
    if not path.is_file():
        raise SessionError(f"no session in {folder}: expected {path.name} as session.save() writes")
    index = json.loads(path.read_text())
    if index["version"] != _VERSION:
        raise SessionError(
            f"{path} has format {index['version']}, this version reads {_VERSION}: "
            "open it with the version that wrote it"
        )
    check_belongs(path, index, described(runner.method, runner.video))
    saved, origin = _load_state(folder / index["state"], index["types"])
    rows: dict[int, tuple[Row, ...]] = {}
    for row in (Row(**values) for values in index["rows"]):
        rows[row.frame] = (*rows.get(row.frame, ()), row)
    return Stored(
        answers=answers_from_json(index["answers"]),
        cursor=Cursor(**index["cursor"]),
        saved=saved,
        origin=origin,
        rows=rows,
        rounds={int(frame): number for frame, number in index["rounds"].items()},
        pictures={int(p.stem): p.read_bytes() for p in sorted(folder.glob("labels/*.png"))},
        appearance=Appearance.from_json(index["appearance"]),
    )


def described(method: Method, video: Video | Stream) -> dict[str, str]:
    """What a saved run must be continued with, in words."""
    kind = type(method)
    length = f"{len(video)} frames" if isinstance(video, Video) else "a stream"
    return {
        "video": f"{length} of {video.size.width}x{video.size.height} pixels",
        "method": f"{kind.__module__}.{kind.__qualname__}",
    }


def check_belongs(path: Path, saved: Mapping[str, Any], given: Mapping[str, str]) -> None:
    """Nothing, if what was saved belongs to what is given, both as `described`.

    Raises:
        SessionError: it doesn't.
    """
    for what, own in given.items():
        if saved.get(what) != own:
            raise SessionError(
                f"{path} belongs to another {what}, {saved.get(what)}; this one is {own}: "
                f"give the {what} that it was saved with"
            )


def _save_state(path: Path, states: tuple[Saved | None, ...]) -> list[str]:
    """The names of the classes that the states are made of, after writing them."""
    types: set[type] = set()
    _collect_types(states, types)
    temporary = path.with_suffix(".tmp")
    torch.save(states, temporary)
    temporary.replace(path)
    return sorted(f"{t.__module__}:{t.__qualname__}" for t in types)


def _load_state(path: Path, names: list[str]) -> tuple[Saved | None, ...]:
    """The states; only our own classes, named in the index, and arrays are allowed in the file."""
    types: list[Any] = [frozenset, *_ARRAYS]
    for name in names:
        module, _, qualified = name.partition(":")
        if module.partition(".")[0] != _OWN_PACKAGE:
            raise SessionError(f"{path} holds a {name}: only {_OWN_PACKAGE}'s classes are loaded")
        types.append(getattr(importlib.import_module(module), qualified))
    with torch.serialization.safe_globals(types):
        return torch.load(path, weights_only=True)


def _collect_types(value: Any, types: set[type]) -> None:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        types.add(type(value))
        for item in dataclasses.fields(value):
            _collect_types(getattr(value, item.name), types)
    elif isinstance(value, dict):
        for item in cast(dict[Any, Any], value).values():
            _collect_types(item, types)
    elif isinstance(value, list | tuple | frozenset):
        if isinstance(value, Size):
            types.add(Size)
        for item in cast(Iterable[Any], value):
            _collect_types(item, types)


def _write(path: Path, data: bytes) -> None:
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        file.write(data)
        os.fsync(file.fileno())
    temporary.replace(path)
