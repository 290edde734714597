"""QDMN's module has no golden: shapes, range, gradients, and what must change its answer."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from vostoolkit.errors import WeightsError
from vostoolkit.networks.quality_aware import (
    QUALITY_AWARE,
    QUALITY_AWARE_NANO,
    QualityAware,
    QualityAwareConfig,
)
from vostoolkit.networks.xmem import NANO, XMem
from vostoolkit.weights import load_weights


@pytest.fixture(scope="module")
def network() -> QualityAware:
    torch.manual_seed(0)
    return QualityAware(QUALITY_AWARE_NANO).eval()


def scene(count: int = 2, size: tuple[int, int] = (48, 64)) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    image = torch.randn(2, 3, *size, generator=generator)
    masks = torch.zeros(2, count, *size)
    for number in range(count):
        masks[:, number, 8 + 8 * number : 24 + 8 * number, 8 : 40 - 8 * number] = 1
    return image, masks


@pytest.mark.parametrize("size", [(48, 64), (16, 16), (80, 24)])
@pytest.mark.parametrize("count", [1, 3])
def test_one_number_in_0_to_1_for_each_mask(
    network: QualityAware, count: int, size: tuple[int, int]
) -> None:
    quality = network(*scene(count, size)).detach()
    assert quality.shape == (2, count)
    assert float(quality.min()) > 0 and float(quality.max()) < 1


def test_objects_in_another_order_give_their_scores_in_that_order(network: QualityAware) -> None:
    image, masks = scene(3)
    order = [2, 0, 1]
    torch.testing.assert_close(network(image, masks[:, order]), network(image, masks)[:, order])


def test_picture_mask_and_other_masks_matter(network: QualityAware) -> None:
    image, masks = scene()
    quality = network(image, masks)
    moved = masks.roll(12, -1)
    assert not torch.allclose(network(-image, masks), quality, atol=1e-7)
    assert not torch.allclose(network(image, moved), quality, atol=1e-7)
    alone = network(image, masks[:, :1])
    assert not torch.allclose(alone[:, 0], quality[:, 0], atol=1e-7)


def test_gradients_reach_every_parameter_and_the_masks(network: QualityAware) -> None:
    image, masks = scene()
    masks = masks.clone().requires_grad_()
    loss = (network(image, masks) - 0.5).square().sum()
    gradients = torch.autograd.grad(loss, [*network.parameters(), masks])
    assert all(bool(g.isfinite().all()) for g in gradients)
    dead = [g for g in gradients if not bool(g.any())]
    assert not dead


def test_published_size_stands_on_xmem_s_encoders() -> None:
    with torch.device("meta"):
        held = QualityAware(QUALITY_AWARE).state_dict()
        whole = XMem().state_dict()
    shared = [k for k in whole if k.startswith("key_encoder.")]
    assert shared and all(held[k].shape == whole[k].shape for k in shared)
    assert held["score_head.6.weight"].shape == (256, 256, 3, 3)
    assert held["score_head.10.weight"].shape == (1024, 256)


def test_a_foreign_checkpoint_is_refused_with_its_keys(tmp_path: Path) -> None:
    save_file(XMem(NANO).state_dict(), tmp_path / "nano.safetensors")
    with pytest.raises(WeightsError, match=r"missing: score_encoder\.conv1\.weight"):
        load_weights(QualityAware(QUALITY_AWARE_NANO), tmp_path / "nano.safetensors")


def test_a_wrong_size_is_refused() -> None:
    with pytest.raises(ValueError, match="width"):
        QualityAwareConfig(width=0)
