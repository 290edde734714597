import numpy as np

from vostoolkit.stages.propagate_flow import FlowPropagator
from vostoolkit.training.cards import Evidence, clip_scores, curve_drawing, write_card
from vostoolkit.training.judged import Scored, procedural_clips
from vostoolkit.training.judged_report import Row
from vostoolkit.training.loop import CurvePoint
from vostoolkit.training.sheets import carried_sheet


def test_a_card_has_scores_a_sheet_and_words_on_failures(tmp_path):
    (tmp_path / "nano.failures.md").write_text("It fails in fog.\n")
    rows = [Row("mean J", "nano", "2 procedural", 0.8, 0.78)]
    evidence = Evidence(rows, {"seed 0": 0.75}, np.zeros((20, 30, 3), np.uint8))
    card = write_card("nano", tmp_path, evidence)
    text = card.read_text()
    assert text.startswith("# nano")
    assert "| mean J | nano | 2 procedural | 0.800 | >= 0.78 | yes |" in text
    assert "seed 0 0.75" in text
    assert "It fails in fog." in text
    assert (tmp_path / "nano-clips.png").is_file()


def test_a_card_without_evidence_has_what_was_noted_when_the_weights_were_exported(tmp_path):
    text = write_card("policy-nano", tmp_path).read_text()
    assert "reward of an episode" in text and "policy-nano-curve.svg" in text
    assert "## Every procedural clip" not in text


def test_clips_are_means_over_their_frames():
    scored = [Scored("a", 1, 1, 0.5, 0.0), Scored("a", 2, 1, 1.0, 0.0), Scored("b", 1, 1, 0.2, 0.0)]
    assert clip_scores(scored) == {"a": 0.75, "b": 0.2}


def test_the_curve_is_drawn_from_corner_to_corner():
    points = [CurvePoint(25, 60.0, 0.5, 2.0, 0.2), CurvePoint(50, 120.0, 1.0, 1.0, 0.6)]
    drawing = curve_drawing(points)
    assert 'points="330.0,20.0 620.0,140.0"' in drawing
    assert 'points="330.0,140.0 620.0,20.0"' in drawing
    assert "2 minutes, 50 steps" in drawing


def test_a_sheet_has_a_panel_for_each_chosen_frame():
    clip = next(iter(procedural_clips(1, 6)))
    one, two = (carried_sheet(FlowPropagator(), [clip] * n, frames=3) for n in (1, 2))
    assert two.shape[1] == one.shape[1]
    assert 1.5 * one.shape[0] < two.shape[0] < 2.2 * one.shape[0]
