import dataclasses

import pytest
import torch
from safetensors.torch import save_file

from vostoolkit.errors import WeightsError
from vostoolkit.networks.across_frame import (
    ACROSS_FRAME,
    ACROSS_FRAME_SMALL,
    AcrossFrame,
    AcrossFrameConfig,
)
from vostoolkit.networks.deformable_attention import DeformableAttention, grid_places
from vostoolkit.weights import load_weights

TINY = AcrossFrameConfig(
    identities=3,
    identity_width=4,
    stem=4,
    widths=(4, 8, 8, 8),
    blocks=(1, 1, 1, 1),
    bottleneck=False,
    width=8,
    low_width=4,
    heads=2,
    points=2,
    rates=(1, 2, 3),
)


def inputs(frames: int, config: AcrossFrameConfig = TINY) -> tuple[torch.Tensor, ...]:
    """Images, different scribbles on each frame, and masks that the last frame hasn't got."""
    shape = (1, frames, config.classes, 32, 48)
    scribbles, masks = torch.zeros(shape), torch.zeros(shape)
    for frame in range(frames):
        scribbles[:, frame, 1 + frame % config.identities, 4 + frame, 5:30] = 1
        masks[:, frame, frame % config.classes, 8:20, 10:20] = 1
    masks[:, -1] = 0
    return torch.randn(1, frames, 3, 32, 48), scribbles, masks


def trained_a_little(config: AcrossFrameConfig = TINY) -> AcrossFrame:
    """A network whose offsets and batch norms aren't those of the start."""
    network = AcrossFrame(config)
    for parameter in network.across_frame_attention.within.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    for _ in range(3):
        network(*inputs(2, config))
    return network.eval()


class TestDeformableAttention:
    def test_without_offsets_it_reads_its_own_place(self):
        layer = DeformableAttention(4, heads=2, levels=2, points=3)
        torch.nn.init.zeros_(layer.offsets.bias)
        for linear in (layer.value, layer.projection):
            torch.nn.init.eye_(linear.weight)
            torch.nn.init.zeros_(linear.bias)
        features = torch.rand(1, 4, 3, 5)
        query = torch.rand(1, 15, 4)
        read = layer(query, grid_places(features), [features, features])
        torch.testing.assert_close(read[0].T.view(1, 4, 3, 5), features)

    def test_an_offset_is_a_pixel_of_the_map_and_outside_is_nothing(self):
        layer = DeformableAttention(2, heads=1, levels=1, points=1)
        layer.offsets.bias.data = torch.tensor([1.0, 0.0])
        for linear in (layer.value, layer.projection):
            torch.nn.init.eye_(linear.weight)
            torch.nn.init.zeros_(linear.bias)
        features = torch.rand(1, 2, 2, 3)
        read = layer(torch.rand(1, 6, 2), grid_places(features), [features])
        grid = read[0].T.view(2, 2, 3)
        torch.testing.assert_close(grid[..., :2], features[0, :, :, 1:])
        torch.testing.assert_close(grid[..., 2], torch.zeros(2, 2))

    def test_heads_look_in_their_own_directions_at_the_start(self):
        layer = DeformableAttention(8, heads=4, levels=1, points=2)
        offsets = layer.offsets.bias.view(4, 1, 2, 2)
        wanted = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
        torch.testing.assert_close(offsets[:, 0, 0], wanted, atol=1e-6, rtol=0)
        torch.testing.assert_close(offsets[:, 0, 1], 2 * wanted, atol=1e-6, rtol=0)


@pytest.mark.parametrize("frames", [1, 3])
def test_masks_of_all_frames(frames):
    images, scribbles, masks = inputs(frames)
    logits = trained_a_little()(images, scribbles, masks)
    assert logits.shape == (1, frames, 4, 32, 48)


def test_gradients_reach_every_parameter():
    network = trained_a_little().train()
    network(*inputs(3)).square().sum().backward()
    without = [n for n, p in network.named_parameters() if p.grad is None or not p.grad.any()]
    assert without == []


def test_it_learns_one_frames_mask_from_the_other_frames_scribble():
    """One picture four times; only the first frame's scribble tells which half is the object."""
    torch.manual_seed(0)
    network = AcrossFrame(TINY)
    images = torch.randn(1, 1, 3, 32, 48).expand(2, 2, -1, -1, -1)
    scribbles, wanted = torch.zeros(2, 2, 4, 32, 48), torch.zeros(2, 2, 32, 48, dtype=torch.int64)
    for video, half in enumerate((slice(0, 24), slice(24, 48))):
        scribbles[video, 0, 1, 8:24, half] = 1
        wanted[video, :, :, half] = 1
    optimiser, losses = torch.optim.Adam(network.parameters(), 0.01), []
    for _ in range(60):
        logits = network(images, scribbles, torch.zeros_like(scribbles))
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), wanted.flatten(0, 1))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(torch.nn.functional.cross_entropy(logits[:, 1], wanted[:, 1]).item())
    assert min(losses[-5:]) < 0.2  # without the other frame it can't be below log 2


@torch.no_grad()
def test_frames_permuted_masks_permuted():
    network, order = trained_a_little(), [2, 0, 1]
    given = inputs(3)
    logits = network(*given)
    turned = network(*(x[:, order] for x in given))
    torch.testing.assert_close(logits[:, order], turned, atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_identities_permuted_with_the_bank_masks_permuted():
    network, other = trained_a_little(), AcrossFrame(TINY).eval()
    order = torch.tensor([0, 2, 3, 1])
    state = network.state_dict()
    for key in ("identity_bank", "mask_head.2.weight", "mask_head.2.bias"):
        state[key] = state[key][order]
    other.load_state_dict(state)
    images, scribbles, masks = inputs(3)
    logits = network(images, scribbles, masks)
    turned = other(images, scribbles[:, :, order], masks[:, :, order])
    torch.testing.assert_close(logits[:, :, order], turned, atol=1e-5, rtol=1e-4)
    assert not torch.allclose(network(images, scribbles[:, :, order], masks), logits)


@torch.no_grad()
def test_a_scribble_changes_the_masks_of_the_other_frames():
    network = trained_a_little()
    images, scribbles, masks = inputs(2)
    elsewhere = scribbles.clone()
    elsewhere[:, 1] = 0
    with_both, with_one = network(images, scribbles, masks), network(images, elsewhere, masks)
    assert not torch.allclose(with_both[:, 0], with_one[:, 0], atol=1e-6)
    alone = network(images[:, :1], scribbles[:, :1], masks[:, :1])
    assert not torch.allclose(with_both[:, 0], alone[:, 0], atol=1e-6)


@torch.no_grad()
def test_videos_of_a_batch_do_not_mix():
    network = trained_a_little()
    first, second = inputs(2), tuple(x.flip(1) * 0.5 for x in inputs(2))
    both = network(*(torch.cat(pair) for pair in zip(first, second, strict=True)))
    torch.testing.assert_close(both[1:], network(*second), atol=1e-5, rtol=1e-4)


def test_sizes():
    with torch.device("meta"):
        counts = [
            sum(p.numel() for p in AcrossFrame(c).parameters())
            for c in (ACROSS_FRAME, ACROSS_FRAME_SMALL)
        ]
    assert counts == [42_994_715, 264_803]


@pytest.mark.parametrize(
    ("wrong", "said"), [({"points": 0}, "must be positive"), ({"heads": 7}, "of the 7 heads")]
)
def test_impossible_sizes_are_refused(wrong, said):
    with pytest.raises(ValueError, match=said):
        AcrossFrameConfig(**wrong)


def test_a_wrong_checkpoint_is_refused_with_its_keys(tmp_path):
    save_file(AcrossFrame(TINY).state_dict(), tmp_path / "tiny.safetensors")
    load_weights(AcrossFrame(TINY), tmp_path / "tiny.safetensors")
    other = AcrossFrame(dataclasses.replace(TINY, identities=4))
    with pytest.raises(WeightsError, match=r"identity_bank \(4, 4\) instead of \(5, 4\)"):
        load_weights(other, tmp_path / "tiny.safetensors")
