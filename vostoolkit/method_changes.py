"""How one method differs from another, as text and files, so that kept work goes on with it."""

import copy
import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias, cast

import torch
from torch import nn

from vostoolkit.errors import SessionError

Changes: TypeAlias = Mapping[str, Any]
"""By field: a number, text, the name of a file with a network's weights, or changes of a stage."""


def changes_between(before: Any, after: Any, folder: Path) -> dict[str, Any]:
    """The fields of a method that are others than before; weights of networks go to the folder.

    Raises:
        SessionError: another class of method or stage, or a field that isn't plain.
    """
    if type(before) is not type(after):
        raise SessionError(
            f"{type(after).__name__} in place of {type(before).__name__} can't be kept in {folder}:"
            " numbers of stages and weights of networks can; keep this run in a folder of its own"
        )
    found: dict[str, Any] = {}
    for name in _given(after):
        old, new = getattr(before, name), getattr(after, name)
        if old is new or (_is_plain(new) and old == new):
            continue
        if _is_plain(new):
            found[name] = new
        elif isinstance(new, nn.Module) and type(old) is type(new):
            found[name] = _written(new, folder)
        elif is_dataclass(new):
            if inner := changes_between(old, new, folder):
                found[name] = inner
        else:
            raise SessionError(
                f"another {name} of {type(after).__name__}, {type(new).__name__}, can't be kept in "
                f"{folder}: numbers of stages and weights of networks can; keep this run in a "
                "folder of its own"
            )
    return found


def with_changes(method: Any, changes: Changes, folder: Path) -> Any:
    """The method, or stage, with what `changes_between` found.

    Raises:
        SessionError: it has no such field, or weights are missing or don't fit.
    """
    if unknown := [name for name in changes if name not in _given(method)]:
        raise SessionError(
            f"the work in {folder} changed {', '.join(unknown)}, which {type(method).__name__} "
            "doesn't have: give the method that it was begun with"
        )
    changed = {name: _taken(getattr(method, name), changes[name], folder) for name in changes}
    return replace(method, **changed)


def _taken(old: Any, change: Any, folder: Path) -> Any:
    if isinstance(old, nn.Module):
        network = copy.deepcopy(old)
        try:
            network.load_state_dict(torch.load(folder / str(change), weights_only=True))
        except (OSError, RuntimeError) as error:
            raise SessionError(
                f"the network that was adapted in {folder} can't be read ({error}): give the "
                "method that it was begun with"
            ) from error
        return network
    return with_changes(old, cast(Changes, change), folder) if is_dataclass(old) else change


def _written(network: nn.Module, folder: Path) -> str:
    """The name of a file with a network's weights; the same for the same weights."""
    stream = io.BytesIO()
    torch.save({name: value.cpu() for name, value in network.state_dict().items()}, stream)
    name = f"network-{hashlib.sha256(stream.getvalue()).hexdigest()[:12]}.pt"
    if not (folder / name).is_file():
        temporary = folder / f"{name}.tmp"
        temporary.write_bytes(stream.getvalue())
        temporary.replace(folder / name)
    return name


def _given(stage: Any) -> Iterable[str]:
    """The fields that a stage is made from."""
    return [field.name for field in fields(stage) if field.init]


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | float | str)
