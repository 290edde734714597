"""Every example runs as it stands, and the ones that the README promises are short."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "examples"


def code_lines(name):
    text = (FOLDER / name).read_text()
    docstring = ast.parse(text).body[0]
    return [line for line in text.splitlines()[docstring.end_lineno :] if line.strip()]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_it_runs(path, tmp_path):
    ran = subprocess.run(
        [sys.executable, str(path)],
        cwd=tmp_path,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip()


def test_the_first_example_has_eight_lines_and_a_new_stage_fewer_than_25():
    assert len(code_lines("segment_a_clip.py")) == 8
    assert len(code_lines("own_uncertainty.py")) < 25
