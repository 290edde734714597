"""The example that needs published checkpoints, with one of its networks there."""

import os
import subprocess
import sys
from pathlib import Path

import torch

from vostoolkit.networks.aot import AOT_T, Aot
from vostoolkit.weights import FOLDER_VARIABLE

SCRIPT = Path(__file__).resolve().parents[2] / "examples" / "published_networks.py"


def test_a_checkpoint_that_is_there_segments_and_the_others_are_named(tmp_path):
    torch.save({"state_dict": Aot(AOT_T).state_dict()}, tmp_path / "AOTT_PRE_YTB_DAV.pth")
    ran = subprocess.run(
        [sys.executable, str(SCRIPT)],
        cwd=tmp_path,
        env={**os.environ, "OMP_NUM_THREADS": "1", FOLDER_VARIABLE: str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr
    *missing, result = ran.stdout.splitlines()
    for name, line in zip(("sam-hq-vit-l", "xmem", "mivos-propagation"), missing, strict=True):
        assert f"run `vostoolkit weights download {name}`" in line
    assert result.startswith("aott: ")
    assert result.endswith(" pixels of the object in frame 11")
