"""The quality score in place of the entropy: what it takes over, what it needs, in a session."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

import vostoolkit as vos
from vostoolkit.data.synthetic import synthetic_clip
from vostoolkit.networks.quality_aware import QUALITY_AWARE_NANO, QualityAware
from vostoolkit.results import Propagation
from vostoolkit.stages.uncertainty_quality import QualityScore

CLIP = synthetic_clip(500_003, frames=5, size=(64, 96), objects=2)


@pytest.fixture(scope="module")
def measure() -> QualityScore:
    torch.manual_seed(3)
    return QualityScore(QualityAware(QUALITY_AWARE_NANO).eval(), 256, device="cpu")


def predicted(labels: np.ndarray | None = None) -> Propagation:
    masks = vos.Masks.from_labels(CLIP.labels(2) if labels is None else labels, (1, 2))
    return Propagation(frame=2, masks=masks, image_of=lambda frame: CLIP.video[frame].image)


def test_the_score_is_one_minus_the_predicted_iou(measure: QualityScore) -> None:
    prediction = predicted()
    result = measure(prediction, None)
    quality = measure.quality(CLIP.video[2].image, prediction.masks)
    assert result.score == pytest.approx({o: 1 - q for o, q in quality.items()})
    assert set(result.score) == {1, 2} and result.jump == {1: None, 2: None}
    assert all(0 < q < 1 for q in quality.values())
    later = measure(prediction, replace(result, score={1: 0.1}))
    assert later.jump == {1: pytest.approx(result.score[1] - 0.1), 2: None}


def test_map_and_regions_are_the_entropy_s(measure: QualityScore) -> None:
    prediction = predicted()
    result, entropy = measure(prediction, None), vos.MaskedEntropy()(prediction, None)
    assert torch.equal(result.entropy, entropy.entropy)
    assert all(torch.equal(result.regions[o], entropy.regions[o]) for o in (1, 2))
    assert "predicted IoU" in result.measure
    assert result.measure.isascii()  # the pictures' font has no minus sign


def test_a_lost_object_is_not_scored_by_the_network(measure: QualityScore) -> None:
    labels = np.where(CLIP.labels(2) == 1, 1, 0).astype(np.uint8)
    result = measure(predicted(labels), None)
    assert result.lost == {2} and result.score[2] == 1.0 != result.score[1]


def test_without_the_picture_it_says_what_to_do(measure: QualityScore) -> None:
    with pytest.raises(ValueError, match="came without its picture"):
        measure(replace(predicted(), image_of=None), None)


def test_a_session_takes_it_from_the_start_or_in_a_branch(measure: QualityScore) -> None:
    quiet = vos.EntropyJump(9, 9, ask_when_lost=False)
    method = replace(vos.LazyXMem.preset("nano", device="cpu"), decide=quiet)
    scores: list[float] = []
    for first, then in ((measure, None), (vos.MaskedEntropy(), measure)):
        session = vos.Session(replace(method, uncertainty=first), CLIP.video)
        session.answer(vos.Drawing(0, 1, CLIP.labels(0) == 1))
        session.run(until=2)
        session = session.branch(2, uncertainty=then) if then else session
        session.run()
        uncertainty = session.at(4).uncertainty
        assert uncertainty is not None and "predicted IoU" in uncertainty.measure
        scores.append(uncertainty.score[1])
    assert scores[0] == scores[1]


def test_weights_are_loaded_and_wrong_ones_named(measure: QualityScore, tmp_path: Path) -> None:
    path = tmp_path / "quality.safetensors"
    save_file(measure.network.state_dict(), path)
    loaded = QualityScore.load(path, device="cpu")
    assert loaded(predicted(), None).score == measure(predicted(), None).score
    with pytest.raises(vos.WeightsError, match="no weights"):
        QualityScore.load(tmp_path / "absent.safetensors")


def test_too_small_a_working_size_is_refused(measure: QualityScore) -> None:
    with pytest.raises(ValueError, match="short side of 4 pixels"):
        replace(measure, short_side=4)
