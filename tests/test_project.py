"""Rules about the repository itself, so that they hold without anybody remembering them."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
CONDA_NAMES = {"torch": "pytorch", "opencv-python": "opencv", "playwright": "playwright-python"}
CONDA_ONLY = {"python", "pip", "setuptools"}
WIDGET_LIBRARIES = ("ipywidgets", "ipycanvas", "traitlets", "anywidget", "plotly", "IPython")
MEGABYTE = 2**20


def files(*patterns: str) -> list[Path]:
    """The repository's files, those that are not committed yet included."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [ROOT / name for name in listed if (ROOT / name).is_file()]


def library() -> list[Path]:
    return files("vostoolkit/*.py", "widgets/*.py")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def requirements() -> dict[str, Requirement]:
    lines = [*project()["dependencies"], *project()["optional-dependencies"]["dev"]]
    return {Requirement(line).name: Requirement(line) for line in lines}


def test_conda_environment_names_the_same_packages_and_versions():
    wanted = {CONDA_NAMES.get(n, n): r.specifier for n, r in requirements().items()}
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())
    found = {Requirement(line).name: Requirement(line).specifier for line in listed["dependencies"]}
    assert str(found["python"]) == project()["requires-python"]
    assert {n: s for n, s in found.items() if n not in CONDA_ONLY} == wanted


def test_constraints_pin_every_requirement_to_a_version_it_allows():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = {Requirement(x).name: Requirement(x) for x in lines if x and not x.startswith("#")}
    for name, requirement in requirements().items():
        (pin,) = pins[name].specifier
        assert pin.operator == "=="
        assert requirement.specifier.contains(pin.version), name


@pytest.mark.parametrize("path", files("*.py"), ids=name_of)
def test_no_file_is_longer_than_300_lines(path):
    assert len(path.read_text().splitlines()) <= 300


@pytest.mark.parametrize("path", library(), ids=name_of)
def test_library_neither_prints_nor_asserts_nor_leaves_work(path):
    text = path.read_text()
    tree = ast.parse(text)
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    called = {function.id for function in calls if isinstance(function, ast.Name)}
    assert "print" not in called
    assert not [n.lineno for n in ast.walk(tree) if isinstance(n, ast.Assert)]
    assert not re.findall(r"\b(?:TODO|FIXME|XXX)\b|NotImplementedError", text)


def test_core_imports_no_widget_library():
    code = (
        "import sys, pkgutil, importlib, vostoolkit\n"
        "for module in pkgutil.walk_packages(vostoolkit.__path__, 'vostoolkit.'):\n"
        "    if not module.name.endswith('__main__'):\n"
        "        importlib.import_module(module.name)\n"
        f"sys.stdout.write(' '.join(sorted(set({WIDGET_LIBRARIES}) & set(sys.modules))))"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    assert found.stdout.strip() == ""


@pytest.mark.parametrize("path", files("*.ipynb"), ids=name_of)
def test_notebooks_are_small(path):
    assert path.stat().st_size < MEGABYTE


def test_no_big_file_is_committed():
    weights = ROOT / "vostoolkit" / "embedded"
    big = [p for p in files() if p.stat().st_size > 2 * MEGABYTE and weights not in p.parents]
    assert big == []


def test_no_machine_path_or_registry_host_is_named():
    places = r"/(?:work|home|Users|root|opt)/\w|(?:download|files|test)\.\w+\.org|pypi\.org/simple"
    texts = {p: p.read_text(errors="ignore") for p in files() if p != Path(__file__)}
    named = [name_of(path) for path, text in texts.items() if re.search(places, text)]
    assert named == []


@pytest.mark.parametrize("command", [("check", "."), ("format", "--check", ".")], ids=" ".join)
def test_ruff_is_content(command):
    ran = subprocess.run(
        [sys.executable, "-m", "ruff", *command], cwd=ROOT, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
