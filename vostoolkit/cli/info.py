"""``vostoolkit info``: what runs here, for a person and for a bug report."""

import argparse
import platform
from importlib.metadata import PackageNotFoundError, version

import torch

from vostoolkit import __version__
from vostoolkit.cli.command import Command
from vostoolkit.cli.console import listed, say
from vostoolkit.device import choose_device, describe
from vostoolkit.weights import list_weights, weights_folder

_PACKAGES = (
    "torch",
    "numpy",
    "opencv-python",
    "opencv-python-headless",
    "av",
    "ipywidgets",
    "ipycanvas",
    "jupyterlab",
    "papermill",
    "segment-anything-hq",
)


_DESCRIPTION = """\
Print versions, the device that is chosen, threads, and which weights are there. Put it into a bug
report."""


def run(args: argparse.Namespace) -> int:
    """The exit code."""
    weights = [status.name for status in list_weights() if status.path is not None]
    say(
        listed(
            {
                "vostoolkit": __version__,
                "python": platform.python_version(),
                "system": platform.platform(),
                **{name: found for name in _PACKAGES if (found := _version(name))},
                "device": describe(choose_device()),
                "torch threads": torch.get_num_threads(),
                "weights": ", ".join(weights) or "none",
                "weights folder": str(weights_folder()),
            }
        )
    )
    return 0


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


COMMAND = Command(
    "info", "versions, device and weights of this installation", _DESCRIPTION, run=run
)
