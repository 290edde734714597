"""``vostoolkit demo``: the experiment notebook, run from top to bottom into a folder."""

import argparse
import json
import sys
from pathlib import Path

from vostoolkit.cli.command import Command
from vostoolkit.cli.console import listed, say
from vostoolkit.data.recording import SUMMARY
from vostoolkit.errors import PromptError
from vostoolkit.experiments import clicks_at, notebook, open_material, run_notebook
from vostoolkit.prompts import check_inside

_DESCRIPTION = """\
Run the experiment notebook with papermill: Lazy-XMem over a clip, with a simulated person where the
clip has masks. Without VIDEO it takes the clip that comes with the toolkit.

In OUT you find the executed notebook and its HTML page, overlay.mp4, masks/, trace.csv and
summary.json."""

_EXAMPLES = """\
examples:
  vostoolkit demo --out out/demo
  vostoolkit demo juggle.mp4 --click 350,95 --out out/juggle"""


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("video", nargs="?", metavar="VIDEO", help="a video file, or a folder")
    parser.add_argument(
        "--click",
        action="append",
        default=[],
        metavar="[N:]X,Y",
        help="a point on object N (1 if left out) in the first frame; repeatable",
    )
    parser.add_argument("--out", type=Path, required=True, help="the folder for the results")
    parser.add_argument(
        "--template", type=Path, help="another notebook; the project's experiment.ipynb if left out"
    )


def run(args: argparse.Namespace) -> int:
    """The exit code.

    Raises:
        ExperimentError: no such notebook, or a cell that failed.
        VideoError: the video can't be read.
        PromptError: no clicks where there are no masks, or clicks outside the frame.
    """
    parameters: dict[str, object] = {"clicks": list(args.click)}
    clicks = clicks_at(args.click)
    if args.video is not None:
        # Whatever is wrong with it is said here, before a kernel starts.
        material = open_material(args.video)
        if not clicks and material.truth is None:
            raise PromptError("say what to follow in the first frame: --click X,Y")
        check_inside(clicks, material.video.size)
        given = Path(args.video)
        parameters["clip"] = str(given.resolve()) if given.exists() else args.video
    template = args.template or notebook("experiment")
    executed = run_notebook(template, args.out, parameters, progress=sys.stderr)
    say(f"{executed} and {executed.with_suffix('.html').name} beside it")
    summary = executed.parent / SUMMARY
    if summary.is_file():
        say(listed(json.loads(summary.read_text())))
    return 0


COMMAND = Command(
    "demo",
    "run the experiment notebook into a folder, with an HTML page",
    _DESCRIPTION,
    run,
    _options,
    _EXAMPLES,
)
