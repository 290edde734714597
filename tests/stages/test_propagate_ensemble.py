"""Ensembles of networks and of dropout passes in a session: undo and branch are exact."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

import vostoolkit as vos
from vostoolkit.data.synthetic import synthetic_clip
from vostoolkit.networks.xmem import NANO, XMem
from vostoolkit.results import EnsemblePropagation
from vostoolkit.stages.propagate_colour import ColourPropagator
from vostoolkit.stages.propagate_ensemble import (
    DropoutPropagator,
    EnsemblePropagator,
    EnsembleState,
    channels_kept,
)
from vostoolkit.stages.uncertainty_ensemble import EpistemicVariance, MutualInformation

CLIP = synthetic_clip(500_003, frames=7, size=(64, 96), objects=1)
QUIET = vos.EntropyJump(9, 9, ask_when_lost=False)


def seeded(seed: int) -> vos.XMemPropagator:
    torch.manual_seed(seed)
    return vos.XMemPropagator(XMem(NANO).eval(), short_side=None, top_k=8, device="cpu")


@pytest.fixture(scope="module")
def dropout() -> DropoutPropagator:
    made = DropoutPropagator.nano(device="cpu")
    assert isinstance(made, DropoutPropagator)
    return made


@pytest.fixture(scope="module")
def ensemble() -> EnsemblePropagator:
    return EnsemblePropagator((seeded(1), seeded(2)))


def session(propagator: Any, **stages: Any) -> vos.Session:
    method = replace(vos.LazyXMem.preset("nano", device="cpu"), propagator=propagator)
    stages = {"uncertainty": EpistemicVariance(), "decide": QUIET, **stages}
    made = vos.Session(replace(method, **stages), CLIP.video)
    made.answer(vos.Drawing(0, 1, CLIP.labels(0) == 1))
    return made


def members(made: vos.Session, frame: int) -> torch.Tensor:
    prediction = made.at(frame).propagation
    assert isinstance(prediction, EnsemblePropagation)
    return prediction.members


@pytest.mark.parametrize("kind", ["dropout", "ensemble"])
def test_masks_are_the_mean_and_members_differ(kind: str, request: pytest.FixtureRequest) -> None:
    made = session(request.getfixturevalue(kind))
    made.run(until=3)
    prediction = made.at(3).propagation
    assert isinstance(prediction, EnsemblePropagation)
    assert torch.equal(prediction.masks.pmf, prediction.members.mean(0))
    torch.testing.assert_close(
        prediction.members.sum(1),
        torch.ones_like(prediction.masks.pmf[0]).expand(len(prediction.members), -1, -1),
    )
    uncertainty = made.at(3).uncertainty
    assert uncertainty is not None and uncertainty.score[1] > 0
    assert float(uncertainty.entropy.max()) > 0.001


@pytest.mark.parametrize("kind", ["dropout", "ensemble"])
def test_a_replay_is_equal_bit_for_bit(kind: str, request: pytest.FixtureRequest) -> None:
    made = session(request.getfixturevalue(kind))
    made.run()
    last = members(made, 6)
    made.answer(vos.Click(6, 1, 40, 30))
    made.undo()
    assert torch.equal(members(made, 6), last)
    made.rewind(2)
    made.run()
    assert torch.equal(members(made, 6), last)
    fresh = session(request.getfixturevalue(kind))
    fresh.run()
    assert torch.equal(members(fresh, 6), last)


def test_a_plain_session_branches_into_dropout(dropout: DropoutPropagator) -> None:
    plain = session(vos.XMemPropagator.nano(device="cpu"), uncertainty=vos.MaskedEntropy())
    plain.run(until=3)
    branch = plain.branch(3, propagator=dropout, uncertainty=MutualInformation())
    branch.run()
    uncertainty = branch.at(5).uncertainty
    assert uncertainty is not None and uncertainty.measure == "mutual information"
    assert members(branch, 5).shape == (5, 2, 64, 96)


def test_a_plain_session_refuses_a_measure_of_several(dropout: DropoutPropagator) -> None:
    plain = session(vos.XMemPropagator.nano(device="cpu"), uncertainty=vos.MaskedEntropy())
    plain.run(until=2)
    with pytest.raises(ValueError, match="has one prediction"):
        plain.branch(2, uncertainty=EpistemicVariance()).run()


def test_without_dropout_every_pass_is_the_plain_one(dropout: DropoutPropagator) -> None:
    made = session(replace(dropout, rate=0.0, passes=2))
    made.run(until=1)
    plain = session(vos.XMemPropagator.nano(device="cpu"), uncertainty=vos.MaskedEntropy())
    plain.run(until=1)
    expected = plain.at(1).propagation
    assert expected is not None
    for pmf in members(made, 1):
        torch.testing.assert_close(pmf, expected.masks.pmf, atol=1e-5, rtol=0)


def test_seeds_frames_and_passes_draw_different_channels() -> None:
    seeds = ((0, 1, 0), (1, 1, 0), (0, 2, 0), (0, 1, 1))
    kept = [channels_kept(400, 0.2, seed) for seed in seeds]
    assert len({tuple(k.flatten().tolist()) for k in kept}) == 4
    assert torch.equal(kept[0], channels_kept(400, 0.2, seeds[0]))
    assert set(kept[0].unique().tolist()) == {0.0, 1.25}
    assert float((kept[0] == 0).float().mean()) == pytest.approx(0.2, abs=0.06)


def test_members_memorise_what_the_method_decides(ensemble: EnsemblePropagator) -> None:
    frame = CLIP.video[0]
    masks = vos.Masks.from_labels(CLIP.labels(0))
    state = ensemble.start(frame, masks.objects)
    update, state = ensemble.memorise(frame, masks, state, tier="working")
    alone, own = ensemble.members[0].memorise(
        frame, masks, ensemble.members[0].start(frame, masks.objects), tier="working"
    )
    assert update.added == 2 * alone.added
    assert update.sizes == {tier: 2 * size for tier, size in alone.sizes.items()}
    expected, _ = ensemble.members[0].propagate(CLIP.video[1], own)
    both, _ = ensemble.propagate(CLIP.video[1], state)
    assert torch.equal(both.members[0], expected.masks.pmf)


def test_members_with_other_memory_tiers_count_what_they_have(
    ensemble: EnsemblePropagator,
) -> None:
    other = ColourPropagator(short_side=24)
    frame, masks = CLIP.video[0], vos.Masks.from_labels(CLIP.labels(0))
    first, alone = (
        m.memorise(frame, masks, m.start(frame, masks.objects), tier="working")[0]
        for m in (ensemble.members[0], other)
    )
    for members in ((ensemble.members[0], other), (other, ensemble.members[0])):
        mixed = EnsemblePropagator(members)
        update, _ = mixed.memorise(frame, masks, mixed.start(frame, masks.objects), tier="working")
        assert update.sizes["working"] == first.sizes["working"] + alone.sizes["working"]
        assert update.sizes["long-term"] == first.sizes["long-term"]


def test_a_state_of_another_ensemble_is_refused(ensemble: EnsemblePropagator) -> None:
    with pytest.raises(ValueError, match="3 members for an ensemble of 2"):
        ensemble.propagate(CLIP.video[0], EnsembleState((None, None, None)))


@pytest.mark.parametrize("kind", ["dropout", "ensemble"])
def test_a_saved_session_goes_on_exactly(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    made = session(request.getfixturevalue(kind))
    made.run(until=3)
    loaded = vos.Session.load(made.save(tmp_path / "run"), made.method, CLIP.video)
    for one in (made, loaded):
        one.run()
    assert torch.equal(members(made, 6), members(loaded, 6))


@pytest.mark.parametrize(
    ("fields", "said"),
    [({"passes": 1}, "passes=1"), ({"rate": 1.0}, r"rate=1\.0"), ({"seed": -1}, "seed=-1")],
)
def test_wrong_dropout_fails_when_it_is_built(
    dropout: DropoutPropagator, fields: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        replace(dropout, **fields)


def test_an_ensemble_of_one_is_refused(dropout: DropoutPropagator) -> None:
    with pytest.raises(ValueError, match="at least 2"):
        EnsemblePropagator((dropout,))
