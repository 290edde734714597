"""J and F of sequences: what counts, what is refused, and that frames aren't kept."""

import weakref
from collections.abc import Iterator

import numpy as np
import pytest

from vostoolkit.arrays import Labels
from vostoolkit.metrics.boundary import f_measure
from vostoolkit.metrics.evaluation import Conventions, LabelPair, evaluate, score_frame
from vostoolkit.metrics.overlap import objects_in


def labels(*objects: int, left: int = 2) -> Labels:
    """Squares of 4 x 4 pixels side by side; the first starts at column ``left``."""
    held = np.zeros((16, 40), np.uint8)
    for place, object_id in enumerate(objects):
        held[4:8, left + 10 * place : left + 4 + 10 * place] = object_id
    return held


def scores(evaluation, object_id: int, measure: str = "J") -> list[float]:
    frames = evaluation.frames
    return frames[frames["object"] == object_id][measure].tolist()


def test_objects_in_labels() -> None:
    assert objects_in(labels(3, 255, 1)) == (1, 3)
    assert objects_in(labels(3, 255, 1), void=None) == (1, 3, 255)


def test_each_frame_and_object_has_a_row() -> None:
    found = evaluate([(0, labels(1, 2), labels(1, 2)), (1, labels(1, 2, left=3), labels(1, 2))])
    assert found.frames["frame"].tolist() == [0, 1, 0, 1]
    assert scores(found, 2) == [1, pytest.approx(12 / 20)]
    moved = f_measure(labels(1, left=3) == 1, labels(1) == 1)
    assert scores(found, 1, "F") == [1, moved]
    assert found.summary().loc[1, "J mean"] == pytest.approx(0.8)
    assert found.mean()["J&F"] == pytest.approx((0.8 + (1 + moved) / 2) / 2)
    assert "<table" in found._repr_html_()


def test_an_object_counts_before_it_appears_and_when_it_is_gone() -> None:
    pairs = [
        (0, labels(), labels()),
        (1, labels(1), labels()),
        (2, labels(), labels(1)),
        (3, labels(1), labels(1)),
    ]
    assert scores(evaluate(pairs), 1) == [1, 0, 0, 1]
    left_out = evaluate(pairs, conventions=Conventions(both_empty="left out"))
    assert scores(left_out, 1) == [pytest.approx(float("nan"), nan_ok=True), 0, 0, 1]
    assert left_out.summary().loc[1, "J mean"] == pytest.approx(1 / 3)


def test_the_ends_may_be_left_out_whatever_their_order() -> None:
    pairs = [(5, labels(1), labels(1)), (9, labels(), labels(1)), (7, labels(1), labels(1))]
    found = evaluate(pairs, conventions=Conventions.davis2017())
    assert found.frames["frame"].tolist() == [7]
    with pytest.raises(ValueError, match="2 frames"):
        evaluate(pairs[:2], conventions=Conventions.davis2017())


def test_void_is_left_out_or_background_or_an_object() -> None:
    pair = (0, labels(1, 1), labels(1, 255))
    assert scores(evaluate([pair]), 1) == [1]
    assert scores(evaluate([pair], conventions=Conventions(void="background")), 1) == [0.5]
    as_object = evaluate([pair], conventions=Conventions(void="object"))
    assert scores(as_object, 255) == [0]


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([], "0 frames with a ground truth"),
        ([(0, labels(), labels())], "nothing to score"),
        ([(4, labels(1, 2), labels(1))], r"object 2 is predicted in frame 4.*objects \[1\] only"),
    ],
)
def test_nothing_found_is_never_perfect(pairs: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        evaluate(pairs)


def test_objects_may_be_named() -> None:
    pair = (4, labels(1, 2), labels(1))
    assert evaluate([pair], objects=(1,)).summary().index.tolist() == [1]
    with pytest.raises(ValueError, match=r"none of the objects \[3\]"):
        evaluate([pair], objects=(3,))
    assert [s.object_id for s in score_frame(*pair)] == [1, 2]


def test_a_thousand_frames_are_read_one_by_one() -> None:
    alive: list[weakref.ref[np.ndarray]] = []
    most = 0

    def frames() -> Iterator[LabelPair]:
        nonlocal most
        for frame in range(1000):
            there = (1,) if frame % 10 == 0 else ()
            pair = LabelPair(frame, labels(*there, left=3), labels(*there))
            alive.append(weakref.ref(pair.predicted))
            if frame % 100 == 0:
                most = max(most, sum(kept() is not None for kept in alive))
            yield pair

    found = evaluate(frames())
    assert len(found.frames) == 1000
    assert most <= 2
