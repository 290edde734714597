"""``vostoolkit weights``: which weights there are; getting, adding and checking them."""

import argparse
import sys
from pathlib import Path
from textwrap import fill

from vostoolkit.cli.command import Command
from vostoolkit.cli.console import complain, say, table
from vostoolkit.errors import WeightsError
from vostoolkit.weights import (
    FOLDER_VARIABLE,
    WEIGHTS,
    Weights,
    WeightsStatus,
    add_weights,
    download_weights,
    list_weights,
    verify_weights,
    weights_folder,
)
from vostoolkit.weights.blueprints import expected_shapes
from vostoolkit.weights.download import ask, partial_of
from vostoolkit.weights.folder import how_to_get, place_of, size_in_words
from vostoolkit.weights.units import in_bytes

INTERRUPTED = 130
_WIDTH = 80

_DESCRIPTION = f"""\
Small weights are part of the toolkit. For the published systems you get a checkpoint from its
authors: `download` asks you first, or you fetch the file yourself and `add` it. Files are kept in
one folder; ${FOLDER_VARIABLE} names another one."""

_EXAMPLES = """\
examples:
  vostoolkit weights                        all weights, and which are there
  vostoolkit weights list xmem              one of them: address, licence, keys, checksum
  vostoolkit weights download xmem
  vostoolkit weights add XMem.pth
  vostoolkit weights verify                 all that are there, read whole"""


def _options(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="actions", metavar="list|add|verify|download")
    listing = actions.add_parser("list", help="all known weights; with names, all about those")
    listing.add_argument("names", nargs="*", metavar="NAME", help="of the list")
    listing.set_defaults(run=_list)
    adding = actions.add_parser("add", help="check a downloaded checkpoint and keep a copy")
    adding.add_argument("file", type=Path, metavar="FILE", help="such as XMem.pth")
    adding.add_argument(
        "--as", dest="name", metavar="NAME", help="which weights it is, if its name doesn't tell"
    )
    adding.set_defaults(run=_add)
    verifying = actions.add_parser("verify", help="read weights whole and check them")
    verifying.add_argument(
        "names", nargs="*", metavar="NAME", help="of the list, or files; all that are there if none"
    )
    verifying.set_defaults(run=_verify)
    downloading = actions.add_parser("download", help="get published weights, after asking")
    downloading.add_argument("name", metavar="NAME", help="of the list")
    downloading.add_argument("--yes", action="store_true", help="don't ask: for scripts")
    downloading.set_defaults(run=_download)


def _list(args: argparse.Namespace) -> int:
    """The exit code; without an action there are no names."""
    names: list[str] = getattr(args, "names", [])
    for name in names:
        if name not in WEIGHTS:
            raise WeightsError(f"no weights {name!r}: there are {', '.join(WEIGHTS)}")
    if names:
        say("\n\n".join(_all_about(WEIGHTS[name]) for name in names))
        return 0
    rows = [("NAME", "FOR", "SIZE", "LICENCE", "THERE")]
    for status in list_weights():
        weights = WEIGHTS[status.name]
        there = "no" if status.path is None else "yes"
        licence = weights.licence.partition(" ")[0]
        rows.append((weights.name, weights.network, size_in_words(weights), licence, there))
    say(table(rows))
    say(f"\nfolder: {weights_folder()}")
    say(f"another folder: set ${FOLDER_VARIABLE}")
    say("all about one, its address too: vostoolkit weights list NAME")
    say("to get one: vostoolkit weights download NAME, or vostoolkit weights add FILE")
    return 0


def _all_about(weights: Weights) -> str:
    shapes = expected_shapes(weights.blueprint)
    path = place_of(weights)
    facts = {
        "for": weights.network,
        "expects": f"{len(shapes)} keys, {weights.blueprint.numbers:,} numbers",
        "licence": weights.licence,
        "file": weights.file,
        "size": size_in_words(weights),
        "sha256": weights.sha256 or "not known",
        "page": weights.page or "comes with the package",
        "address": weights.url or "",
        "note": weights.note,
        "there": str(path) if path.is_file() else f"no: {how_to_get(weights)}",
    }
    rows = [
        fill(
            text,
            _WIDTH,
            initial_indent=f"  {name:<9}",
            subsequent_indent=" " * 11,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for name, text in facts.items()
        if text
    ]
    return "\n".join([weights.name, *rows])


def _add(args: argparse.Namespace) -> int:
    return _report(add_weights(args.file, args.name))


def _verify(args: argparse.Namespace) -> int:
    there = [status.name for status in list_weights() if status.path is not None]
    return max([_report(verify_weights(name)) for name in args.names or there], default=0)


def _download(args: argparse.Namespace) -> int:
    try:
        return _report(download_weights(args.name, confirm=True if args.yes else _ask))
    except KeyboardInterrupt:
        partial = partial_of(WEIGHTS[args.name])
        kept = partial.stat().st_size if partial.is_file() else 0
        is_begun = f"{in_bytes(kept)} are kept, and the same command goes on from there"
        complain(f"stopped; {is_begun if kept else 'nothing has come yet'}")
        return INTERRUPTED


def _ask(text: str) -> bool:
    """Whether the person at the terminal says yes.

    Raises:
        WeightsError: there's no terminal.
    """
    if not sys.stdin.isatty():
        raise WeightsError(
            "nothing is downloaded without asking, and there's no terminal to ask at: say --yes"
        )
    return ask(text)


def _report(status: WeightsStatus) -> int:
    verdict = f"BAD: {status.problem}" if status.problem else "good"
    say(f"{status.name}: {verdict}")
    say(f"  {status.network}, {status.path}")
    say(f"  sha256 {status.sha256}")
    return 2 if status.problem else 0


COMMAND = Command(
    "weights",
    "list, get, add and check weights of networks",
    _DESCRIPTION,
    _list,
    _options,
    _EXAMPLES,
)
