"""The command ``vostoolkit``, also as ``python -m vostoolkit``."""

import argparse
import os
import sys
from collections.abc import Sequence

from vostoolkit import __version__
from vostoolkit.cli import demo, evaluate, experiment, export, info, segment, train, weights
from vostoolkit.cli.command import add_commands
from vostoolkit.cli.console import complain
from vostoolkit.errors import VostoolkitError

_COMMANDS = (segment, export, demo, evaluate, experiment, train, weights, info)
_WRONG_INPUT, _OUR_FAULT, _INTERRUPTED = 2, 1, 130

_DESCRIPTION = """\
Interactive video object segmentation. Point at an object in the first frame, and it is followed
through the video; where the method is unsure it asks.

  vostoolkit segment juggle.mp4 --click 350,95 --out out/juggle
  vostoolkit COMMAND --help   explains a command with examples

In a notebook: import vostoolkit as vos; vos.LazyXMem.preset("nano")"""


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0; 1 for a bug; 2 for wrong input; 130 after Ctrl-C.

    ``arguments`` are those of the process if none are given.
    """
    args = _parser().parse_args(arguments)
    try:
        return int(args.run(args))
    except KeyboardInterrupt:
        complain("interrupted; what was finished is kept")
        return _INTERRUPTED
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if args.debug:
            raise
        if isinstance(error, VostoolkitError | ValueError | OSError):
            complain(str(error))
            return _WRONG_INPUT
        complain(f"{type(error).__name__}: {error} (a bug; --debug shows where)")
        return _OUR_FAULT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="vostoolkit",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"vostoolkit {__version__}")
    parser.add_argument("--debug", action="store_true", help="show where an error comes from")
    add_commands(parser, tuple(module.COMMAND for module in _COMMANDS))
    return parser


if __name__ == "__main__":
    sys.exit(main())
