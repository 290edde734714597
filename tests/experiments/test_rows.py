"""The tables' rows: each of the paper's differences is an argument of a stage."""

import math
from dataclasses import replace

import pytest
import torch
from safetensors.torch import save_file

import vostoolkit as vos
from vostoolkit.errors import ExperimentError, WeightsError
from vostoolkit.experiments import ROWS, Calibration, table_row
from vostoolkit.networks.quality_aware import QUALITY_AWARE_NANO, QualityAware
from vostoolkit.stages.decide_random import RandomCalls
from vostoolkit.stages.uncertainty_quality import QualityScore


@pytest.fixture(scope="module")
def method() -> vos.LazyXMem:
    return vos.LazyXMem.preset("nano")


@pytest.mark.parametrize(
    ("name", "user", "pseudo", "udu", "idu", "pseudo_idu"),
    [
        ("xmem", math.inf, math.inf, False, True, False),
        ("xmem-udu", math.inf, math.inf, True, True, False),
        ("xmem-udu-user", 0.07, 0.07, True, False, False),
        ("xmem-udu-idu", 0.07, 0.07, True, True, False),
        ("lazy-xmem", 0.07, 0.05, True, True, False),
        ("lazy-xmem-pseudo-idu", 0.07, 0.05, True, True, True),
        ("lazy-xmem-dagger", math.inf, 0.05, True, True, False),
    ],
)
def test_who_corrects_and_what_is_stored(method, name, user, pseudo, udu, idu, pseudo_idu) -> None:
    made = table_row(name, method)
    decide = vos.EntropyJump(tau_user=user, tau_pseudo=pseudo, ask_when_lost=False)
    update = vos.MemoryRule(
        uncertainty_driven=udu, interaction_driven=idu, pseudo_driven=pseudo_idu
    )
    assert made.decide == decide
    assert made.update == update
    assert made.propagator is method.propagator
    assert made.refine is method.refine


def test_the_mask_as_a_prompt(method) -> None:
    made = table_row("xmem-udu-idu-mask", method)
    assert made.refine == replace(method.refine, use_previous="always")
    assert made.decide == table_row("xmem-udu-idu", method).decide
    cut = replace(method, refine=vos.GrabCutRefiner())
    with pytest.raises(ExperimentError, match="GrabCutRefiner has no use_previous"):
        table_row("xmem-udu-idu-mask", cut)


def test_random_calls_keep_the_pseudo_corrections(method) -> None:
    made = table_row("rand-lazy-xmem", method, calibration=Calibration(0.2), seed=5)
    assert isinstance(made.decide, RandomCalls)
    assert (made.decide.rate, made.decide.seed) == (0.2, 5)
    assert made.decide.otherwise == table_row("lazy-xmem-dagger", method).decide


def test_asking_by_the_entropy_itself(method) -> None:
    made = table_row("score-udu-user", method, calibration=Calibration(score_user=0.6))
    assert made.decide == vos.EntropyJump(
        tau_user=math.inf, tau_pseudo=math.inf, score_user=0.6, ask_when_lost=False
    )
    assert not made.update.interaction_driven
    assert table_row("score-udu-idu", method).update.interaction_driven


def test_a_network_that_rates_masks_in_the_entropys_place(method, tmp_path) -> None:
    torch.manual_seed(0)
    network = QualityAware(QUALITY_AWARE_NANO).eval()
    save_file(network.state_dict(), tmp_path / "quality.safetensors")
    calibration = Calibration(quality=tmp_path / "quality.safetensors", quality_user=0.3)
    made = table_row("lazy-qdmn", method, calibration=calibration)
    assert isinstance(made.uncertainty, QualityScore)
    assert (made.decide.tau_user, made.decide.tau_pseudo) == (0.3, 0.2)
    assert made.update == table_row("lazy-xmem", method).update
    assert made.propagator is method.propagator
    with pytest.raises(WeightsError, match=r"nowhere\.safetensors"):
        table_row("lazy-qdmn", method, calibration=Calibration(quality="nowhere.safetensors"))


def test_only_one_row_asks_about_lost_objects(method) -> None:
    asking = [
        name
        for name in ROWS
        if isinstance(rule := table_row(name, method).decide, vos.EntropyJump)
        and rule.ask_when_lost
    ]
    assert asking == ["lazy-xmem-lost"]


def test_unknown_rows_are_refused(method) -> None:
    with pytest.raises(ExperimentError, match="no row 'cutie': there are xmem, "):
        table_row("cutie", method)
