"""Views of photographed places: what is packed, where a view looks, that a seed gives it again."""

from importlib.resources import files

import numpy as np
import pytest

from vostoolkit.data.synthetic import panoramas as looking
from vostoolkit.data.synthetic.panoramas import look_around, panoramas


def test_all_that_is_named_is_packed_as_a_whole_circle():
    card = (files("vostoolkit") / "embedded" / "panoramas.md").read_text()
    names = card.split("```")[1].split()
    assert [picture.shape for picture in panoramas()] == [(256, 512, 3)] * len(names)


def test_a_view_is_the_same_for_a_seed_and_another_for_another():
    ours, again, other = (look_around(np.random.default_rng(seed), 64) for seed in (3, 3, 4))
    assert np.array_equal(ours[0], again[0])
    assert ours[1] == again[1]
    assert ours[0].shape == (64, 64, 3)
    assert not np.array_equal(ours[0], other[0])


@pytest.mark.parametrize("seed", range(12))
def test_the_horizon_is_where_sky_and_ground_meet(seed: int, monkeypatch: pytest.MonkeyPatch):
    """In a panorama that is white above the horizon and black below it."""
    halves = np.repeat(np.repeat([[255], [0]], 128, axis=0), 512, axis=1).astype(np.uint8)
    monkeypatch.setattr(looking, "panoramas", lambda: (halves[..., None].repeat(3, axis=-1),))
    image, horizon = look_around(np.random.default_rng(seed), 200)
    light = image.mean(axis=(1, 2))
    edge = int(np.argmin(np.diff(light))) + 1
    assert edge == pytest.approx(horizon, abs=4)
