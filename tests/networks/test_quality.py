import pytest
import torch

from vostoolkit.errors import WeightsError
from vostoolkit.networks.quality import QualityConfig, QualityNetwork, quality_class
from vostoolkit.weights import load_weights

SMALL = QualityConfig(classes=4, widths=(4, 4, 8, 8, 8), blocks=(1, 1, 1, 1))


def state(batch: int = 3) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.rand(batch, 3, 64, 64), (torch.rand(batch, 1, 64, 64) > 0.5).float()


def test_shapes_and_gradients() -> None:
    network = QualityNetwork(SMALL)
    logits = network(*state())
    assert logits.shape == (3, 4)
    logits.square().sum().backward()
    assert all(parameter.grad is not None for parameter in network.parameters())


def test_picture_and_mask_have_halves_of_the_features() -> None:
    network = QualityNetwork(SMALL).eval()
    image, mask = state(1)
    both, other = network.features(image, mask), network.features(image, 1 - mask)
    assert torch.equal(both[:, :8], other[:, :8])
    assert not torch.equal(both[:, 8:], other[:, 8:])


def test_dropout_acts_in_training_only() -> None:
    torch.manual_seed(0)
    network = QualityNetwork(SMALL)
    given = state()
    for _ in range(20):
        network(*given)
    network.eval()
    assert torch.equal(network(*given), network(*given))
    network.train()
    network.rgb_branch.eval()
    network.mask_branch.eval()
    assert not torch.equal(network(*given), network(*given))


def test_the_class_is_the_largest_logit() -> None:
    assert quality_class(torch.tensor([[0.0, 2.0, 1.0], [3.0, 2.0, 1.0]])).tolist() == [1, 0]


@pytest.mark.parametrize("wrong", [{"classes": 1}, {"dropout": 1.0}])
def test_impossible_sizes_are_refused(wrong) -> None:
    with pytest.raises(ValueError, match="at least 2 classes"):
        QualityConfig(**wrong)


def test_a_wrong_checkpoint_is_refused_with_its_keys_named(tmp_path) -> None:
    weights = QualityNetwork(SMALL).state_dict()
    weights["out_layer.weight"] = weights["out_layer.weight"][:2]
    weights["fc.bias"] = weights.pop("out_layer.bias")
    torch.save(weights, tmp_path / "quality.pth")
    with pytest.raises(WeightsError, match=r"out_layer\.bias.*fc\.bias.*out_layer\.weight"):
        load_weights(QualityNetwork(SMALL), tmp_path / "quality.pth")
