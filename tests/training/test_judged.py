from pathlib import Path

import cv2
import numpy as np
import pytest

from vostoolkit.data.export import write_labels
from vostoolkit.errors import VideoError
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.results import Refinement
from vostoolkit.stages.propagate_flow import FlowPropagator
from vostoolkit.stages.uncertainty import MaskedEntropy
from vostoolkit.training.judged import (
    Scored,
    carried,
    drift,
    failure_area,
    mean_overlap,
    procedural_clips,
    rank_correlation,
    real_clips,
)
from vostoolkit.training.judged_clicks import ClickScores, Target, click_scores, real_targets


def scored(*pairs: tuple[float, float], clip: str = "a") -> list[Scored]:
    return [Scored(clip, i, 1, j, score) for i, (j, score) in enumerate(pairs, start=1)]


def test_mean_overlap_counts_clips_alike():
    rows = scored((1.0, 0.0), (0.0, 0.0), clip="a") + scored((0.3, 0.0), clip="b")
    assert mean_overlap(rows) == pytest.approx((0.5 + 0.3) / 2)


def test_drift_is_what_the_last_third_lost():
    rows = scored((0.9, 0.0), (0.7, 0.0), (0.7, 0.0), (0.6, 0.0), (0.4, 0.0))  # frames 1 to 5
    assert drift(rows) == pytest.approx(0.9 - 0.5)


def test_spearman_by_hand_and_by_object():
    falling = scored((0.9, 0.1), (0.8, 0.2), (0.3, 0.7))
    assert rank_correlation(falling) == pytest.approx(1.0)
    mixed = scored((0.9, 0.1), (0.8, 0.7), (0.3, 0.2))  # ranks of 1 - score: 3 1 2, of J: 3 2 1
    assert rank_correlation(mixed) == pytest.approx(0.5)
    still = scored((0.9, 0.1), (0.9, 0.3), clip="still")
    assert rank_correlation(mixed + still) == pytest.approx(0.5)
    assert np.isnan(rank_correlation(still))


def test_area_for_failures_with_a_tie():
    rows = scored((0.2, 0.8), (0.4, 0.3), (0.9, 0.3), (0.8, 0.1))
    assert failure_area(rows) == pytest.approx((2 + 1.5) / 4)
    assert np.isnan(failure_area(rows[:2]))


def test_clips_are_carried_from_their_first_truth():
    clip = next(iter(procedural_clips(1)))
    found = carried(FlowPropagator(), clip, uncertainty=MaskedEntropy())
    assert {s.clip for s in found} == {"seed 0"}
    assert min(s.frame for s in found) == 1
    assert all(0 <= s.j <= 1 and 0 <= s.score <= 1 for s in found)


def write_clip(folder: Path, frames: int = 3) -> None:
    labels = np.zeros((40, 60), np.uint8)
    labels[10:30, 20:40] = 3
    (folder / "JPEGImages").mkdir(parents=True)
    for index in range(frames):
        picture = np.full((40, 60, 3), 90, np.uint8) + labels[..., None] * np.uint8(30)
        cv2.imwrite(str(folder / "JPEGImages" / f"{index:05d}.png"), picture)
        write_labels(folder / "Annotations", index, labels)


def test_real_clips_are_found_with_their_objects(tmp_path: Path):
    write_clip(tmp_path / "one")
    (tmp_path / "other").mkdir()
    (clip,) = real_clips(tmp_path)
    assert (clip.name, clip.objects) == ("one", (3,))
    assert [c.name for c in real_clips(tmp_path / "one")] == ["one"]
    assert [int(t.truth.sum()) for t in real_targets(clip)] == [400] * 3
    with pytest.raises(VideoError, match="no clip to judge by"):
        real_clips(tmp_path / "other")


def test_a_refiner_is_scored_stroke_by_stroke():
    """A refiner that finds one of two bars a stroke; the robot draws on both in one round."""
    truth = np.zeros((60, 90), np.uint8)
    bars = (slice(10, 20), slice(40, 50))
    for bar in bars:
        truth[bar, 5:40] = 1

    def refiner(frame, object_id, prompts, masks, /):
        after = np.zeros_like(truth)
        for bar in bars[: len(prompts)]:
            after[bar, 5:40] = 1
        pmf = Masks.from_labels(after, (1,)).of(1)
        return Refinement(
            frame=frame.index, object_id=object_id, prompts=prompts, before=pmf, after=pmf
        )

    target = Target(Frame(7, np.zeros((60, 90, 3), np.uint8), 0.0), truth)
    scores = click_scores(refiner, [target])
    assert scores.clicked == ((0.5, 1.0, 1.0, 1.0, 1.0),)
    assert scores.scribbled == (0.5,)
    assert scores.robot == (1.0,)
    assert scores.harmful() == 0


def test_harm_is_the_share_of_clicks_that_lose():
    clicked = ((0.5, 0.4, 0.6, 0.6, 0.6), (0.5, 0.6, 0.7, 0.69, 0.8))
    scores = ClickScores(clicked, scribbled=(0.5, 0.7), robot=(0.7, 0.8))
    assert scores.harmful() == pytest.approx(2 / 8)
    assert scores.after(3) == pytest.approx(0.65)
    assert scores.after_scribble() == pytest.approx(0.6)
    assert scores.after_robot() == pytest.approx(0.75)
