import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vostoolkit.data.synthetic import LIFELIKE, synthetic_clip
from vostoolkit.data.synthetic.body import Body, fill
from vostoolkit.data.synthetic.figures import random_figure
from vostoolkit.data.synthetic.motion import Path
from vostoolkit.data.synthetic.settings import cloth, setting
from vostoolkit.data.synthetic.workshop import Workshop, box, capsule, ring

SIDE = 96


def painted(body: Body, time: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    image, labels = np.full((SIDE, SIDE, 3), 128, np.uint8), np.zeros((SIDE, SIDE), np.uint8)
    view = np.array([[SIDE, 0, SIDE / 2], [0, SIDE, SIDE / 2]])
    pose = body.pose(time)
    whole = np.column_stack(
        [view[:, :2] @ pose[:, :2], view[:, :2] @ pose[:, 2] + view[:, 2]],
    )
    body.paint(image, labels, 1, time=time, pose=whole)
    return image, labels


def plain(colour: int) -> np.ndarray:
    return np.full((32, 32, 3), colour, np.uint8)


def still(**changes: object) -> Body:
    shop = Workshop(np.random.default_rng(0), lambda: plain(250), 1.0, 0.0)
    zero = Path(0.0)
    part = shop.piece(box(0.4, 0.2), plain(250), (0.2, 0.0))
    return Body((part,), zero, zero, zero, zero, zero, follows_scene=False, **changes)


def test_a_ring_is_empty_inside():
    mask = np.zeros((60, 60), np.uint8)
    fill(mask, 20 * ring(box(2, 2), 0.5) + 30, 1)
    assert mask[30, 30] == 0
    assert mask[30, 45] == 1
    assert int(mask.sum()) == 41**2 - 19**2


def test_a_capsule_is_as_long_and_wide_as_asked():
    shape = capsule(2.0, 0.6, 0.2)
    assert shape[:, 0].min() == pytest.approx(-1.3)
    assert shape[:, 0].max() == pytest.approx(1.1)
    assert np.abs(shape[:, 1]).max() == pytest.approx(0.3)


def test_a_child_hangs_at_the_end_of_its_parent():
    shop = Workshop(np.random.default_rng(0), lambda: plain(9), 2.0, 0.0)
    upper = shop.limb(plain(9), (0.0, 0.0), length=0.5, width=0.1, angle=np.pi / 2, sway=0)
    lower = shop.limb(plain(9), (0, 0), length=0.5, width=0.1, angle=0.0, sway=0, parent=upper)
    np.testing.assert_allclose(upper.pose(3.0)[:, 2], (0, 0.5), atol=1e-12)
    np.testing.assert_allclose(lower.pose(3.0)[:, 2], (0, 1.5), atol=1e-12)


def test_a_mirrored_body_is_on_the_other_side():
    right, left = painted(still())[1], painted(still(is_mirrored=True))[1]
    assert right[:, : SIDE // 2 - 1].sum() == 0 == left[:, SIDE // 2 + 1 :].sum()
    assert int(right.sum()) == pytest.approx(int(left.sum()), rel=0.1)


def test_half_of_what_is_behind_shows_through_a_half_opaque_body():
    image, labels = painted(still(opacity=0.5))
    inside = cv2.erode(labels, np.ones((5, 5))) > 0
    assert np.abs(image[inside].astype(int) - 189).max() <= 30  # 250, shaded, over 128
    assert (image[labels == 0] == 128).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_figures_are_drawn_again_from_a_seed_and_of_several_materials(seed):
    def figure() -> Body:
        rng = np.random.default_rng(seed)
        return random_figure(rng, lambda: cloth(rng), radius=0.35, liveliness=1.0, place=(0, 0))

    first, again = figure(), figure()
    assert len(first.parts) >= 2
    for time in (0.0, 7.5):
        for ours, theirs in zip(painted(first, time), painted(again, time), strict=True):
            assert np.array_equal(ours, theirs)
    assert painted(first)[1].any()


def test_lifelike_clips_are_the_same_on_every_call():
    ours = synthetic_clip(3, frames=2, size=(64, 80), objects=2, difficulty=LIFELIKE)
    again = synthetic_clip(3, frames=2, size=(64, 80), objects=2, difficulty=LIFELIKE)
    for index in range(2):
        image, labels = ours.video.rendered(index)
        assert np.array_equal(image, again.video.rendered(index)[0])
        assert np.array_equal(labels, again.labels(index))
    assert set(np.unique(ours.labels(0))) == {0, 1, 2}


def test_settings_fill_their_square():
    rng = np.random.default_rng(1)
    places = [setting(rng, [cloth(rng)], size=96) for _ in range(12)]
    assert all(place.shape == (96, 96, 3) for place in places)
    assert sum(place.std() > 10 for place in places) >= 8
