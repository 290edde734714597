import pytest
import torch

from vostoolkit.errors import WeightsError
from vostoolkit.networks.xmem import NANO, XMem
from vostoolkit.networks.xmem_checkpoints import with_other_masks
from vostoolkit.weights import load_xmem

FIRST = "value_encoder.conv1.weight"


@pytest.fixture
def older() -> dict[str, torch.Tensor]:
    torch.manual_seed(1)
    tensors = XMem(NANO).state_dict()
    return {**tensors, FIRST: tensors[FIRST][:, :4].clone()}


@torch.no_grad()
def test_an_older_checkpoint_loads_and_ignores_the_other_masks(tmp_path, older):
    torch.save(older, tmp_path / "older.pth")
    network = load_xmem(tmp_path / "older.pth", NANO).eval()
    image, masks = torch.rand(1, 3, 32, 48), torch.rand(1, 2, 32, 48)
    deep = network.encode_key(image).deep
    together, _ = network.encode_value(image, deep, masks)
    alone, _ = network.encode_value(image, deep, masks[:, 1:])
    torch.testing.assert_close(together[:, 1:], alone)
    assert torch.equal(network.state_dict()[FIRST][:, :4], older[FIRST])


def test_weights_of_today_are_left_as_they_are():
    tensors = XMem(NANO).state_dict()
    assert all(torch.equal(value, tensors[k]) for k, value in with_other_masks(tensors).items())


def test_for_training_the_new_input_is_orthogonal(older):
    draws = [
        with_other_masks(older, orthogonal=torch.Generator().manual_seed(s))[FIRST][:, 4].flatten(1)
        for s in (1, 1, 2)
    ]
    torch.testing.assert_close(draws[0] @ draws[0].T, torch.eye(len(draws[0])))
    assert torch.equal(draws[0], draws[1])
    assert not torch.equal(draws[0], draws[2])


def test_other_numbers_of_inputs_are_refused(tmp_path, older):
    torch.save({**older, FIRST: older[FIRST][:, :3]}, tmp_path / "wrong.pth")
    with pytest.raises(WeightsError, match=r"value_encoder.conv1.weight \(8, 3, 3, 3\) instead of"):
        load_xmem(tmp_path / "wrong.pth", NANO)
