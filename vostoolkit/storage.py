"""A session on disk: prompts and numbers as JSON, labels as PNG, the state as plain tensors."""

import dataclasses
import importlib
import json
import os
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import numpy as np
import torch

from vostoolkit import prompts as prompt_types
from vostoolkit.answers import Answers
from vostoolkit.appearance import Appearance
from vostoolkit.arrays import Size
from vostoolkit.checkpoints import Cursor, Saved
from vostoolkit.errors import SessionError
from vostoolkit.frames import Video
from vostoolkit.prompts import Drawing, Local, Prompt
from vostoolkit.records import Row
from vostoolkit.runner import Runner
from vostoolkit.trace import Trace, decode_labels, encode_labels

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
        _write(folder / "labels" / f"{frame:06d}.png", png)
    for stale in folder.glob("labels/*.png"):
        if int(stale.stem) not in trace.pictures:
            stale.unlink()
    place = runner.cursor.place if runner.in_rounds else runner.cursor.place - 1
    saved = runner.store.nearest(Cursor(place, sys.maxsize))
    types = _save_state(folder / "state.pt", (saved, runner.origin))
    index = {
        "version": _VERSION,
        **_described(runner),
        "cursor": asdict(runner.cursor),
        "answers": answers_to_json(runner.answers),
        "types": types,
        "rows": [asdict(row) for rows in trace.rows.values() for row in rows],
        "rounds": trace.rounds,
        "appearance": appearance.to_json(),
    }
    _write(folder / "session.json", json.dumps(index).encode())
    return folder


def load(folder: Path, runner: Runner) -> Stored:
    """What a folder holds.

    Raises:
        SessionError: no session there, one that another version wrote, or one of another method or
            video than the runner's.
    """
    path = folder / "session.json"
    if not path.is_file():
        raise SessionError(f"no session in {folder}: expected {path.name} as session.save() writes")
    index = json.loads(path.read_text())
    if index["version"] != _VERSION:
        raise SessionError(
            f"{path} has format {index['version']}, this version reads {_VERSION}: "
            "open it with the version that wrote it"
        )
    for what, given in _described(runner).items():
        if index[what] != given:
            raise SessionError(
                f"{path} belongs to another {what}, {index[what]}; this one is {given}: "
                f"give the {what} that it was saved with"
            )
    saved, origin = _load_state(folder / "state.pt", index["types"])
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


def _described(runner: Runner) -> dict[str, str]:
    """What a saved run must be continued with, in words."""
    video, method = runner.video, type(runner.method)
    length = f"{len(video)} frames" if isinstance(video, Video) else "a stream"
    return {
        "video": f"{length} of {video.size.width}x{video.size.height} pixels",
        "method": f"{method.__module__}.{method.__qualname__}",
    }


def answers_to_json(answers: Answers) -> dict[str, Any]:
    """Prompts by frame or round as plain lists; drawings as PNG in hexadecimal."""
    return {
        str(frame): [[_prompt_to_json(prompt) for prompt in group] for group in groups]
        for frame, groups in answers.groups.items()
    }


def answers_from_json(data: dict[str, Any]) -> Answers:
    """The prompts again."""
    groups = {
        int(frame): tuple(tuple(_prompt_from_json(p) for p in group) for group in groups)
        for frame, groups in data.items()
    }
    return Answers(MappingProxyType(groups))


def _prompt_to_json(prompt: Prompt) -> dict[str, Any]:
    values = {f.name: getattr(prompt, f.name) for f in dataclasses.fields(prompt)}
    if isinstance(prompt, Drawing):
        values["mask"] = encode_labels(prompt.mask.astype(np.uint8)).hex()
    if isinstance(prompt, Local):
        values["mark"] = _prompt_to_json(prompt.mark)
    values = {name: _plain(value) for name, value in values.items()}
    return {"type": type(prompt).__name__, **values}


def _plain(value: Any) -> Any:
    """The value with numpy's numbers as Python's own."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in cast(Iterable[Any], value)]
    return value


def _prompt_from_json(data: dict[str, Any]) -> Prompt:
    values = {key: value for key, value in data.items() if key != "type"}
    if "mask" in values:
        values["mask"] = decode_labels(bytes.fromhex(values["mask"])).astype(np.bool_)
    for name in {"points", "region"} & values.keys():
        values[name] = tuple((x, y) for x, y in values[name])
    if "mark" in values:
        values["mark"] = _prompt_from_json(values["mark"])
    return getattr(prompt_types, data["type"])(**values)


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
