import subprocess
import sys
from pathlib import Path

import pytest

import vostoolkit
from vostoolkit.__main__ import main

COMMANDS = ("segment", "export", "demo", "experiment", "evaluate", "train", "weights", "info")


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)], ids=" ".join)
def test_help_shows_what_to_write(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit, match="0"):
        main([*command, "--help"])
    said = capsys.readouterr().out
    assert said.startswith(" ".join(("usage: vostoolkit", *command)))
    assert max(map(len, said.splitlines())) <= 100


def test_info_names_versions_device_and_weights(capsys: pytest.CaptureFixture[str]):
    assert main(["info"]) == 0
    said = capsys.readouterr().out
    assert f"vostoolkit           {vostoolkit.__version__}" in said
    assert "nano, click" in said
    assert "threads" in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("weights", "verify", "resnet"), "no weights 'resnet'"),
        (
            ("weights", "verify", "xmem"),
            "run `vostoolkit weights download xmem`, or download https",
        ),
        (("weights", "add", "XMem.pth"), "no file XMem.pth: give the path"),
        (("train", "click", "--steps", "1", "--clips", "0"), "give at least 1 clip"),
        (("train", "click", "--device", "tpu"), "device 'tpu'|'tpu' is no device"),
        (("demo", "--template", "no.ipynb", "--out", "out"), "no notebook no.ipynb"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_errors_are_one_line_without_a_traceback(
    arguments: tuple[str, ...],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VOSTOOLKIT_WEIGHTS", str(tmp_path))
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert said.startswith("vostoolkit: ")
    assert said.count("\n") == 1
    assert any(part in said for part in message.split("|"))


def test_debug_shows_where_an_error_comes_from():
    with pytest.raises(vostoolkit.WeightsError):
        main(["--debug", "weights", "verify", "resnet"])


def test_training_leaves_weights_and_their_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    out = tmp_path / "click"
    small = ["--steps", "1", "--clips", "2", "--measure", "1", "--device", "cpu"]
    assert main(["train", "click", *small, "--out", str(out)]) == 0
    assert (out / "click.safetensors").is_file()
    assert (out / "click.md").is_file()
    assert str(out / "click.safetensors") in capsys.readouterr().out


def test_the_program_is_installed_under_its_name():
    program = Path(sys.executable).with_name("vostoolkit")
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == f"vostoolkit {vostoolkit.__version__}"
