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
from vostoolkit.experiments import Newcomers, open_material
from vostoolkit.methods.presets import NETWORKS, PRESETS, method
from vostoolkit.prompts import Prompt, Propagate
from vostoolkit.protocols import RoundMethod, User
from vostoolkit.results import Checkpoint, Propagation, Request
from vostoolkit.session import Session
from vostoolkit.trace import Keep
from vostoolkit.users import Nobody, RoundUser, ScribblingUser, SimulatedUser, WorstFrame
from vostoolkit.users.truth import Truth

INTERRUPTED = 130
_SIMULATED = {"simulated": SimulatedUser, "scribbling": ScribblingUser}

_DESCRIPTION = """\
Follow objects through a video. Say in the first frame what to follow, by clicks, a box or a mask;
methods in rounds (all but lazy-xmem) take them in any frames. VIDEO is a video file or a folder of
pictures.

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
  vostoolkit segment car-shadow/ --user simulated --out out/car     (the folder has Annotations)
  vostoolkit segment fly.mp4 --method xmem++ --click 80,60 --click 95,70@40 --out out/fly"""


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
    parser.add_argument("--method", choices=sorted(PRESETS), default="lazy-xmem")
    parser.add_argument("--preset", choices=sorted(NETWORKS), default="nano", help="the networks")
    parser.add_argument(
        "--rounds",
        type=int,
        default=3,
        help="how often one who knows the masks corrects the worst frame, in rounds (default: 3)",
    )
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
    device = choose_device(args.device)
    chosen = method(args.method, args.preset, device=args.device)
    in_rounds = isinstance(chosen, RoundMethod)
    if truth is None and not any(in_rounds or prompt.frame == 0 for prompt in prompts):
        raise PromptError(
            "nothing to follow in the first frame: point at it with --click X,Y, or --box or --mask"
        )
    keep = Keep(results=2, labels=in_rounds, checkpoints=4)
    session = Session(chosen, material.video, keep=keep)
    if prompts:
        session.answer(*prompts, *((Propagate(),) if in_rounds else ()))
    recording = Recording(session, args.out)
    facts: dict[str, object] = {
        "video": str(args.video),
        "method": args.method,
        "preset": args.preset,
        "user": args.user,
        "device": describe(device),
        "version": __version__,
    }
    user, newcomers = Nobody(), None
    if truth is not None:
        user = _SIMULATED[args.user](truth)
        newcomers = None if prompts else Newcomers(session, truth, user)
    if in_rounds:
        user = _content if truth is None else _correcting(session, user, truth, args.rounds)
    return _run_to_end(session, recording, user, facts, newcomers)


def _content(request: Request) -> tuple[Prompt, ...]:
    """Nobody, in rounds: what was propagated stays."""
    return ()


def _correcting(session: Session, person: User, truth: Truth, rounds: int) -> User:
    return RoundUser(session, person, where=WorstFrame(truth), rounds=rounds)


def _run_to_end(
    session: Session,
    recording: Recording,
    user: User,
    facts: dict[str, object],
    newcomers: Newcomers | None,
) -> int:
    with Interruption() as interruption:
        try:
            total = None if session.round else recording.frames_of_video
            with tqdm(total=total, unit="frame") as bar:
                while not (session.finished or interruption.is_asked):
                    if session.request is not None:
                        prompts = user(session.request)
                        if not prompts:
                            break
                        session.answer(*prompts)
                    event = session.step()
                    if session.round:
                        bar.update(isinstance(event, Propagation))
                    elif isinstance(event, Checkpoint):
                        recording.take(event.frame)
                        if newcomers:
                            newcomers(event.frame)
                        bar.update(recording.frames - bar.n)
        finally:
            for frame in session.trace.frames if session.round else ():
                recording.take(frame)
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
