import os
import pickle
import zipfile

import pytest
import torch
from safetensors.torch import save_file

from vostoolkit.errors import WeightsError
from vostoolkit.networks.xmem import NANO, XMem
from vostoolkit.weights import load_weights, load_xmem, read_tensors


@pytest.fixture
def tensors():
    return XMem(NANO).state_dict()


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_loads_what_was_saved(tmp_path, tensors, suffix):
    path = tmp_path / f"mine{suffix}"
    torch.save(tensors, path) if suffix == ".pth" else save_file(tensors, path)
    loaded = load_xmem(path, NANO).state_dict()
    assert all(torch.equal(loaded[key], value) for key, value in tensors.items())


@pytest.mark.parametrize("wrapper", ["network", "model", "state_dict"])
@pytest.mark.parametrize("prefix", ["", "module."])
def test_a_checkpoint_of_training_is_unwrapped(tmp_path, tensors, wrapper, prefix):
    network = XMem(NANO)
    optimizer = torch.optim.AdamW(network.parameters())
    held = {f"{prefix}{key}": value for key, value in tensors.items()}
    wrapped = {wrapper: held, "optimizer": optimizer.state_dict(), "step": 3, "loss": 0.5}
    torch.save(wrapped, tmp_path / "mine.pth")
    assert read_tensors(tmp_path / "mine.pth").keys() == tensors.keys()
    load_weights(network, tmp_path / "mine.pth")


def test_the_older_form_without_an_archive_is_read(tmp_path, tensors):
    torch.save(tensors, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    assert read_tensors(tmp_path / "old.pth").keys() == tensors.keys()


class Surprise:
    """Makes a folder when it's unpickled by somebody careless."""

    def __init__(self, made):
        self.made = made

    def __reduce__(self):
        return os.mkdir, (str(self.made),)


@pytest.mark.parametrize("form", ["pickle", "archive", "old"])
def test_a_pickle_that_would_run_something_is_refused_unread(tmp_path, form):
    made, path = tmp_path / "made", tmp_path / "evil.pth"
    held = {"weight": torch.zeros(2), "surprise": Surprise(made)}
    if form == "pickle":
        path.write_bytes(pickle.dumps(held, 2))
    else:
        torch.save(held, path, _use_new_zipfile_serialization=form == "archive")
    with pytest.raises(WeightsError, match="isn't a file of plain tensors") as caught:
        read_tensors(path)
    assert not made.exists()
    assert "weights_only" not in str(caught.value)
    assert form == "pickle" or "other objects (posix.mkdir)" in str(caught.value)
    torch.load(path, weights_only=False) if form != "pickle" else pickle.loads(path.read_bytes())
    assert made.exists()  # so it would have


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<!DOCTYPE html><title>Google Drive - Quota</title>", "a web page that was saved"),
        (b"\n<html><body>404</body></html>", "a web page that was saved"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00", "a Git LFS pointer"),
        (b"", "isn't a file of plain tensors"),
        (b"hello", "isn't a file of plain tensors"),
    ],
)
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_what_is_no_checkpoint_is_refused(tmp_path, content, said, suffix):
    path = tmp_path / f"file{suffix}"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=said):
        read_tensors(path)


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_a_file_that_is_cut_off_is_refused(tmp_path, tensors, share):
    path = tmp_path / "cut.pth"
    torch.save(tensors, path)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(WeightsError, match="it's cut off, get it again"):
        read_tensors(path)


def test_a_compressed_archive_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "bomb.pth"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({}))
        archive.writestr("archive/data/0", bytes(10**7))
    assert path.stat().st_size < 10**5
    with pytest.raises(WeightsError, match="a compressed archive of 10"):
        read_tensors(path)


def test_other_plain_things_are_refused(tmp_path):
    torch.save([torch.zeros(2)], tmp_path / "list.pth")
    with pytest.raises(WeightsError, match="holds a list, not tensors by name"):
        read_tensors(tmp_path / "list.pth")
    torch.save({"weight": torch.zeros(2), "step": 3}, tmp_path / "mixed.pth")
    with pytest.raises(WeightsError, match="holds step in a dict, not tensors by name"):
        read_tensors(tmp_path / "mixed.pth")
