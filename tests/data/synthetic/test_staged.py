"""Staged scenes: what stands where, how it is lit, where its shadow lies."""

from dataclasses import replace

import numpy as np
import pytest

from vostoolkit.arrays import Size
from vostoolkit.data.synthetic import STAGED, synthetic_clip
from vostoolkit.data.synthetic.body import Body, Part
from vostoolkit.data.synthetic.casting import Wardrobe
from vostoolkit.data.synthetic.motion import Path
from vostoolkit.data.synthetic.places import place
from vostoolkit.data.synthetic.scene import Camera, Lens, Scene
from vostoolkit.data.synthetic.staged import staged_scene
from vostoolkit.data.synthetic.workshop import box

SIZE = Size(96, 128)
ZERO = Path(0.0)


def staged(seed: int, **changes: float) -> Scene:
    rng = np.random.default_rng(seed)
    staging = replace(STAGED, **changes)
    wardrobe = Wardrobe(rng, textures=4)
    return staged_scene(rng, wardrobe, objects=2, staging=staging, size=SIZE)


def feet(body: Body) -> float:
    return float(np.concatenate(body.silhouette(0.0, body.pose(0.0)))[:, 1].max())


def bar() -> Body:
    """A white bar 0.1 wide and 0.4 tall that stands in the middle of the view."""
    shape = box(0.1, 0.4)
    patch = np.full((8, 8, 3), 255, np.uint8)
    part = Part(shape, (0.0, 0.0), 0.0, ZERO, np.zeros((1, 4)), patch, 0.2)
    return Body((part,), ZERO, ZERO, ZERO, ZERO, ZERO, follows_scene=True)


def shadow_of(sun: tuple[float, float] | None) -> np.ndarray:
    """Where a grey ground of 200 pixels' height is darkened by the bar."""
    scene = Scene(
        background=np.full((64, 64, 3), 200, np.uint8),
        background_pose=np.array([[0.05, 0, -1.6], [0, 0.05, -1.6]]),
        bodies=((bar(), 1),),
        camera=Camera(ZERO, ZERO, ZERO, ZERO),
        lens=Lens(0.0, 0.0, Path(1.0), ZERO),
        cast_shadow=0.5,
        sun=sun,
    )
    image, labels = scene.render(0.0, Size(200, 200), np.random.default_rng(0))
    return (image[..., 0] < 150) & (labels == 0)


def test_both_objects_and_at_most_one_more_are_staged_the_nearest_last():
    for seed in range(6):
        bodies = staged(seed).bodies
        assert sorted(label for _, label in bodies)[-2:] == [1, 2]
        assert len(bodies) <= 3
        lowest = [feet(body) for body, _ in bodies]
        assert lowest == sorted(lowest)
        assert all(-0.5 < low <= 0.6 for low in lowest)


@pytest.mark.parametrize("cutouts", [0.0, 1.0])
def test_who_stands_is_either_a_figure_or_cut_out(cutouts: float):
    for seed in range(4):
        for body, _ in staged(seed, cutouts=cutouts).bodies:
            assert (len(body.parts) == 1) == (cutouts == 1.0)


def sides(body: Body) -> tuple[float, float]:
    across = np.concatenate(body.silhouette(0.0, body.pose(0.0)))[:, 0]
    return float(across.min()), float(across.max())


def test_things_together_meet_and_half_of_them_are_twins():
    """Of twins every outline is the same, and none of the colours."""
    twins = 0
    for seed in range(12):
        one, other = (body for body, label in staged(seed, together=1.0).bodies if label)
        (left, right), (start, stop) = sides(one), sides(other)
        assert max(left, start) <= min(right, stop) + 1e-6
        if [part.shape.tolist() for part in one.parts] == [p.shape.tolist() for p in other.parts]:
            twins += 1
            pairs = zip(one.parts, other.parts, strict=True)
            assert not any(np.array_equal(ours.patch, theirs.patch) for ours, theirs in pairs)
    assert 3 <= twins <= 9


def test_things_that_arent_together_may_stand_apart():
    apart = 0
    for seed in range(16):
        (left, right), (start, stop) = (
            sides(body) for body, label in staged(seed, together=0.0).bodies if label
        )
        apart += max(left, start) > min(right, stop)
    assert apart >= 2


def test_a_sun_in_front_lays_the_shadow_up_from_the_feet_and_one_behind_down():
    """The bar's feet are at row 140 of 200; it is 80 pixels tall, its shadow half as long."""
    up, down = np.argwhere(shadow_of((0.5, 0.5))), np.argwhere(shadow_of((0.5, -0.5)))
    assert up[:, 0].min() == pytest.approx(100, abs=4)
    assert up[:, 0].max() == pytest.approx(140, abs=4)
    assert down[:, 0].max() == pytest.approx(180, abs=4)
    assert up[:, 1].max() == pytest.approx(100 + 0.5 * 80 + 10, abs=8)


def test_without_a_sun_the_shadow_lies_beside():
    rows = np.argwhere(shadow_of(None))[:, 0]
    assert rows.max() == pytest.approx(140 + 0.12 * 200, abs=2)


def test_a_place_has_its_ground_below_its_foot():
    rng = np.random.default_rng(2)
    stock = Wardrobe(rng, textures=4).stock
    for _ in range(5):
        where = place(rng, stock)
        assert where.picture.shape == (384, 384, 3)
        assert 0.3 * 384 <= where.foot <= 0.62 * 384
        assert len(np.unique(where.picture[where.foot :].reshape(-1, 3), axis=0)) > 1


def test_a_staged_clip_is_drawn_again_from_its_seed():
    first, again = (
        synthetic_clip(7, frames=2, size=(96, 96), objects=2, difficulty=STAGED).video.rendered(1)
        for _ in range(2)
    )
    assert np.array_equal(first[0], again[0])
    assert set(np.unique(first[1])) <= {0, 1, 2}
