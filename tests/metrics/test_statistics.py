"""Mean, recall and decay by hand."""

import math

import numpy as np
import pytest

from vostoolkit.metrics.statistics import statistics


def test_by_hand() -> None:
    # 8 frames: quarters from frame 0 to 2 and 5 to 7 (round(1, 2.75, 4.5, 6.25, 8) - 1).
    found = statistics([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2])
    assert found.mean == pytest.approx(0.55)
    assert found.recall == 0.5  # 0.5 itself is not above 0.5
    assert found.decay == pytest.approx(0.8 - 0.3)


def test_one_frame_doesnt_decay() -> None:
    assert statistics([0.7]) == (pytest.approx(0.7), 1, 0)


def test_frames_without_a_score() -> None:
    found = statistics([0.8, math.nan])
    assert (found.mean, found.recall) == (pytest.approx(0.8), 0.5)
    assert math.isnan(statistics([math.nan] * 3).mean)


def test_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one frame"):
        statistics([])


def test_only_the_released_bins_break_in_long_sequences() -> None:
    falling = np.linspace(1, 0, 300)
    assert statistics(falling).decay == pytest.approx(0.75, abs=0.01)
    assert math.isnan(statistics(falling, bins="released").decay)
    assert statistics(falling[:255], bins="released") == statistics(falling[:255])
