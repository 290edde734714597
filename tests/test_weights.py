import dataclasses
import pickle

import pytest
import torch
from safetensors.torch import save_file

from vostoolkit import weights
from vostoolkit.errors import WeightsError
from vostoolkit.networks.xmem import NANO, XMem
from vostoolkit.weights import (
    WEIGHTS,
    add_weights,
    find_weights,
    list_weights,
    load_weights,
    load_xmem,
    verify_weights,
    weights_folder,
)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(weights.FOLDER_VARIABLE, str(tmp_path / "weights"))
    return tmp_path / "weights"


@pytest.fixture
def tensors():
    torch.manual_seed(1)
    return XMem(NANO).state_dict()


def test_the_folder_is_the_persons(folder, monkeypatch):
    assert weights_folder() == folder
    monkeypatch.delenv(weights.FOLDER_VARIABLE)
    assert weights_folder().parts[-2:] == ("vostoolkit", "weights")


def test_embedded_weights_fit_their_network():
    assert find_weights("nano").is_file()
    load_xmem("nano", NANO)


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_loads_what_was_saved(tmp_path, tensors, suffix):
    path = tmp_path / f"mine{suffix}"
    torch.save(tensors, path) if suffix == ".pth" else save_file(tensors, path)
    loaded = load_xmem(path, NANO).state_dict()
    assert all(torch.equal(loaded[key], value) for key, value in tensors.items())


def test_loads_a_checkpoint_that_wraps_its_network(tmp_path, tensors):
    torch.save({"network": tensors, "step": 3}, tmp_path / "mine.pth")
    load_xmem(tmp_path / "mine.pth", NANO)


def test_names_the_keys_that_differ(tmp_path, tensors):
    del tensors["decoder.pred.bias"]
    tensors["decoder.surprise"] = torch.zeros(1)
    tensors["key_proj.d_proj.weight"] = torch.zeros(2, 2)
    torch.save(tensors, tmp_path / "wrong.pth")
    with pytest.raises(WeightsError) as caught:
        load_weights(XMem(NANO), tmp_path / "wrong.pth")
    said = str(caught.value)
    assert "1 missing: decoder.pred.bias" in said
    assert "1 not expected: decoder.surprise" in said
    assert "key_proj.d_proj.weight (2, 2) instead of (1, 96, 3, 3)" in said


def test_another_network_is_refused_with_a_few_of_its_keys(tmp_path):
    torch.save(torch.nn.Linear(2, 2).state_dict(), tmp_path / "linear.pth")
    with pytest.raises(WeightsError, match=r"and \d+ more; 2 not expected: weight, bias"):
        load_xmem(tmp_path / "linear.pth", NANO)


class Surprise:
    pass


def test_a_pickle_of_anything_else_is_refused_unread(tmp_path):
    (tmp_path / "evil.pth").write_bytes(pickle.dumps(Surprise()))
    with pytest.raises(WeightsError, match="isn't a file of plain tensors"):
        load_xmem(tmp_path / "evil.pth", NANO)


def test_a_text_file_is_refused(tmp_path):
    (tmp_path / "text.safetensors").write_text("hello")
    with pytest.raises(WeightsError, match="isn't a file of plain tensors"):
        load_xmem(tmp_path / "text.safetensors", NANO)


def test_missing_weights_say_what_to_do(folder):
    with pytest.raises(WeightsError) as caught:
        find_weights("xmem")
    said = str(caught.value)
    assert str(folder) in said
    assert "https://" in said
    assert "vostoolkit weights add XMem.pth" in said


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(WeightsError, match=r"no weights 'xmen'.*nano, click, xmem"):
        find_weights("xmen")


def test_adding_checks_copies_and_verifies(tmp_path, folder):
    torch.save({"w": torch.zeros(3)}, tmp_path / "XMem.pth")
    status = add_weights(tmp_path / "XMem.pth")
    assert status.path == folder / "XMem.pth"
    assert len(status.sha256) == 64
    assert find_weights("xmem") == folder / "XMem.pth"
    assert verify_weights("xmem").problem == ""
    there = {status.weights.name for status in list_weights() if status.path}
    assert "xmem" in there


def test_adding_something_unknown_or_broken_is_refused(tmp_path, folder):
    (tmp_path / "holiday.pth").write_bytes(b"1")
    with pytest.raises(WeightsError, match=r"no known checkpoint: they're XMem.pth"):
        add_weights(tmp_path / "holiday.pth")
    (tmp_path / "XMem.pth").write_bytes(b"1")
    with pytest.raises(WeightsError, match="isn't a file of plain tensors"):
        add_weights(tmp_path / "XMem.pth")
    with pytest.raises(WeightsError, match="no file"):
        add_weights(tmp_path / "nowhere.pth")
    assert not folder.exists()


def test_a_wrong_digest_is_a_problem(folder, monkeypatch):
    folder.mkdir()
    torch.save({"w": torch.zeros(3)}, folder / "XMem.pth")
    known = dict(WEIGHTS) | {"xmem": dataclasses.replace(WEIGHTS["xmem"], sha256="0" * 64)}
    monkeypatch.setattr(weights, "WEIGHTS", known)
    assert "download it again" in verify_weights("xmem").problem


def test_every_entry_says_its_licence_and_origin():
    for entry in WEIGHTS.values():
        assert entry.licence
        assert entry.is_embedded or entry.url.startswith("https://")
