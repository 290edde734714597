"""``vostoolkit weights``: which weights there are, adding a downloaded file, checking them."""

import argparse
from pathlib import Path

from vostoolkit.cli.command import Command
from vostoolkit.cli.console import say, table
from vostoolkit.weights import (
    WEIGHTS,
    WeightsStatus,
    add_weights,
    list_weights,
    verify_weights,
    weights_folder,
)

_DESCRIPTION = """\
The toolkit downloads nothing. Small weights are part of it; for the published systems you download
a checkpoint where `vostoolkit weights list` says, and add the file."""


def _options(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="actions", metavar="list|add|verify")
    actions.add_parser(
        "list", help="all known weights, where they are or where to get them"
    ).set_defaults(run=_list)
    adding = actions.add_parser("add", help="check a downloaded checkpoint and keep a copy")
    adding.add_argument("file", type=Path, metavar="FILE", help="such as XMem.pth")
    adding.set_defaults(run=_add)
    verifying = actions.add_parser("verify", help="read weights whole and check them")
    verifying.add_argument(
        "names", nargs="*", metavar="NAME", help="of the list, or files; all that are there if none"
    )
    verifying.set_defaults(run=_verify)


def _list(args: argparse.Namespace) -> int:
    rows = [("NAME", "FOR", "LICENCE", "WHERE")]
    for status in list_weights():
        weights = status.weights
        where = f"get it from {weights.url}" if status.path is None else _place(status)
        rows.append((weights.name, weights.network, weights.licence, where))
    say(table(rows))
    say(f"\nadded files are kept in {weights_folder()}")
    return 0


def _add(args: argparse.Namespace) -> int:
    status = add_weights(args.file)
    return _report(status)


def _verify(args: argparse.Namespace) -> int:
    there = [status.weights.name for status in list_weights() if status.path is not None]
    return max([_report(verify_weights(name)) for name in args.names or there], default=0)


def _report(status: WeightsStatus) -> int:
    verdict = status.problem or "good"
    say(f"{status.weights.name}: {verdict} ({status.path}, sha256 {status.sha256})")
    return 2 if status.problem else 0


def _place(status: WeightsStatus) -> str:
    is_ours = status.weights.name in WEIGHTS and status.weights.is_embedded
    return "in the package" if is_ours else str(status.path)


COMMAND = Command(
    "weights", "list, add and verify the weights of networks", _DESCRIPTION, _list, _options
)
