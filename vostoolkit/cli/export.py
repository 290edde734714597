"""``vostoolkit export``: masks that are on disk, in formats that other programs read."""

import argparse
from pathlib import Path

from tqdm import tqdm

from vostoolkit.cli.command import Command
from vostoolkit.cli.console import complain, say, table
from vostoolkit.cli.interruption import Interruption
from vostoolkit.data.exporting import FORMATS, exporting
from vostoolkit.data.footage import footage_in
from vostoolkit.video import open_video

_INTERRUPTED = 130
_LABEL_FORMATS = {name: form for name, form in FORMATS.items() if not form.is_soft}
_LISTED = table((f"  {name}", form.output, form.summary) for name, form in _LABEL_FORMATS.items())

_DESCRIPTION = f"""\
Write masks in formats that other programs read. FOLDER is what "vostoolkit segment" wrote, or where
the Explorer or session.save() kept a session.

{_LISTED}

Objects of one name are one class; those named in the Explorer keep their names, those without are
"object". The outputs appear in the end, all of them, so Ctrl-C leaves what was there. Probabilities
are exported from a session, in Python or the Explorer."""

_EXAMPLES = """\
examples:
  vostoolkit export out/juggle --format coco --out out/juggle
  vostoolkit export work/flies --format yolo overlay --video flies.mp4 --name 1=fly --name 2=fly \\
    --out out/flies"""


def _name(text: str) -> tuple[int, str]:
    number, _, name = text.partition("=")
    if not number.isdecimal() or not name.strip():
        raise argparse.ArgumentTypeError(f"{text!r} is not OBJECT=NAME, such as 1=fly")
    return int(number), name.strip()


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where the masks are")
    parser.add_argument(
        "--format",
        nargs="+",
        choices=_LABEL_FORMATS,
        required=True,
        metavar="FORMAT",
        help="what to write; several at once",
    )
    parser.add_argument("--out", type=Path, required=True, help="the folder for the outputs")
    parser.add_argument("--video", help="the video that the masks are of, for its pictures")
    parser.add_argument(
        "--name",
        type=_name,
        action="append",
        default=[],
        metavar="N=NAME",
        help="what kind of thing object N is; repeatable",
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="replace outputs that are there already"
    )


def run(args: argparse.Namespace) -> int:
    """The exit code: 0, or 130 after Ctrl-C.

    Raises:
        VideoError: no masks in the folder, or a video that can't be read or is another.
        ExportError: outputs that are there already, or a folder that can't be written to.
    """
    video = None if args.video is None else open_video(args.video)
    footage = footage_in(args.folder, video, dict(args.name))
    steps = exporting(footage, args.out, args.format, overwrite=args.overwrite)
    with Interruption() as interruption, tqdm(total=footage.count, unit="frame") as bar:
        for step in steps:
            bar.set_description(step.doing)
            bar.update(step.done - bar.n)
            if interruption.is_asked:
                steps.close()
                complain("stopped; nothing was written")
                return _INTERRUPTED
    say(table((FORMATS[name].output, str(args.out / FORMATS[name].output)) for name in args.format))
    return 0


COMMAND = Command(
    "export",
    "write masks as COCO, YOLO, palette PNG, cut-outs, a film",
    _DESCRIPTION,
    run,
    _options,
    _EXAMPLES,
)
