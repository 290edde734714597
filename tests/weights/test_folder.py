from dataclasses import replace

import pytest
import torch

from vostoolkit.errors import WeightsError
from vostoolkit.networks.fusion import FusionNetwork
from vostoolkit.networks.xmem import NANO, XMem
from vostoolkit.weights import (
    FOLDER_VARIABLE,
    WEIGHTS,
    add_weights,
    find_weights,
    list_weights,
    load_weights,
    verify_weights,
    weights_folder,
)


@pytest.fixture
def tensors():
    return FusionNetwork().state_dict()


@pytest.fixture
def checkpoint(tmp_path, tensors):
    torch.save(tensors, tmp_path / "fusion.pth")
    return tmp_path / "fusion.pth"


def test_the_folder_is_the_persons(folder, monkeypatch):
    assert weights_folder() == folder
    monkeypatch.delenv(FOLDER_VARIABLE)
    assert weights_folder().parts[-2:] == ("vostoolkit", "weights")
    monkeypatch.setenv(FOLDER_VARIABLE, "~/checkpoints")
    assert "~" not in str(weights_folder())


@pytest.mark.parametrize("name", [w.name for w in WEIGHTS.values() if not w.is_embedded])
def test_missing_weights_say_what_to_run(name, folder):
    with pytest.raises(WeightsError) as caught:
        find_weights(name)
    said, weights = str(caught.value), WEIGHTS[name]
    assert str(folder) in said
    assert f"`vostoolkit weights add {weights.file}`" in said
    if weights.url is None:
        assert weights.page in said
    else:
        assert f"`vostoolkit weights download {name}`" in said
        assert weights.url in said


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(WeightsError, match=r"no weights 'xmen'.*nano, click, .*xmem"):
        find_weights("xmen")


def test_added_weights_are_found_verified_and_loaded(checkpoint, folder, tensors):
    status = add_weights(checkpoint)
    assert (status.name, status.path, status.problem) == (
        "mivos-fusion",
        folder / "fusion.pth",
        "",
    )
    assert [path.name for path in folder.iterdir()] == ["fusion.pth"]
    assert verify_weights("mivos-fusion") == status
    assert "mivos-fusion" in {s.name for s in list_weights() if s.path}
    loaded = load_weights(FusionNetwork(), "mivos-fusion").state_dict()
    assert all(torch.equal(loaded[key], value) for key, value in tensors.items())
    assert add_weights(status.path) == status


def test_a_file_of_another_name_is_known_by_its_keys(checkpoint, folder):
    other = checkpoint.rename(checkpoint.with_name("download(1).pth"))
    assert add_weights(other).path == folder / "fusion.pth"


def test_where_keys_fit_several_weights_the_person_says_which(tmp_path, folder):
    with torch.device("meta"):
        shapes = {k: v.shape for k, v in XMem().state_dict().items()}
    path = tmp_path / "download.pth"
    torch.save({key: torch.zeros(()).expand(shape) for key, shape in shapes.items()}, path)
    with pytest.raises(WeightsError, match="--as xmem or --as xmem-s012 or --as xmem-s2"):
        add_weights(path)
    assert not folder.exists()
    assert add_weights(path, "xmem").path == folder / "XMem.pth"
    with pytest.raises(WeightsError, match="no weights 'nano' to add: there are xmem, "):
        add_weights(path, "nano")


def test_a_file_under_anothers_name_is_refused_and_named(checkpoint, folder):
    wrong = checkpoint.rename(checkpoint.with_name("XMem.pth"))
    with pytest.raises(WeightsError) as caught:
        add_weights(wrong)
    said = str(caught.value)
    assert "can't be added as xmem" in said
    assert "12 not expected: conv1.0.weight" in said
    assert "It looks like weights of mivos-fusion (MiVOS fusion)" in said
    assert not folder.exists()


def test_adding_something_unknown_or_broken_is_refused(tmp_path, folder):
    torch.save({"w": torch.zeros(3)}, tmp_path / "holiday.pth")
    with pytest.raises(WeightsError, match=r"no known checkpoint: neither its name \(XMem.pth"):
        add_weights(tmp_path / "holiday.pth")
    (tmp_path / "XMem.pth").write_bytes(b"1")
    with pytest.raises(WeightsError, match="isn't a file of plain tensors"):
        add_weights(tmp_path / "XMem.pth")
    with pytest.raises(WeightsError, match="no file"):
        add_weights(tmp_path / "nowhere.pth")
    assert not folder.exists()


def test_another_checksum_or_size_is_a_problem(checkpoint, folder, monkeypatch):
    add_weights(checkpoint)
    entry = WEIGHTS["mivos-fusion"]
    monkeypatch.setitem(WEIGHTS, entry.name, replace(entry, sha256="0" * 64))
    assert "its SHA-256 is" in verify_weights(entry.name).problem
    with pytest.raises(WeightsError, match="its SHA-256 is"):
        add_weights(checkpoint)
    monkeypatch.setitem(WEIGHTS, entry.name, replace(entry, size=5))
    assert "the published file 5: get it again" in verify_weights(entry.name).problem


def test_a_persons_own_file_is_verified_by_its_path(tmp_path):
    torch.save(XMem(NANO).state_dict(), tmp_path / "mine.pth")
    status = verify_weights(tmp_path / "mine.pth")
    assert (status.name, status.network, status.problem) == ("mine.pth", "XMem, nano", "")
    torch.save({"w": torch.zeros(3)}, tmp_path / "other.pth")
    assert verify_weights(tmp_path / "other.pth").network == "no known network"


@pytest.mark.parametrize("name", ["nano", "click"])
def test_embedded_weights_are_good(name):
    assert verify_weights(name).problem == ""
