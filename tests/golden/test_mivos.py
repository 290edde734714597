"""MiVOS's networks, reading, fusion and two rounds of interaction equal the published ones."""

import numpy as np
import pytest
import torch
from golden.goldens import golden, manifest, near, same
from golden.mivos_runs import (
    Rounds,
    drawn,
    frame,
    fusion_network,
    propagation_network,
    propagator,
    scribble_network,
)

from vostoolkit.arrays import Size
from vostoolkit.masks import soft_aggregate
from vostoolkit.memory.shelves import read_all
from vostoolkit.networks.fusion import FusionNetwork
from vostoolkit.networks.scribble_to_mask import ScribbleToMask
from vostoolkit.networks.stm import QueryFeatures, StmNetwork
from vostoolkit.prompts import Click
from vostoolkit.results import Correction
from vostoolkit.stages.fitting import fit_frame
from vostoolkit.stages.fuse import DifferenceAwareFusion
from vostoolkit.stages.refine_scribble import ScribbleRefiner

FEATURE = 2e-4
PROBABILITY = 1e-4
ROUND = 2e-3
"""A place reads its 50 likeliest elements. In each round there is a place whose 50th and 51st are
within 3e-7 of each other (in round 1 in frame 6), so rounding chooses between them and moves
probabilities by up to 1.3e-3 from there on."""

FIT = fit_frame(Size(128, 160), None, multiple=16)


@pytest.mark.parametrize(
    ("network", "name"), [(StmNetwork, "prop"), (FusionNetwork, "fusion"), (ScribbleToMask, "s2m")]
)
def test_state_dict_is_the_published_one(network, name):
    wanted = {k: tuple(s) for k, s in manifest(f"mivos_{name}_manifest.json")["shapes"].items()}
    with torch.device("meta"):
        made = network()
    assert {key: tuple(value.shape) for key, value in made.state_dict().items()} == wanted
    buffers = ("running_mean", "running_var", "num_batches_tracked")
    count = sum(parameter.numel() for parameter in made.parameters())
    assert count == sum(np.prod(s) for k, s in wanted.items() if not k.endswith(buffers))


def image(index: int) -> torch.Tensor:
    return FIT.image(frame(index).image, torch.device("cpu"))


def one_hot(index: int) -> torch.Tensor:
    return drawn(index).pmf[None, 1:]


@pytest.fixture(scope="module")
def prop() -> dict[str, np.ndarray]:
    return golden("mivos_prop.npz")


@pytest.fixture(scope="module")
def query() -> QueryFeatures:
    with torch.no_grad():
        return propagation_network().encode_query(image(5))


@torch.no_grad()
def remembered() -> tuple[torch.Tensor, torch.Tensor]:
    """Keys and values [n, c, t, h, w]: frame 0 as drawn, frame 3 as unsure masks."""
    pairs = [
        propagation_network().encode_memory(image(0), one_hot(0)),
        propagation_network().encode_memory(image(3), 0.9 * one_hot(3) + 0.03),
    ]
    return torch.stack([k[0] for k, _ in pairs], 2), torch.stack([v[0] for _, v in pairs], 2)


@torch.no_grad()
def test_memory_keys_and_values(prop):
    key, value = remembered()
    near(key[:, :, :1], prop["k0"], FEATURE)
    near(value[:, ::4, :1], prop["v0"], FEATURE)
    near(key[:, :, 1:], prop["k3"], FEATURE)
    single, _ = propagation_network().encode_memory(image(0), one_hot(0)[:, :1])
    near(single[0, :, :, None], prop["k_single"], FEATURE)


def test_query(prop, query):
    near(query.key, prop["qk"], FEATURE)
    near(query.value[:, ::4], prop["qv"], FEATURE)
    near(query.deep[:, ::8], prop["f16"], FEATURE)
    near(query.middle[:, ::8], prop["f8"], FEATURE)
    near(query.shallow[:, ::16], prop["f4"], FEATURE)


@torch.no_grad()
def test_reading_and_decoding(prop, query):
    key, value = (x.flatten(2).mT for x in remembered())
    rows = propagator().query_rows(frame(5), FIT)
    near((key[0] @ rows.T)[None], prop["affinity_raw"], FEATURE)
    parts = [read_all(rows, k, v[:, None], top_k=50)[0] for k, v in zip(key, value, strict=True)]
    readout = torch.cat(parts, 1).permute(1, 2, 0).unflatten(2, (8, 10))
    near(readout[:1], prop["memory_read_obj0"], FEATURE)
    own = torch.sigmoid(propagation_network().decode(query, readout[None]))[0]
    near(own[:, None], prop["seg_prob"], PROBABILITY)


def test_aggregation(prop):
    own = torch.from_numpy(np.asarray(prop["seg_prob"]))[:, 0]
    logits = soft_aggregate(own)
    near(torch.softmax(logits, 0)[:, None], prop["agg_wbg"], PROBABILITY)
    coarse = logits[:, None, ::4, ::4]
    near(torch.softmax(1000 * coarse, 0), prop["agg_wbg_hard"], 1e-3)
    odds = torch.logit(torch.cat([torch.full_like(own[:1], 0.5), own]), eps=1e-7)
    near(torch.softmax(odds, 0)[:, None, ::4, ::4], prop["agg_sbg"], PROBABILITY)


def test_a_change_is_carried_by_the_attention(prop):
    fuse = DifferenceAwareFusion(propagator(), fusion_network(), top_k=None)
    correction = Correction(frame(0), drawn(5), drawn(0), until=9)
    carried = fuse.carried(frame(5), drawn(5), correction, FIT)
    near(carried[:1].flip(1), prop["attention"], 1e-6)


@torch.no_grad()
def test_fusion_network():
    given = golden("mivos_fusion.npz")
    parts = (torch.from_numpy(np.asarray(given[k])) for k in ("seg1", "seg2", "attn", "time"))
    same(frame(5).image, given["im_frame"])
    near(fusion_network()(image(5), *parts), given["logit"], FEATURE)


@torch.no_grad()
def test_scribble_network():
    given = golden("mivos_s2m.npz")
    same(frame(0).image, given["frame"])
    maps = [
        torch.from_numpy(np.asarray(given[k])).float()[None, None]
        for k in ("prev_mask", "pos", "neg")
    ]
    near(scribble_network()(image(0), *maps), given["logit"], FEATURE)


def test_two_rounds():
    """Labels are equal but for pixels whose two likeliest classes may change places."""
    given = golden("mivos_core.npz")
    rounds = Rounds(count=12, every=int(given["mem_freq"]))
    for number, corrected in ((1, 0), (2, 8)):
        rounds.correct(corrected)
        pmf = rounds.pmfs()
        coarse, prob = pmf[..., ::2, ::2], given[f"prob_round{number}"]
        near(coarse, prob, ROUND)
        assert np.quantile(np.abs(coarse.numpy() - prob), 0.9) < PROBABILITY
        expected = given[f"masks_round{number}"]
        labels = pmf.argmax(0).numpy().astype(np.uint8)
        first, second = pmf.topk(2, 0)[0]
        is_flipped = (labels != expected) & (first - second < 2 * ROUND).numpy()
        assert is_flipped.mean() < 1e-3
        same(np.where(is_flipped, expected, labels), expected)
    same(len({m.frame for m in rounds.certain.memory}), given["certain_T"])


def test_a_stage_gives_the_network_its_marks_and_mask():
    refiner = ScribbleRefiner(scribble_network(), short_side=None, device="cpu")
    marks = (Click(0, 1, 60, 40), Click(0, 1, 20, 100, positive=False))
    result = refiner(frame(0), 1, marks, drawn(0))
    maps = torch.zeros(2, 1, 1, 128, 160)
    maps[0, ..., 39:42, 59:62] = 1
    maps[1, ..., 99:102, 19:22] = 1
    with torch.no_grad():
        logits = scribble_network()(image(0), one_hot(0)[:, :1], *maps)
    torch.testing.assert_close(result.after, torch.sigmoid(logits)[0, 0], atol=1e-4, rtol=0)
