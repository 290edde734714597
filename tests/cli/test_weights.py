from pathlib import Path

import pytest
import torch

from vostoolkit.__main__ import main
from vostoolkit.networks.fusion import FusionNetwork
from vostoolkit.weights import FOLDER_VARIABLE, WEIGHTS

Said = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "kept"))
    return tmp_path / "kept"


@pytest.mark.parametrize("arguments", [["weights"], ["weights", "list"]])
def test_all_weights_are_listed_within_80_columns(arguments: list[str], folder: Path, capsys: Said):
    assert main(arguments) == 0
    said = capsys.readouterr().out
    lines = {line.split()[0]: line for line in said.splitlines() if line}
    assert set(WEIGHTS) <= set(lines)
    assert lines["nano"].split()[-2:] == ["Apache-2.0", "yes"]
    assert lines["mivos-scribble"].split()[-2:] == ["GPL-3.0", "no"]
    assert "1.25 GB" in lines["sam-hq-vit-l"]
    assert "249 MB or more" in lines["xmem"]
    assert max(len(line) for line in lines.values() if str(folder) not in line) <= 80
    assert f"folder: {folder}" in said


def test_one_of_them_is_told_about(capsys: Said):
    assert main(["weights", "list", "xmem", "eva-quality"]) == 0
    xmem, eva = capsys.readouterr().out.split("\n\n")
    for part in ("412 keys, 62,220,354 numbers", "MIT (code)", "XMem.pth", "not known"):
        assert part in xmem
    assert f"address  {WEIGHTS['xmem'].url}" in xmem
    assert "address" not in eva
    assert "model_weights.zip" in eva


def test_a_checkpoint_is_added_and_verified(tmp_path: Path, folder: Path, capsys: Said):
    torch.save(FusionNetwork().state_dict(), tmp_path / "unnamed.pth")
    assert main(["weights", "add", str(tmp_path / "unnamed.pth"), "--as", "mivos-fusion"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(
        f"mivos-fusion: good\n  MiVOS fusion, {folder / 'fusion.pth'}\n  sha256 "
    )
    assert main(["weights", "verify"]) == 0
    embedded = [weights for weights in WEIGHTS.values() if weights.is_embedded]
    assert capsys.readouterr().out.count(": good\n") == len(embedded) + 1
    assert main(["weights", "verify", "click"]) == 0
    (folder / "fusion.pth").write_bytes(b"not weights")
    assert main(["weights", "verify"]) == 2
    assert "mivos-fusion: BAD: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("list", "xmen"), "no weights 'xmen': there are nano, click, aot-nano"),
        (("download", "xmen"), "no weights 'xmen': there are nano, click, aot-nano"),
        (("download", "nano"), "nano comes with the package"),
        (("download", "eva-quality", "--yes"), "get qnet.pth in a browser"),
        (("download", "xmem"), "there's no terminal to ask at: say --yes"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_errors_are_one_line(
    arguments: tuple[str, ...],
    message: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Said,
):
    with Path("/dev/null").open() as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        assert main(["weights", *arguments]) == 2
    said = capsys.readouterr().err
    assert said.startswith("vostoolkit: ")
    assert said.count("\n") == 1
    assert message in said
    assert not folder.exists()
