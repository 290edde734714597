"""Checkpoint files: plain tensors are read, anything else is refused before it can run."""

import pickle
import re
import zipfile
from pathlib import Path
from typing import cast

import torch
from safetensors.torch import load_file  # pyright: ignore[reportUnknownVariableType]
from torch import Tensor

from vostoolkit.errors import WeightsError

_WRAPPERS = ("network", "model", "state_dict")
_PARALLEL = "module."
_PAGES = (b"<!doctype", b"<html", b"<?xml")
_POINTER = b"version https://git-lfs"
_ARCHIVE = b"PK\x03\x04"
_LOOKED_AT = 256


def read_tensors(path: Path) -> dict[str, Tensor]:
    """The tensors by key in a ``.safetensors`` file or a checkpoint of plain tensors, on the CPU.

    A checkpoint may hold them under ``network``, ``model`` or ``state_dict``, beside an optimiser's
    state, and with the prefix ``module.`` that data-parallel training puts before every key.

    Raises:
        WeightsError: not such a file; pickles that hold anything else are refused unread.
    """
    _check_form(path)
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        held: object = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise WeightsError(f"{path} isn't a file of plain tensors: {_refused(error)}") from error
    except Exception as error:
        reason = str(error).partition("\n")[0]
        raise WeightsError(f"{path} isn't a file of plain tensors: {reason}") from error
    return _unwrapped(held, path)


def _check_form(path: Path) -> None:
    """Nothing.

    Raises:
        WeightsError: by its first bytes it's something else, or it's cut off or compressed.
    """
    with path.open("rb") as file:
        start = file.read(_LOOKED_AT).lstrip().lower()
    if start.startswith(_PAGES):
        raise WeightsError(
            f"{path} isn't a file of plain tensors but a web page that was saved under this name: "
            "open the address in a browser and save the file itself"
        )
    if start.startswith(_POINTER):
        raise WeightsError(
            f"{path} isn't a file of plain tensors but a Git LFS pointer to one: fetch the file "
            "itself with `git lfs pull`"
        )
    if not start.startswith(_ARCHIVE.lower()):
        return
    if not zipfile.is_zipfile(path):
        raise WeightsError(f"{path} isn't a file of plain tensors: it's cut off, get it again")
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(entry.file_size for entry in archive.infolist())
    if unpacked > path.stat().st_size:
        raise WeightsError(
            f"{path} isn't a file of plain tensors: a compressed archive of {unpacked} bytes. If "
            "it's one that holds checkpoints, unpack it and give one of those"
        )


def _refused(error: pickle.UnpicklingError) -> str:
    """Why a pickle wasn't read, without PyTorch's advice to read it all the same."""
    found = re.search(r"GLOBAL ([\w.]+)", str(error))
    what = f" ({found[1]})" if found else ""
    return f"it holds other objects{what} that could run a program, so it wasn't read"


def _unwrapped(held: object, path: Path) -> dict[str, Tensor]:
    tensors = _mapping(held)
    for wrapper in _WRAPPERS:
        tensors = _mapping(tensors.get(wrapper)) or tensors
    others = [key for key, value in tensors.items() if not isinstance(value, Tensor)]
    if others or not tensors:
        what = f"{', '.join(others[:3])} in a" if others else "a"
        raise WeightsError(f"{path} holds {what} {type(held).__name__}, not tensors by name")
    if all(key.startswith(_PARALLEL) for key in tensors):
        tensors = {key.removeprefix(_PARALLEL): value for key, value in tensors.items()}
    return cast("dict[str, Tensor]", tensors)


def _mapping(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}
