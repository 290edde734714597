import math

import pytest
import torch

from vostoolkit.errors import WeightsError
from vostoolkit.networks.annotation_policy import AnnotationPolicy, Judged, PolicyConfig
from vostoolkit.networks.quality import QualityNetwork
from vostoolkit.weights import load_weights

SMALL = PolicyConfig(
    actions=3, embedding=6, image_width=5, widths=(4, 4, 8, 8, 7), blocks=(1, 1, 1, 1)
)


def judged(network: AnnotationPolicy, batch: int = 4) -> Judged:
    return network(torch.rand(batch, 6, 3, 5), (torch.rand(batch, 1, 64, 64) > 0.5).float())


def test_shapes_and_gradients() -> None:
    network = AnnotationPolicy(SMALL)
    seen = judged(network)
    assert (seen.logits.shape, seen.value.shape) == ((4, 3), (4,))
    (seen.log_probability(torch.tensor([0, 1, 2, 0])).sum() + seen.value.sum()).backward()
    assert all(parameter.grad is not None for parameter in network.parameters())


def test_actor_and_critic_share_all_but_their_last_layer() -> None:
    network = AnnotationPolicy(SMALL)
    judged(network).value.sum().backward()
    assert network.policy.weight.grad is None
    assert network.embed_branch[2].weight.grad is not None
    assert network.mask_branch.conv1.weight.grad is not None


def test_the_published_sizes() -> None:
    policy = AnnotationPolicy()
    assert policy.policy.weight.shape == (2, 1024)
    seen = policy(torch.rand(1, 256, 64, 64), torch.zeros(1, 1, 224, 224))
    assert seen.logits.shape == (1, 2)


def test_the_names_are_those_of_the_release() -> None:
    names = AnnotationPolicy().state_dict().keys()
    branch = [name for name in QualityNetwork().state_dict() if name.startswith("mask_branch.")]
    layers = ("embed_branch.2", "policy", "value")
    assert set(names) == {*branch, *(f"{at}.{of}" for at in layers for of in ("weight", "bias"))}


def test_probabilities_by_hand() -> None:
    """Logits log 1, log 2 and log 5 are probabilities 1/8, 2/8 and 5/8."""
    seen = Judged(torch.tensor([[0.0, math.log(2), math.log(5)]]), torch.zeros(1))
    torch.testing.assert_close(seen.log_probabilities().exp(), torch.tensor([[0.125, 0.25, 0.625]]))
    assert float(seen.log_probability(torch.tensor([1]))) == pytest.approx(math.log(0.25))
    expected = -sum(p * math.log(p) for p in (0.125, 0.25, 0.625))
    assert float(seen.entropy()) == pytest.approx(expected)
    assert int(seen.best()) == 2


def test_samples_follow_the_probabilities_and_the_generator() -> None:
    logits = torch.tensor([[0.0, math.log(2), math.log(5)]]).expand(8000, 3)
    seen = Judged(logits, torch.zeros(8000))
    drawn = seen.sampled(torch.Generator().manual_seed(1))
    share = torch.bincount(drawn, minlength=3) / 8000
    torch.testing.assert_close(share, torch.tensor([0.125, 0.25, 0.625]), atol=0.02, rtol=0)
    assert torch.equal(drawn, seen.sampled(torch.Generator().manual_seed(1)))
    assert not torch.equal(drawn, seen.sampled(torch.Generator().manual_seed(2)))


def test_a_policy_without_a_choice_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 2 actions"):
        PolicyConfig(actions=1)


def test_a_wrong_checkpoint_is_refused_with_its_keys_named(tmp_path) -> None:
    weights = AnnotationPolicy(SMALL).state_dict()
    weights["policy.weight"] = weights["policy.weight"][:2]
    weights["head.bias"] = weights.pop("value.bias")
    torch.save(weights, tmp_path / "policy.pth")
    with pytest.raises(WeightsError, match=r"value\.bias.*head\.bias.*policy\.weight"):
        load_weights(AnnotationPolicy(SMALL), tmp_path / "policy.pth")
