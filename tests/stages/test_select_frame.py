"""Frame selectors: what they choose, what they refuse, how they can be stopped."""

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vostoolkit.arrays import Labels, Size
from vostoolkit.colours import DAVIS
from vostoolkit.errors import WeightsError
from vostoolkit.networks.quality import QualityConfig, QualityNetwork
from vostoolkit.pictures import words
from vostoolkit.protocols import FrameSelector
from vostoolkit.stages.farthest_first import farthest_first
from vostoolkit.stages.select_frame import (
    HighestScore,
    KeyDissimilarity,
    QualityDistance,
    RandomFrames,
    UniformFrames,
)
from vostoolkit.stages.select_frame_keys import at_first_pixel, is_visible, object_weight
from vostoolkit.users import WorstFrame
from vostoolkit.video.array import VideoArray

SMALL = QualityConfig(classes=4, widths=(4, 4, 8, 8, 8), blocks=(1, 1, 1, 1))
LENGTH = 8


def pictures() -> np.ndarray:
    """A square on a noisy ground; frames 3 and 6 show it elsewhere and in another colour."""
    rng = np.random.default_rng(0)
    ground = rng.integers(0, 90, (48, 64, 3), np.uint8)
    frames = np.stack([ground] * LENGTH)
    frames[:, 8:24, 8:24] = (200, 60, 60)
    for odd, colour in ((3, (40, 220, 60)), (6, (250, 250, 40))):
        frames[odd] = ground[::-1, ::-1]
        frames[odd, 24:40, 40:56] = colour
    return frames


def labels(frame: int) -> Labels:
    """The square is not seen in frame 5."""
    found = np.zeros((48, 64), np.uint8)
    if frame in (3, 6):
        found[24:40, 40:56] = 1
    elif frame != 5:
        found[8:24, 8:24] = 1
    return found


VIDEO = VideoArray(pictures())


@pytest.fixture(scope="module")
def nano() -> KeyDissimilarity:
    return KeyDissimilarity.nano(device="cpu")


def quality() -> QualityDistance:
    torch.manual_seed(3)
    return QualityDistance(QualityNetwork(SMALL).eval(), side=64, device="cpu")


SELECTORS = {
    "uniform": UniformFrames,
    "random": RandomFrames,
    "scores": lambda: HighestScore({f: f / 10 for f in range(LENGTH)}),
    "quality": quality,
    "keys": lambda: KeyDissimilarity.nano(device="cpu"),
    "worst": lambda: WorstFrame(labels),
}


@pytest.mark.parametrize("name", SELECTORS)
def test_every_selector_keeps_the_rules(name) -> None:
    select = SELECTORS[name]()
    assert isinstance(select, FrameSelector)
    found = select(VIDEO, labels, annotated=(2, 2, 0), count=20)
    assert found.annotated == (2, 0)
    assert len(set(found.frames)) == len(found.frames)
    assert not {0, 2} & set(found.frames)
    assert found.scores.shape == (len(found.frames), LENGTH)
    for row, frame in zip(found.scores, found.frames, strict=True):
        assert float(row[frame]) == float(row[~row.isnan()].max())
    assert len(found.reasons) == len(found.frames) == len(words(found))
    assert found.image_of is not None
    assert np.array_equal(found.image_of(found.frame), VIDEO[found.frame].image)
    for wrong in ({"annotated": ()}, {"annotated": (99,)}, {"annotated": (0,), "count": 0}):
        with pytest.raises(ValueError, match=r"annotated|count"):
            select(VIDEO, labels, **{"count": 1, **wrong})


@pytest.mark.parametrize("change", ["paper", "released"])
def test_keys_find_the_frames_that_look_different(nano, change) -> None:
    suggest = nano.released() if change == "released" else nano
    found = suggest(VIDEO, labels, annotated=(0,), count=2)
    assert set(found.frames) == {3, 6}
    assert torch.isnan(found.scores[:, [0, 5]]).all()
    assert float(found.scores[0, 1]) == pytest.approx(0, abs=1e-3)


def test_what_is_annotated_is_not_suggested_again(nano) -> None:
    found = nano(VIDEO, labels, annotated=(0, 3), count=1)
    assert found.frames == (6,)
    assert nano(VIDEO, labels, annotated=range(LENGTH), count=1).frames == ()


def test_the_objects_decide_with_alpha_1(nano) -> None:
    """Without anything on an object all keys are 0 and frames don't differ."""
    suggest = dataclasses.replace(nano, alpha=1.0, least_visible=0.0)
    nothing = np.zeros((48, 64), np.uint8)
    found = suggest(VIDEO, lambda _: nothing, annotated=(0,), count=1)
    assert float(found.scores[0].nan_to_num().abs().max()) == 0
    whole = dataclasses.replace(suggest, alpha=0.0)
    assert whole(VIDEO, lambda _: nothing, annotated=(0,), count=1).frames in ((3,), (6,))


def test_progress_runs_to_1_and_stops_the_work(nano) -> None:
    seen: list[float] = []
    nano(VIDEO, labels, annotated=(0,), count=2, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert len(seen) == LENGTH * 3

    def stop(share: float) -> None:
        if share > 0.2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        nano(VIDEO, labels, annotated=(0,), count=2, progress=stop)


def test_labels_of_another_size_are_refused(nano) -> None:
    with pytest.raises(ValueError, match="labels of 5x4 pixels for frame 0 of 64x48"):
        nano(VIDEO, lambda _: np.zeros((4, 5), np.uint8), annotated=(0,), count=1)


@pytest.mark.parametrize("wrong", [{"alpha": 1.5}, {"least_visible": -0.1}])
def test_shares_outside_0_to_1_are_refused(nano, wrong) -> None:
    with pytest.raises(ValueError, match="shares from 0 to 1"):
        KeyDissimilarity(nano.network, **wrong)


def test_uniform_frames_halve_the_widest_gap() -> None:
    assert UniformFrames()(VIDEO, labels, annotated=(0,), count=3).frames == (7, 3, 5)


def test_random_frames_repeat_with_the_seed() -> None:
    def drawn(seed: int) -> tuple[int, ...]:
        return RandomFrames(seed)(VIDEO, labels, annotated=(0,), count=4).frames

    assert drawn(1) == drawn(1)
    assert len({drawn(seed) for seed in range(5)}) > 1


def test_the_highest_scores_come_first() -> None:
    found = HighestScore({1: 0.2, 4: 0.9, 0: 5.0})(VIDEO, labels, annotated=(0,), count=5)
    assert found.frames == (4, 1)
    assert found.reasons[0] == "uncertainty 0.9, the highest left"


def test_the_oracle_takes_the_worst_masks() -> None:
    """Frame 2 is missed, frame 4 half right; frame 5 is rightly empty."""

    def found(frame: int) -> Labels:
        mask = labels(frame).copy()
        if frame == 2:
            mask[:] = 0
        if frame == 4:
            mask[8:16] = 0
        return mask

    result = WorstFrame(labels)(VIDEO, found, annotated=(0,), count=2)
    assert result.frames == (2, 4)
    assert result.scores[0, [2, 4, 5]].tolist() == [1.0, 0.5, 0.0]


def test_quality_distances_know_the_mask_of_one_object() -> None:
    select = quality()
    empty = np.zeros((48, 64), np.uint8)
    together = select(VIDEO, labels, annotated=(0,), count=1)
    other = QualityDistance(select.network, side=64, object_id=9, device="cpu")
    masked = other(VIDEO, labels, annotated=(0,), count=1)
    blind = select(VIDEO, lambda _: empty, annotated=(0,), count=1)
    torch.testing.assert_close(masked.scores, blind.scores, equal_nan=True)
    assert not torch.allclose(together.scores, blind.scores, equal_nan=True)


def test_weights_of_another_network_are_refused(tmp_path) -> None:
    torch.save(QualityNetwork(SMALL).state_dict(), tmp_path / "small.pth")
    with pytest.raises(WeightsError, match=r"rgb_branch\.conv1\.weight"):
        QualityDistance.published(tmp_path / "small.pth")


@given(st.integers(1, 9), st.integers(0, 100))
def test_farthest_first_is_the_plain_rule(count, seed) -> None:
    """Against a loop over all frames that asks for the largest of the smallest distances."""
    generator = torch.Generator().manual_seed(seed)
    distances = torch.rand(8, 8, generator=generator)
    is_open = torch.rand(8, generator=generator) > 0.3
    found = farthest_first(
        lambda frame: distances[frame], annotated=(1,), count=count, is_open=is_open
    )
    taken = [1]
    for frame in found.frames:
        left = [f for f in range(8) if is_open[f] and f not in taken]
        assert frame == max(left, key=lambda f: min(float(distances[t, f]) for t in taken))
        taken.append(frame)
    assert len(found.frames) == min(count, int(is_open.sum()) - int(is_open[1]))


def test_an_object_counts_from_a_quarter_of_a_percent() -> None:
    weight = torch.zeros(20, 20)
    assert not is_visible(weight, 0.0025)
    weight[0, 0] = 0.5
    assert is_visible(weight, 0.0025)
    weight[0, 0] = 0.49
    assert not is_visible(weight, 0.0025)


def test_the_release_weighs_objects_by_their_colour() -> None:
    found = np.array([[0, 1, 8, 9]], np.uint8)
    assert object_weight(found, "one").tolist() == [[0, 1, 1, 1]]
    assert [tuple(DAVIS[o]) for o in (1, 8, 9)] == [(128, 0, 0), (64, 0, 0), (192, 0, 0)]
    expected = torch.tensor([[0, 128 / 255, 64 / 255, 192 / 255]])
    torch.testing.assert_close(object_weight(found, "palette"), expected)


def test_a_cell_takes_its_first_pixel() -> None:
    weight = torch.arange(24.0).reshape(4, 6)
    assert at_first_pixel(weight, Size(2, 3)).tolist() == [[0, 2, 4], [12, 14, 16]]
