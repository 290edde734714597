import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vostoolkit.data.synthetic.body import Body
from vostoolkit.data.synthetic.motion import Path
from vostoolkit.data.synthetic.portraits import car, player, seat, toned
from vostoolkit.data.synthetic.workshop import Workshop

SIDE = 160
ZERO = Path(0.0)


def plain(colour: int) -> np.ndarray:
    return np.full((16, 16, 3), colour, np.uint8)


def painted(kind, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A portrait in materials of grey level 200, and where it is."""
    rng = np.random.default_rng(seed)
    parts = kind(Workshop(rng, lambda: plain(200), 0.35, 1.0))
    body = Body(tuple(parts), ZERO, ZERO, ZERO, ZERO, ZERO, follows_scene=True)
    image, labels = np.zeros((SIDE, SIDE, 3), np.uint8), np.zeros((SIDE, SIDE), np.uint8)
    view = np.array([[SIDE, 0, SIDE / 2], [0, SIDE, SIDE / 2]], float)
    body.paint(image, labels, 1, time=0.0, pose=view)
    return image[..., 0], labels


def test_a_material_in_half_the_light_and_in_more_than_there_is():
    assert (toned(plain(100), 0.5) == 50).all()
    assert (toned(plain(200), 1.5) == 255).all()


@pytest.mark.parametrize("kind", [car, player, seat])
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_portrait_hangs_together(kind, seed):
    _, labels = painted(kind, seed)
    _, _, statistics, _ = cv2.connectedComponentsWithStats(labels)
    areas = statistics[1:, cv2.CC_STAT_AREA]
    assert labels.mean() > 0.01
    assert areas.max() >= 0.97 * areas.sum()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_a_car_of_one_paint_has_dark_glass_and_bright_sides(seed):
    image, labels = painted(car, seed)
    inside = image[labels > 0]
    assert 0.08 < (inside < 125).mean() < 0.95
    assert np.ptp(np.percentile(inside, [5, 95])) > 40


def test_a_player_is_taller_than_a_chair_is_and_a_car_is_wide():
    def extent(kind) -> np.ndarray:
        boxes = [cv2.boundingRect(painted(kind, seed)[1])[2:] for seed in range(12)]
        return np.mean(boxes, axis=0)

    assert extent(car)[0] > 1.2 * extent(car)[1]
    assert extent(player)[1] > extent(seat)[1] > extent(car)[1]
