"""Published weights from their authors' address into the folder: asked for first, checked after."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Literal, TypeAlias

from tqdm import tqdm

from vostoolkit.errors import WeightsError
from vostoolkit.locks import only_one
from vostoolkit.weights.folder import (
    WeightsStatus,
    place_of,
    problem_with,
    sha256_of,
    size_in_words,
    verify_weights,
    weights_folder,
)
from vostoolkit.weights.registry import WEIGHTS, Weights
from vostoolkit.weights.transfer import Progress, Transfer, discard, fetch
from vostoolkit.weights.units import in_bytes

Confirm: TypeAlias = Callable[[str], bool] | Literal[True]


def download_weights(
    name: str, *, confirm: Confirm | None = None, progress: Progress | None = None
) -> WeightsStatus:
    """The status of published weights after they were downloaded, checked and put into the folder.

    Nothing is got before ``confirm`` agrees: it's called with a question that says what, from
    where, how big and on what terms, and answers yes or no. None asks the person (at a terminal
    or in a notebook), True has agreed already. ``progress`` is called with each piece that comes;
    by default a bar is shown.

    A download that was cut off goes on where it was. Weights that are there and good are left.

    Raises:
        WeightsError: nobody agreed, no such weights, no network, another process is at it, or the
            file isn't what it should be: then it's kept under another name, never as these weights.
    """
    weights = _downloadable(name)
    target = place_of(weights)
    broken = ""
    if target.is_file():
        status = verify_weights(name)
        if not status.problem:
            return status
        broken = status.problem
    if confirm is not True and not (confirm or ask)(question(weights, broken)):
        raise WeightsError(f"{name} wasn't downloaded: it wasn't agreed to")
    target.parent.mkdir(parents=True, exist_ok=True)
    busy = WeightsError(f"another process is downloading {name}: it's here when that is done")
    with only_one(target.with_name(f".{target.name}.lock"), busy):
        return _fetched(weights, progress)


def _fetched(weights: Weights, progress: Progress | None) -> WeightsStatus:
    """The status of a file that was got, checked and put into its place."""
    name, partial = weights.name, partial_of(weights)
    try:
        if progress is None:
            with Bar(name) as bar:
                fetch(weights.url or "", partial, size=weights.size, progress=bar)
        else:
            fetch(weights.url or "", partial, size=weights.size, progress=progress)
    except WeightsError as error:
        raise WeightsError(f"{name} wasn't downloaded: {error}. {by_hand(weights)}") from error
    return _accepted(weights, partial, place_of(weights))


def question(weights: Weights, broken: str = "") -> str:
    """What a person has to know before they agree to a download.

    ``broken`` is what is wrong with the file that it replaces.
    """
    partial = partial_of(weights)
    there = partial.stat().st_size if partial.is_file() else 0
    lines = [
        f"{weights.name} ({weights.network}), {size_in_words(weights)}",
        f"  from     {weights.url}",
        f"  licence  {weights.licence}",
        f"  into     {weights_folder()}",
    ]
    if weights.note:
        lines.append(f"  note     {weights.note}")
    if broken:
        lines.append(f"  instead  of the file that is there: {broken}")
    if there:
        lines.append(f"  {in_bytes(there)} of it are there already")
    return "\n".join([*lines, "Download it?"])


def ask(text: str) -> bool:
    """Whether the person who is asked says yes.

    Raises:
        WeightsError: there's nobody to ask.
    """
    try:
        return input(f"{text} [y/N] ").strip().lower() in ("y", "yes")
    except (EOFError, RuntimeError) as error:
        raise WeightsError(
            "nothing is downloaded without asking, and there's nobody to ask here: agree with "
            "download_weights(name, confirm=True) or `vostoolkit weights download NAME --yes`"
        ) from error


def by_hand(weights: Weights) -> str:
    """How to do without this program's download."""
    return (
        f"You can also get {weights.file} in a browser from {weights.page} and run "
        f"`vostoolkit weights add {weights.file}`"
    )


def partial_of(weights: Weights) -> Path:
    """Where the bytes are that have come so far."""
    target = place_of(weights)
    return target.with_name(f"{target.name}.partial")


class Bar(AbstractContextManager["Bar"]):
    """A bar on standard error: bytes, rate and time left; also in words where it begins anew."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._bar: Any = None

    def __call__(self, transfer: Transfer) -> None:
        """Nothing; the bar shows this."""
        if self._bar is None:
            if transfer.kept and not transfer.start:
                notice = "the file has changed, or can't be gone on with: it begins anew"
                tqdm.write(notice, file=sys.stderr)
            self._bar = tqdm(
                desc=self._name,
                total=transfer.total,
                initial=transfer.start,
                unit="B",
                unit_scale=True,
            )
        self._bar.update(transfer.done - self._bar.n)

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.close()


def _downloadable(name: str) -> Weights:
    weights = WEIGHTS.get(name)
    if weights is None:
        raise WeightsError(f"no weights {name!r}: there are {', '.join(WEIGHTS)}")
    if weights.is_embedded:
        raise WeightsError(f"{name} comes with the package: there's nothing to download")
    if weights.url is None:
        raise WeightsError(
            f"{name} can't be downloaded from here: {weights.note}. {by_hand(weights)}"
        )
    return weights


def _accepted(weights: Weights, partial: Path, target: Path) -> WeightsStatus:
    """The status of a file that came whole, now under its name."""
    digest = sha256_of(partial)
    discard(partial)
    if problem := problem_with(weights, partial, digest):
        refused = target.with_name(f"{target.name}.refused")
        partial.replace(refused)
        raise WeightsError(
            f"what came isn't {weights.name}: {problem}. It's kept as {refused}, which you can "
            "look at and delete"
        )
    partial.replace(target)
    return WeightsStatus(weights.name, weights.network, target, digest)
