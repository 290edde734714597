"""``vostoolkit evaluate``: how good masks are, by the measures of DAVIS."""

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from vostoolkit.cli import evaluate_embedded
from vostoolkit.cli.command import Command
from vostoolkit.cli.console import say, table
from vostoolkit.data.export import write_trace
from vostoolkit.data.prediction_folders import SequencePair, paired
from vostoolkit.errors import VideoError
from vostoolkit.metrics.boundary import TOLERANCE
from vostoolkit.metrics.evaluation import Conventions, Evaluation, evaluate

_DESCRIPTION = """\
Compare masks with the true ones: J (overlap), F (contours), their mean J&F, and of J and F the mean
over frames, the recall (share of frames above 0.5) and the decay (first quarter less last)."""

_FOLDER = """\
PREDICTIONS and GROUND_TRUTH are folders of palette PNG files, or folders of sequences:
  a sequence     PREDICTIONS/00000.png ...         GROUND_TRUTH/00000.png ...
  what `vostoolkit segment` wrote   OUT/masks      the folder with Annotations
  a data set     PREDICTIONS/bear/00000.png ...    DAVIS  (or DAVIS/Annotations/480p)
Every frame that has a true mask must be predicted; files with the same number belong together.
The official DAVIS 2017 semi-supervised numbers are those with --skip-ends --void background."""

_EXAMPLES = """\
examples:
  vostoolkit evaluate folder out/car/masks car-shadow/Annotations
  vostoolkit evaluate folder results/ DAVIS/ --sequences val.txt --skip-ends --void background
  vostoolkit evaluate folder results/ DAVIS/ --out scores/      (per_frame.csv and summary.csv)"""

_MEAN = "mean"


def _options(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(title="what", metavar="folder | embedded", required=True)
    folder = what.add_parser(
        "folder",
        help="masks in a folder, or in a tree of sequences",
        description=_FOLDER,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    folder.set_defaults(run=run)
    folder.add_argument("predictions", type=Path, metavar="PREDICTIONS")
    folder.add_argument("truth", type=Path, metavar="GROUND_TRUTH")
    folder.add_argument(
        "--sequences",
        metavar="NAMES",
        help="the sequences to evaluate: names with commas between, or a file with one a line; "
        "all that are predicted if left out",
    )
    folder.add_argument(
        "--objects", metavar="IDS", help="the objects that count, such as 1,2; all if left out"
    )
    folder.add_argument(
        "--skip-ends", action="store_true", help="leave the first and the last frame out"
    )
    folder.add_argument(
        "--void",
        choices=("left-out", "background", "object"),
        default="left-out",
        help="what pixels of value 255 in the truth are (default: left-out)",
    )
    folder.add_argument(
        "--both-empty",
        choices=("agree", "left-out"),
        default="agree",
        help="an object neither there nor predicted scores 1, or its frame is left out "
        "(default: agree, the official way)",
    )
    folder.add_argument(
        "--tolerance",
        type=float,
        default=TOLERANCE,
        help=f"of contours: a share of the diagonal, or pixels from 1 on (default: {TOLERANCE})",
    )
    folder.add_argument(
        "--released-decay",
        action="store_true",
        help="repeat the official code's wrong decay of 256 frames or more",
    )
    folder.add_argument("--out", type=Path, help="a folder for per_frame.csv and summary.csv")
    embedded = what.add_parser(
        "embedded",
        help="the networks that come along, on clips with true masks",
        description=evaluate_embedded.DESCRIPTION,
        epilog=evaluate_embedded.EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    evaluate_embedded.options(embedded)


def run(args: argparse.Namespace) -> int:
    """The exit code.

    Raises:
        VostoolkitError: folders that hold no masks, or not those of the same frames and sizes.
        ValueError: nothing to score, or an object that the truth doesn't have.
    """
    conventions = Conventions(
        ends="left out" if args.skip_ends else "counted",
        void=args.void.replace("-", " "),
        both_empty=args.both_empty.replace("-", " "),
        tolerance=args.tolerance,
        bins="released" if args.released_decay else "exact",
    )
    objects = _ids(args.objects) if args.objects else None
    pairs = paired(args.predictions, args.truth, _names(args.sequences))
    found = {pair.name: _evaluated(pair, objects, conventions) for pair in pairs}
    summary = _joined((name, e.summary().reset_index()) for name, e in found.items())
    if args.out is not None:
        frames = _joined((name, e.frames) for name, e in found.items())
        write_trace(args.out / "per_frame.csv", frames)
        write_trace(args.out / "summary.csv", summary)
    say(table(_rows(summary)))
    return 0


def _evaluated(
    pair: SequencePair, objects: Sequence[int] | None, conventions: Conventions
) -> Evaluation:
    bar = tqdm(pair.labels(), pair.name, len(pair), unit="frame", leave=False)
    try:
        return evaluate((labels for labels in bar), objects=objects, conventions=conventions)
    except ValueError as error:
        raise ValueError(f"sequence {pair.name}: {error}") from error


def _joined(tables: Iterable[tuple[str, pd.DataFrame]]) -> pd.DataFrame:
    named = list(tables)
    for name, rows in named:
        rows.insert(0, "sequence", name)
    return pd.concat([rows for _, rows in named], ignore_index=True)


def _rows(summary: pd.DataFrame) -> list[list[str]]:
    """A row for each object and, if there are several, their mean."""
    measures = list(summary.columns[2:])
    rows = [["sequence", "object", *measures]]
    for _, row in summary.iterrows():
        rows.append(
            [str(row["sequence"]), str(row["object"]), *(f"{row[m]:.4f}" for m in measures)]
        )
    if len(summary) > 1:
        means = summary[measures].mean()
        rows.append([_MEAN, f"of {len(summary)}", *(f"{mean:.4f}" for mean in means)])
    return rows


def _names(text: str | None) -> list[str] | None:
    if text is None:
        return None
    listed = Path(text).read_text().split() if Path(text).is_file() else text.split(",")
    names = [name.strip() for name in listed if name.strip()]
    if not names:
        raise VideoError(f"--sequences {text} names none: write NAME,NAME or a file of names")
    return names


def _ids(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise ValueError(f"--objects {text}: write ids such as 1,2") from None


COMMAND = Command(
    "evaluate", "J, F and J&F of masks against the true ones", _DESCRIPTION, run, _options
)
