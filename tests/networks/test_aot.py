import dataclasses

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save_file

from vostoolkit.errors import WeightsError
from vostoolkit.networks.aot import AOT_B, AOT_NANO, AOT_S, AOT_T, Aot, AotConfig
from vostoolkit.networks.aot_attention import LocalAttention, band, unband
from vostoolkit.networks.folding import folded
from vostoolkit.networks.mobilenet import MobileNetConfig
from vostoolkit.networks.positions import sine_positions
from vostoolkit.weights import load_weights

TINY = AotConfig(
    blocks=2,
    width=16,
    heads=2,
    hidden=32,
    reach=1,
    identities=3,
    encoder=MobileNetConfig(4, (4, 4, 8, 8, 8, 8, 8), (1, 1, 1, 1, 1, 2, 1), 2, 16),
)


def inputs(config: AotConfig, batch: int = 1) -> tuple[torch.Tensor, torch.Tensor]:
    sides = (33, 49) if config.align_corners else (32, 48)
    labels = torch.randint(0, config.classes, (batch, 1, *sides))
    one_hot = (labels == torch.arange(config.classes)[:, None, None]).float()
    return torch.randn(batch, 3, *sides), one_hot


def test_local_attention_is_a_softmax_over_the_window():
    """Against the definition, written as a loop over places."""
    torch.manual_seed(0)
    height, width, reach = 3, 5, 1
    layer = LocalAttention(4, 2, reach)
    torch.nn.init.normal_(layer.relative_emb_v)
    query, key, value = torch.randn(3, 1, height * width, 4)
    with torch.no_grad():
        read = layer(query, key, value, (height, width))[0]
        grid = query[0].T.view(1, 4, height, width)
        relative = layer.relative_emb_k(grid).view(2, 9, height, width)
    for y, x in ((0, 0), (1, 2), (2, 4)):
        heads = []
        for head in range(2):
            own = slice(2 * head, 2 * head + 2)
            scores, values = [], []
            for place in range(9):
                row, column = y + place // 3 - 1, x + place % 3 - 1
                if 0 <= row < height and 0 <= column < width:
                    there = row * width + column
                    product = query[0, y * width + x, own] @ key[0, there, own]
                    scores.append(product / 2**0.5 + relative[head, place, y, x])
                    values.append(value[0, there, own] + layer.relative_emb_v[head, :, place])
            weights = torch.softmax(torch.stack(scores), 0)
            heads.append((weights[:, None] * torch.stack(values)).sum(0))
        wanted = layer.projection(torch.cat(heads))
        torch.testing.assert_close(read[y * width + x], wanted, atol=1e-5, rtol=1e-4)


@given(st.integers(1, 6), st.integers(0, 3))
def test_unband_is_the_inverse_of_band(count, reach):
    x = torch.rand(2, count, 2 * reach + 1)
    assert torch.equal(band(unband(x), reach), x)
    full = torch.arange(count * (count + 2 * reach)).float().view(count, -1)
    rows = [full[i, i : i + 2 * reach + 1] for i in range(count)]
    assert torch.equal(band(full, reach), torch.stack(rows))


def test_positions_by_hand():
    waves = sine_positions(torch.zeros(1, 8, 3, 2))[0]
    torch.testing.assert_close(waves[0, :, 0], torch.tensor([0.0, 0.0, 0.0]), atol=1e-5, rtol=0)
    torch.testing.assert_close(waves[1, :, 0], torch.tensor([1.0, -1.0, 1.0]), atol=1e-5, rtol=0)
    slow = torch.tensor([0.0, torch.pi / 100])  # the second pair turns a hundred times slower
    torch.testing.assert_close(waves[2, ::2, 0], (2 * slow).sin(), atol=1e-5, rtol=1e-4)
    assert torch.equal(waves[:4, :, 0], waves[:4, :, 1])


@pytest.mark.parametrize("align_corners", [True, False])
def test_shapes_and_gradients(align_corners):
    network = Aot(dataclasses.replace(TINY, align_corners=align_corners))
    image, one_hot = inputs(network.config, batch=2)
    features = network.encode(image)
    assert features.size == ((3, 4) if align_corners else (2, 3))
    identities = network.identify(one_hot)
    _, tokens = network.attend(features, identities)
    memory = network.remember(tokens, identities)
    outputs, _ = network.attend(features, (memory, memory))
    logits = network.decode(features, outputs)
    assert logits.shape == (2, 4, *((9, 13) if align_corners else (8, 12)))
    logits.square().sum().backward()
    without = [n for n, p in network.named_parameters() if p.grad is None]
    assert without == ["LSTT.mask_token"]


def test_it_learns_to_carry_a_mask_to_the_next_frame():
    torch.manual_seed(0)
    network, (image, one_hot) = Aot(TINY), inputs(TINY)
    one_hot = torch.zeros_like(one_hot)
    one_hot[:, 0, :, 16:], one_hot[:, 2, :, :16] = 1, 1
    wanted = torch.nn.functional.interpolate(one_hot, size=(9, 13)).argmax(1)
    optimiser, losses = torch.optim.Adam(network.parameters(), 0.01), []
    for _ in range(30):
        features, identities = network.encode(image), network.identify(one_hot)
        memory = network.remember(network.attend(features, identities)[1], identities)
        logits = network.decode(features, network.attend(features, (memory, memory))[0])
        loss = torch.nn.functional.cross_entropy(logits, wanted)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.2 * losses[0]


def test_identities_permute_with_the_bank():
    """Ids are names: with the bank's and the decoder's channels permuted, so are the masks."""
    network, other = Aot(TINY).eval(), Aot(TINY).eval()
    order = torch.tensor([0, 3, 1, 2])
    state = network.state_dict()
    for key in ("decoder.conv_out.weight", "decoder.conv_out.bias"):
        state[key] = state[key][order]
    state["patch_wise_id_bank.weight"] = state["patch_wise_id_bank.weight"][:, order]
    other.load_state_dict(state)
    image, one_hot = inputs(TINY)
    ends = []
    with torch.no_grad():
        for net, known in ((network, one_hot), (other, one_hot[:, order])):
            features, identities = net.encode(image), net.identify(known)
            memory = net.remember(net.attend(features, identities)[1], identities)
            ends.append(net.decode(features, net.attend(features, (memory, memory))[0]))
    torch.testing.assert_close(ends[0][:, order], ends[1], atol=1e-5, rtol=1e-4)


def test_folding_changes_rounding_only():
    network = Aot(TINY).double()
    image, one_hot = (x.double() for x in inputs(TINY))
    for _ in range(3):  # gives the batch norms something to fold
        network.encode(image)
    fast, network = folded(network), network.eval()
    assert not any(isinstance(m, torch.nn.BatchNorm2d) for m in fast.modules())
    with torch.no_grad():
        pair = []
        for net in (network, fast):
            features = net.encode(image)
            pair.append(net.decode(features, net.attend(features, net.identify(one_hot))[0]))
    torch.testing.assert_close(*pair, atol=1e-6, rtol=1e-6)


def test_sizes():
    counts = [sum(p.numel() for p in Aot(c).parameters()) for c in (AOT_T, AOT_S, AOT_B, AOT_NANO)]
    assert counts == [5_768_211, 7_032_347, 8_296_483, 618_207]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"blocks": 0}, "every size must be positive"),
        ({"width": 24}, "a multiple of 16"),
        ({"hidden": 40}, "one of 32"),
    ],
)
def test_impossible_sizes_are_refused(wrong, said):
    with pytest.raises(ValueError, match=said):
        AotConfig(**wrong)


@pytest.mark.parametrize("fault", ["missing", "extra", "shape", "blocks"])
def test_a_wrong_checkpoint_is_refused_with_its_keys(fault, tmp_path):
    state = Aot(TINY).state_dict()
    key, said = "encoder_projector.bias", f"1 missing: {'encoder_projector.bias'}"
    if fault == "missing":
        del state[key]
    elif fault == "extra":
        state["encoder.layer1.0.conv1.weight"] = torch.zeros(1)
        said = "1 not expected: encoder.layer1.0.conv1.weight"
    elif fault == "shape":
        state[key] = torch.zeros(5)
        said = rf"{key} \(5,\) instead of \(16,\)"
    else:
        state = Aot(dataclasses.replace(TINY, blocks=1)).state_dict()
        said = "missing: LSTT.layers.1.norm1.weight"
    save_file(state, tmp_path / "wrong.safetensors")
    with pytest.raises(WeightsError, match=said):
        load_weights(Aot(TINY), tmp_path / "wrong.safetensors")


def test_a_right_checkpoint_loads(tmp_path):
    network = Aot(TINY)
    save_file(network.state_dict(), tmp_path / "right.safetensors")
    loaded = load_weights(Aot(TINY), tmp_path / "right.safetensors")
    assert all(torch.equal(v, network.state_dict()[k]) for k, v in loaded.state_dict().items())
