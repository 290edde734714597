import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vostoolkit.data.synthetic import (
    EASY,
    EVALUATION_SEEDS,
    TRAINING_SEEDS,
    demo_clip,
    synthetic_clip,
)
from vostoolkit.frames import Video

SIZES = st.sampled_from([(48, 48), (40, 64), (72, 50)])


@settings(max_examples=6)
@given(seed=st.integers(0, 10_000), size=SIZES, objects=st.integers(1, 3))
def test_same_seed_gives_the_same_clip_in_any_order(seed, size, objects):
    first = synthetic_clip(seed, frames=6, size=size, objects=objects)
    again = synthetic_clip(seed, frames=6, size=size, objects=objects)
    late, early = again.video[5].image, again.video[2].image
    assert np.array_equal(first.video[2].image, early)
    assert np.array_equal(first.video[5].image, late)
    assert np.array_equal(first.labels(3), again.labels(3))


@settings(max_examples=6)
@given(seed=st.integers(0, 10_000), size=SIZES, objects=st.integers(1, 3))
def test_masks_are_valid_and_every_object_is_seen_first(seed, size, objects):
    clip = synthetic_clip(seed, frames=3, size=size, objects=objects)
    assert clip.objects == tuple(range(1, objects + 1))
    assert set(np.unique(clip.labels(0))) >= set(clip.objects)
    for index in range(3):
        frame, labels, masks = clip.video[index], clip.labels(index), clip.masks(index)
        assert frame.image.shape == (*size, 3)
        assert frame.image.dtype == np.uint8
        assert labels.shape == size
        assert labels.max() <= objects
        assert masks.objects == clip.objects
        assert np.array_equal(masks.labels(), labels)
        assert masks.pmf.sum(0).eq(1).all()


def test_other_seeds_give_other_clips_and_frames_move():
    one, two = (synthetic_clip(seed, frames=12, size=(48, 48)) for seed in (1, 2))
    assert not np.array_equal(one.video[0].image, two.video[0].image)
    assert not np.array_equal(one.labels(0), one.labels(11))


def test_clip_satisfies_the_video_contract():
    clip = synthetic_clip(3, frames=4, size=(32, 48), difficulty=EASY)
    assert isinstance(clip.video, Video)
    assert len(clip.video) == 4
    assert tuple(clip.video.size) == (32, 48)
    assert [frame.index for frame in clip.video] == [0, 1, 2, 3]
    assert clip.video[3].time_s == pytest.approx(3 / clip.video.fps)


@pytest.mark.parametrize("index", [-1, 4])
def test_frame_outside_the_clip(index):
    with pytest.raises(IndexError, match="clip with 4 frames"):
        synthetic_clip(3, frames=4, size=(32, 48)).video[index]


@pytest.mark.parametrize(
    "wrong", [{"frames": 0}, {"objects": 0}, {"objects": 21}, {"size": (8, 64)}, {"seed": -1}]
)
def test_arguments_that_make_no_clip(wrong):
    with pytest.raises(ValueError, match="synthetic_clip"):
        synthetic_clip(**{"seed": 0, **wrong})


def test_training_and_evaluation_never_share_a_seed():
    assert not set(TRAINING_SEEDS) & set(EVALUATION_SEEDS)


def test_demo_clip_shows_one_whole_object_that_gets_hidden_and_comes_back():
    clip = demo_clip(size=(90, 160))
    areas = [int((clip.labels(i) == 1).sum()) for i in range(0, 90, 10)]
    assert clip.objects == (1,)
    assert len(clip.video) == 90
    first = clip.labels(0) == 1
    assert not (first[0].any() or first[:, 0].any() or first[:, -1].any())
    assert areas[3] == areas[4] == 0
    assert areas[-1] > 0.4 * areas[0]


def test_demo_clip_without_frames():
    with pytest.raises(ValueError, match="demo_clip"):
        demo_clip(frames=0)
