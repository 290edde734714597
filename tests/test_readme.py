"""What the README and the pages under docs say is there, is there."""

import ast
import re
import shlex
from pathlib import Path

import pytest

from vostoolkit.__main__ import main

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "benchmarks/README.md"]
README = PAGES[0].read_text()


@pytest.mark.parametrize("name", ["segment_a_clip.py", "own_uncertainty.py"])
def test_examples_are_shown_as_they_are_tested(name):
    text = (ROOT / "examples" / name).read_text()
    code = "\n".join(text.splitlines()[ast.parse(text).body[0].end_lineno :])
    assert code.strip() in README


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_files_and_folders_named_in_the_tables_exist():
    for name in re.findall(r"`(?!out/)([a-z_]+/[a-z_/]*(?:\.py)?)`", README):
        assert any((base / name).exists() for base in (ROOT, ROOT / "vostoolkit")), name


def test_make_targets_exist():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?<=[`\n])make ([a-z]+)", README)) <= targets


def test_commands_exist(capsys):
    for line in re.findall(r"^vostoolkit [a-z]+.*$", README, re.MULTILINE):
        with pytest.raises(SystemExit) as ended:
            main([shlex.split(line)[1], "--help"])
        assert ended.value.code == 0
        options = re.findall(r"--[a-z]+", line)
        assert set(options) <= set(re.findall(r"--[a-z]+", capsys.readouterr().out))
