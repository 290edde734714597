"""``vostoolkit segment``: a video and some clicks in, masks and a film out."""

import argparse
from pathlib import Path

from tqdm import tqdm

from vostoolkit import __version__
from vostoolkit.cli import marks
from vostoolkit.cli.command import Command
from vostoolkit.cli.console import listed, say
from vostoolkit.cli.interruption import Interruption
from vostoolkit.data.recording import Recording
from vostoolkit.device import choose_device, describe
from vostoolkit.errors import PromptError, VideoError
from vostoolkit.experiments import open_material
from vostoolkit.methods.lazy_xmem import PRESETS, LazyXMem
from vostoolkit.protocols import User
from vostoolkit.results import Checkpoint
from vostoolkit.session import Session
from vostoolkit.trace import Keep
from vostoolkit.users import Nobody, ScribblingUser, SimulatedUser

INTERRUPTED = 130
_SIMULATED = {"simulated": SimulatedUser, "scribbling": ScribblingUser}

_DESCRIPTION = """\
Follow objects through a video with Lazy-XMem. Say in the first frame what to follow, by clicks, a
box or a mask. VIDEO is a video file or a folder of pictures.

In the folder OUT you find
  masks/00000.png ...  a palette picture for each frame; a pixel's value is its object, 0 is none
  overlay.mp4          the video with the masks drawn in
  trace.csv            for each frame and object: uncertainty, what was decided, seconds
  summary.json         the numbers of the whole run
Ctrl-C stops early and keeps everything that is finished."""

_EXAMPLES = """\
examples:
  vostoolkit segment juggle.mp4 --click 350,95 --out out/juggle
  vostoolkit segment cat.mp4 --click 1:80,60 --click 2:200,90 --not 2:220,150 --out out/cats
  vostoolkit segment frames/ --box 100,40,180,200 --out out/box
  vostoolkit segment car-shadow/ --user simulated --out out/car     (the folder has Annotations)"""


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("video", metavar="VIDEO", help="a video file, or a folder of pictures")
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        help="the folder for the results; those of an earlier run are replaced",
    )
    marks.add_options(parser)
    parser.add_argument(
        "--user",
        choices=("nobody", *_SIMULATED),
        default="nobody",
        help="who answers when the method asks for a click: nobody (it goes on without), or one "
        "who knows the masks in the video's Annotations folder: a simulated person who clicks, or "
        "one who draws scribbles",
    )
    parser.add_argument("--preset", choices=sorted(PRESETS), default="nano", help="the networks")
    parser.add_argument("--device", help="cpu, cuda, mps, cuda:1 ...; the best one if left out")


def run(args: argparse.Namespace) -> int:
    """The exit code: 0, or 130 after Ctrl-C.

    Raises:
        VostoolkitError: anything wrong with the video, the marks, the weights or the device.
    """
    prompts = marks.prompts_of(args)
    material = open_material(args.video)
    truth = material.truth if args.user in _SIMULATED else None
    if args.user in _SIMULATED and truth is None:
        raise VideoError(
            f"--user {args.user} needs to know the masks: give a folder that holds JPEGImages and "
            "Annotations"
        )
    if truth is None and not any(prompt.frame == 0 for prompt in prompts):
        raise PromptError(
            "nothing to follow in the first frame: point at it with --click X,Y, or --box or --mask"
        )
    device = choose_device(args.device)
    method = LazyXMem.preset(args.preset, device=args.device)
    session = Session(method, material.video, keep=Keep(results=2, labels=False, checkpoints=4))
    if prompts:
        session.answer(*prompts)
    recording = Recording(session, args.out)
    facts: dict[str, object] = {
        "video": str(args.video),
        "preset": args.preset,
        "user": args.user,
        "device": describe(device),
        "version": __version__,
    }
    user = Nobody() if truth is None else _SIMULATED[args.user](truth)
    return _run_to_end(session, recording, user, facts)


def _run_to_end(
    session: Session, recording: Recording, user: User, facts: dict[str, object]
) -> int:
    with Interruption() as interruption:
        try:
            with tqdm(total=recording.frames_of_video, unit="frame") as bar:
                while not (session.finished or interruption.is_asked):
                    if session.request is not None:
                        session.answer(*user(session.request))
                    event = session.step()
                    if isinstance(event, Checkpoint):
                        recording.take(event.frame)
                        bar.update(recording.frames - bar.n)
        finally:
            summary = recording.close(facts)
    say(listed(summary))
    return INTERRUPTED if summary["interrupted"] else 0


COMMAND = Command(
    "segment",
    "follow objects through a video: masks, a film, a table",
    _DESCRIPTION,
    run,
    _options,
    _EXAMPLES,
)
