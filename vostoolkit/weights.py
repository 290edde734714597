"""Which weights there are, where they're looked for, and how they're loaded. Nothing downloads.

Embedded weights come with the package. Published ones are files that a person puts into one
folder (``vostoolkit weights add FILE``) or names by their path.
"""

import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TypeVar, cast

import platformdirs
import torch
from safetensors.torch import load_file  # pyright: ignore[reportUnknownVariableType]
from torch import Tensor, nn

from vostoolkit.errors import WeightsError
from vostoolkit.networks.xmem import XMem, XMemConfig
from vostoolkit.networks.xmem_checkpoints import with_other_masks

Network = TypeVar("Network", bound=nn.Module)

FOLDER_VARIABLE = "VOSTOOLKIT_WEIGHTS"
_MOST_NAMED = 5


@dataclass(frozen=True)
class Weights:
    """One set of weights: its file, which network it's for, where it's from, on what terms."""

    name: str
    network: str
    file: str
    licence: str
    url: str | None = None
    sha256: str | None = None

    @property
    def is_embedded(self) -> bool:
        """Whether it comes with the package."""
        return self.url is None


_XMEM_RELEASE = "https://github.com/hkchengrex/XMem/releases/download/v1.0/"
_SAM_HQ_RELEASE = "https://huggingface.co/lkeab/hq-sam/resolve/main/"
_MIT, _APACHE = "MIT (code; see the release for its training data)", "Apache-2.0"

WEIGHTS: Mapping[str, Weights] = {
    w.name: w
    for w in (
        Weights("nano", "XMem, nano", "nano.safetensors", _APACHE),
        Weights("click", "click network", "click.safetensors", _APACHE),
        Weights("xmem", "XMem", "XMem.pth", _MIT, _XMEM_RELEASE + "XMem.pth"),
        Weights("xmem-s012", "XMem", "XMem-s012.pth", _MIT, _XMEM_RELEASE + "XMem-s012.pth"),
        *(
            Weights(
                f"sam-hq-{size.replace('_', '-')}",
                f"SAM-HQ, {size}",
                f"sam_hq_{size}.pth",
                _APACHE,
                f"{_SAM_HQ_RELEASE}sam_hq_{size}.pth",
            )
            for size in ("vit_tiny", "vit_b", "vit_l", "vit_h")
        ),
    )
}


def weights_folder() -> Path:
    """Where a person's weights are: ``$VOSTOOLKIT_WEIGHTS``, or the user's data folder."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else Path(platformdirs.user_data_dir("vostoolkit")) / "weights"


def find_weights(name_or_path: str | Path) -> Path:
    """The file of these weights: of a name in ``WEIGHTS``, or the path itself.

    Raises:
        WeightsError: no such name or file; the message says how to get it.
    """
    if str(name_or_path) not in WEIGHTS:
        path = Path(name_or_path)
        if path.is_file():
            return path
        raise WeightsError(
            f"no weights {str(name_or_path)!r}: no file of this path, and no name among "
            f"{', '.join(WEIGHTS)}"
        )
    weights = WEIGHTS[str(name_or_path)]
    path = _place(weights)
    if path.is_file():
        return path
    if weights.is_embedded:
        raise WeightsError(
            f"{weights.name} should come with the package, but {path} isn't there: install "
            f"vostoolkit again, or train them with `vostoolkit train {weights.name}`"
        )
    raise WeightsError(
        f"{weights.name} ({weights.network}) isn't in {weights_folder()}: download "
        f"{weights.url} and run `vostoolkit weights add {weights.file}`"
    )


def read_tensors(path: Path) -> dict[str, Tensor]:
    """The tensors by name in a ``.safetensors`` file or a checkpoint of plain tensors.

    Raises:
        WeightsError: not such a file; pickles that hold anything else are refused unread.
    """
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        held: object = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        reason = str(error).partition("\n")[0]
        raise WeightsError(f"{path} isn't a file of plain tensors: {reason}") from error
    tensors = _mapping(held)
    for wrapper in ("network", "model", "state_dict"):
        tensors = _mapping(tensors.get(wrapper)) or tensors
    if not tensors or not all(isinstance(value, Tensor) for value in tensors.values()):
        raise WeightsError(f"{path} holds a {type(held).__name__}, not tensors by name")
    return cast("dict[str, Tensor]", tensors)


def _mapping(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def load_weights(network: Network, name_or_path: str | Path) -> Network:
    """The network, filled with weights by name or path.

    Raises:
        WeightsError: they aren't there, or belong to another network; differing keys are named.
    """
    path = find_weights(name_or_path)
    tensors = read_tensors(path)
    if isinstance(network, XMem):
        tensors = with_other_masks(tensors)
    if problem := mismatch(network, tensors):
        raise WeightsError(f"{path} doesn't fit this {type(network).__name__}: {problem}")
    network.load_state_dict(tensors)
    return network


def load_xmem(name_or_path: str | Path, config: XMemConfig) -> XMem:
    """An XMem network of this configuration with weights by name or path.

    Raises:
        WeightsError: as ``load_weights``.
    """
    find_weights(name_or_path)
    return load_weights(XMem(config), name_or_path)


def mismatch(network: nn.Module, tensors: Mapping[str, Tensor]) -> str:
    """How tensors differ from what a network wants, in words; empty if they fit."""
    wanted = {key: tuple(value.shape) for key, value in network.state_dict().items()}
    missing = [key for key in wanted if key not in tensors]
    extra = [key for key in tensors if key not in wanted]
    shapes = [
        f"{key} {tuple(tensors[key].shape)} instead of {shape}"
        for key, shape in wanted.items()
        if key in tensors and tuple(tensors[key].shape) != shape
    ]
    parts = (("missing", missing), ("not expected", extra), ("of another shape", shapes))
    return "; ".join(f"{len(keys)} {what}: {_some(keys)}" for what, keys in parts if keys)


@dataclass(frozen=True)
class WeightsStatus:
    """Where weights are, or None; their SHA-256; and what is wrong with them, or nothing."""

    weights: Weights
    path: Path | None
    sha256: str = ""
    problem: str = ""


def list_weights() -> tuple[WeightsStatus, ...]:
    """All known weights and where they are; files aren't read."""
    places = {w.name: _place(w) for w in WEIGHTS.values()}
    return tuple(
        WeightsStatus(w, places[w.name] if places[w.name].is_file() else None)
        for w in WEIGHTS.values()
    )


def verify_weights(name: str) -> WeightsStatus:
    """The status of weights after reading the whole file.

    Raises:
        WeightsError: they aren't there.
    """
    path = find_weights(name)
    weights = WEIGHTS[name] if name in WEIGHTS else Weights(name, "unknown", path.name, "unknown")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    problem = ""
    if weights.sha256 not in (None, digest):
        problem = f"its SHA-256 is {digest}, expected {weights.sha256}: download it again"
    try:
        read_tensors(path)
    except WeightsError as error:
        problem = problem or str(error)
    return WeightsStatus(weights, path, digest, problem)


def add_weights(path: str | Path) -> WeightsStatus:
    """The status of a file after it was checked and copied into the weights folder.

    Raises:
        WeightsError: no such file, a name that no known weights have, or a file that's broken.
    """
    path = Path(path)
    if not path.is_file():
        raise WeightsError(f"no file {path}: give the path of a downloaded checkpoint")
    known = {w.file: w for w in WEIGHTS.values() if not w.is_embedded}
    if path.name not in known:
        raise WeightsError(f"{path.name} is no known checkpoint: they're {', '.join(known)}")
    read_tensors(path)
    target = _place(known[path.name])
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    shutil.copyfile(path, partial)
    partial.replace(target)
    return verify_weights(known[path.name].name)


def _place(weights: Weights) -> Path:
    if weights.is_embedded:
        return Path(str(files("vostoolkit") / "embedded" / weights.file))
    return weights_folder() / weights.file


def _some(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
