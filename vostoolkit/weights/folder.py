"""The folder of a person's weights: what is in it, adding a file, checking one."""

import hashlib
import os
import shutil
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import platformdirs

from vostoolkit.errors import WeightsError
from vostoolkit.weights.blueprints import expected_shapes
from vostoolkit.weights.matching import differences, names_for, recognised
from vostoolkit.weights.reading import read_tensors
from vostoolkit.weights.registry import WEIGHTS, Weights
from vostoolkit.weights.units import in_bytes

FOLDER_VARIABLE = "VOSTOOLKIT_WEIGHTS"


@dataclass(frozen=True)
class WeightsStatus:
    """A file of weights, or None; its SHA-256; what is wrong with it, or nothing.

    ``network`` says in words which network the file is for, where that is known.
    """

    name: str
    network: str
    path: Path | None
    sha256: str = ""
    problem: str = ""


def weights_folder() -> Path:
    """Where a person's weights are: ``$VOSTOOLKIT_WEIGHTS``, or the user's data folder."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        return Path(named).expanduser()
    return Path(platformdirs.user_data_dir("vostoolkit")) / "weights"


def place_of(weights: Weights) -> Path:
    """Where the file of these weights is, or belongs."""
    if weights.is_embedded:
        return Path(str(files("vostoolkit") / "embedded" / weights.file))
    return weights_folder() / weights.file


def find_weights(name_or_path: str | Path) -> Path:
    """The file of these weights: of a name in ``WEIGHTS``, or the path itself.

    Raises:
        WeightsError: no such name or file; the message says how to get it.
    """
    weights = WEIGHTS.get(str(name_or_path))
    if weights is None:
        path = Path(name_or_path)
        if path.is_file():
            return path
        raise WeightsError(
            f"no weights {str(name_or_path)!r}: no file of this path, and no name among "
            f"{', '.join(WEIGHTS)}"
        )
    path = place_of(weights)
    if path.is_file():
        return path
    if weights.is_embedded:
        raise WeightsError(
            f"{weights.name} should come with the package, but {path} isn't there: install "
            f"vostoolkit again, or train them with `vostoolkit train {weights.name}`"
        )
    raise WeightsError(
        f"{weights.name} ({weights.network}) isn't in {weights_folder()}: {how_to_get(weights)}"
    )


def how_to_get(weights: Weights) -> str:
    """What a person runs to have these weights, in words."""
    adding = f"`vostoolkit weights add {weights.file}`"
    if weights.url is None:
        return f"get {weights.file} by hand from {weights.page} ({weights.note}) and run {adding}"
    return (
        f"run `vostoolkit weights download {weights.name}`, or download {weights.url} yourself and "
        f"run {adding}"
    )


def list_weights() -> tuple[WeightsStatus, ...]:
    """All known weights and where they are; files aren't read."""
    places = ((weights, place_of(weights)) for weights in WEIGHTS.values())
    return tuple(WeightsStatus(w.name, w.network, p if p.is_file() else None) for w, p in places)


def verify_weights(name_or_path: str | Path) -> WeightsStatus:
    """The status of weights after reading the whole file: checksum, plain tensors, keys, shapes.

    Of a path that is no known weights' only the tensors are read; a network that they fit is named.

    Raises:
        WeightsError: they aren't there.
    """
    path = find_weights(name_or_path)
    weights = WEIGHTS.get(str(name_or_path))
    digest = sha256_of(path)
    if weights is not None:
        problem = problem_with(weights, path, digest)
        return WeightsStatus(weights.name, weights.network, path, digest, problem)
    try:
        known = recognised(read_tensors(path))
    except WeightsError as error:
        return WeightsStatus(path.name, "unknown", path, digest, str(error))
    return WeightsStatus(path.name, known.name if known else "no known network", path, digest)


def problem_with(weights: Weights, path: Path, digest: str) -> str:
    """Why a file with this SHA-256 can't be these weights, in words; empty if it can."""
    size = path.stat().st_size
    if weights.size not in (None, size):
        return f"it has {size} bytes, the published file {weights.size}: get it again"
    if weights.sha256 not in (None, digest):
        return (
            f"its SHA-256 is {digest}, that of the published file {weights.sha256}: download it "
            "again, or give a network of your own by its path instead of this name"
        )
    try:
        problem = differences(expected_shapes(weights.blueprint), read_tensors(path))
    except WeightsError as error:
        return str(error)
    return problem and f"it doesn't fit {weights.network}: {problem}"


def add_weights(path: str | Path, name: str | None = None) -> WeightsStatus:
    """The status of a file after it was checked and copied into the weights folder.

    Without a name the file's own name tells what it is, else its keys if they are of one network.

    Raises:
        WeightsError: no such file, a file that's broken or fits no network, or one that could be
            several weights; nothing was copied then.
    """
    path = Path(path)
    if not path.is_file():
        raise WeightsError(f"no file {path}: give the path of a downloaded checkpoint")
    weights = _meant(path, name)
    digest = sha256_of(path)
    if problem := problem_with(weights, path, digest):
        raise WeightsError(f"{path} can't be added as {weights.name}: {problem}")
    target = place_of(weights)
    if not (target.exists() and target.samefile(path)):
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f"{target.name}.adding")
        try:
            shutil.copyfile(path, partial)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
    return WeightsStatus(weights.name, weights.network, target, digest)


def _meant(path: Path, name: str | None) -> Weights:
    """The known weights that a file is to be added as."""
    published = {w.name: w for w in WEIGHTS.values() if not w.is_embedded}
    if name is not None:
        if name not in published:
            raise WeightsError(f"no weights {name!r} to add: there are {', '.join(published)}")
        return published[name]
    by_file = {w.file: w for w in published.values()}
    if path.name in by_file:
        return by_file[path.name]
    known = recognised(read_tensors(path))
    names = [n for n in names_for(known) if n in published] if known else []
    if len(names) == 1:
        return published[names[0]]
    if names:
        raise WeightsError(
            f"{path.name} is a checkpoint of {known.name if known else ''}, of which several are "
            f"known: say which, with --as {' or --as '.join(names)}"
        )
    raise WeightsError(
        f"{path.name} is no known checkpoint: neither its name ({', '.join(by_file)}) nor its keys "
        "are those of one. A network of your own needs no adding: give its path"
    )


def size_in_words(weights: Weights) -> str:
    """How big the file is; where nobody says, the least that its numbers take."""
    path = place_of(weights)
    if path.is_file():
        return in_bytes(path.stat().st_size)
    if weights.size is not None:
        return in_bytes(weights.size)
    return f"{in_bytes(4 * weights.blueprint.numbers)} or more"


def sha256_of(path: Path) -> str:
    """The file's SHA-256, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
