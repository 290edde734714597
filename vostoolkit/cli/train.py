"""``vostoolkit train``: the embedded networks, trained anew on procedural clips."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from vostoolkit.cli.command import Command
from vostoolkit.cli.console import say
from vostoolkit.device import choose_device

if TYPE_CHECKING:
    from vostoolkit.training.loop import CurvePoint

NETWORKS = {
    "nano": "the small XMem that carries masks from frame to frame",
    "click": "the network that makes a mask from clicks, scribbles or a box",
    "aot-nano": "the small AOT that carries ten objects at once",
    "fusion-nano": "the network that fuses masks of two rounds (MiVOS)",
    "interact-nano": "the network that makes masks of several frames at once (IDPro)",
    "quality-nano": "the network that rates masks (QDMN's score, EVA-VOS's frames)",
    "policy-nano": "the policy that says what to ask a person for (EVA-VOS)",
}
"""The recipes, said in words; their module is imported only when one is followed."""

_DESCRIPTION = """\
Train one of the embedded networks on clips that are drawn by the program itself, so that nothing
has to be downloaded. Interrupt it with Ctrl-C when you like: the same command goes on where it was.

""" + "\n".join(f"  {name:<15}{what}" for name, what in NETWORKS.items())

_EXAMPLES = """\
examples:
  vostoolkit train nano --minutes 60
  vostoolkit train click --minutes 30 --out runs/click-2 --seed 1 --processes 2
  vostoolkit train click --from click --minutes 30      (goes on from the embedded weights)"""


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("network", metavar="NETWORK", choices=tuple(NETWORKS))
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, help="how long; the recipe's own if left out")
    length.add_argument("--steps", type=int, help="how many steps, instead of minutes")
    parser.add_argument(
        "--resume",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="go on from the last checkpoint in OUT, if there is one",
    )
    parser.add_argument(
        "--from",
        dest="weights",
        metavar="WEIGHTS",
        help="begin with these weights, a name or a file, instead of random ones",
    )
    parser.add_argument("--device", help="cpu, cuda, mps ...; the best one if left out")
    parser.add_argument("--seed", type=int, default=0, help="of the clips and of the first weights")
    parser.add_argument("--clips", type=int, help="how many to draw; the recipe's if left out")
    parser.add_argument(
        "--measure", type=int, default=16, help="on how many unseen clips to score the weights"
    )
    parser.add_argument("--processes", type=int, default=1, help="on the CPU, side by side")
    parser.add_argument(
        "--out", type=Path, help="the folder for checkpoint and curve; runs/NETWORK if left out"
    )


def run(args: argparse.Namespace) -> int:
    """The exit code.

    Raises:
        ValueError: settings that don't go together.
        DeviceError: the device isn't there.
    """
    # Imported here: the other commands don't need what training does.
    from vostoolkit.training.export import export
    from vostoolkit.training.train import find_recipe, train

    plan = find_recipe(args.network).plan
    folder = train(
        args.network,
        minutes=args.minutes,
        steps=args.steps,
        device=str(choose_device(args.device)),
        resume=args.resume,
        out=args.out,
        seed=args.seed,
        processes=args.processes,
        plan=plan if args.clips is None else replace(plan, clips=args.clips),
        weights=args.weights,
        watch=_report,
    )
    say(f"checkpoint and curve.html are in {folder}; measuring the weights on unseen clips")
    say(f"weights and their card: {export(folder, folder, clips=args.measure)}")
    return 0


def _report(point: "CurvePoint") -> None:
    say(
        f"step {point.step}  {point.seconds / 60:.1f} min  {100 * point.progress:.0f} % done  "
        f"loss {point.loss:.3f}  IoU {point.overlap:.3f}"
    )


COMMAND = Command(
    "train", "train an embedded network on procedural clips", _DESCRIPTION, run, _options, _EXAMPLES
)
