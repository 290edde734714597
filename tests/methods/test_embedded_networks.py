"""Small networks are used by the nano presets where their weights are embedded, and only there."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from vostoolkit.methods.eva_vos import EvaVos
from vostoolkit.methods.idpro import IDPro
from vostoolkit.methods.mivos import MiVOS
from vostoolkit.stages.fuse import DifferenceAwareFusion, LinearBlend
from vostoolkit.stages.interact_frames import InteractFrames
from vostoolkit.stages.propagate_aot import AotPropagator
from vostoolkit.stages.propagate_xmem import XMemPropagator
from vostoolkit.stages.select_annotation import FixedAnnotation, LearnedAnnotation
from vostoolkit.stages.select_frame import KeyDissimilarity, QualityDistance
from vostoolkit.weights import WEIGHTS, Weights, blueprints
from vostoolkit.weights.folder import FOLDER_VARIABLE

SMALL = ("aot", "fusion", "interact", "quality", "policy")


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SMALL:
        if f"{name}-nano" in WEIGHTS:
            monkeypatch.delitem(WEIGHTS, f"{name}-nano")


@pytest.fixture
def present(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Weights drawn by chance, where a person's own are: the package's folder stays as it is."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    for name in SMALL:
        blueprint = getattr(blueprints, f"{name.upper()}_NANO")
        torch.manual_seed(0)
        save_file(blueprint.build().state_dict(), tmp_path / f"{name}.safetensors")
        weights = Weights(
            f"{name}-nano", blueprint, f"{name}.safetensors", "none", "https://example.org"
        )
        monkeypatch.setitem(WEIGHTS, weights.name, weights)


@pytest.mark.usefixtures("absent")
def test_without_them_no_preset_breaks() -> None:
    assert isinstance(MiVOS.preset(device="cpu").fuse, LinearBlend)
    idpro = IDPro.preset(device="cpu")
    assert isinstance(idpro.propagator, XMemPropagator) and idpro.across is None
    eva = EvaVos.preset(device="cpu")
    assert isinstance(eva.suggest, KeyDissimilarity)
    assert isinstance(eva.choose, FixedAnnotation)


@pytest.mark.usefixtures("present")
def test_with_them_the_presets_use_them() -> None:
    assert isinstance(MiVOS.preset(device="cpu").fuse, DifferenceAwareFusion)
    idpro = IDPro.preset(device="cpu")
    assert isinstance(idpro.propagator, AotPropagator) and isinstance(idpro.across, InteractFrames)
    eva = EvaVos.preset(device="cpu")
    assert isinstance(eva.suggest, QualityDistance)
    assert isinstance(eva.choose, LearnedAnnotation)
