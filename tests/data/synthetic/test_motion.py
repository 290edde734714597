import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vostoolkit.data.synthetic.motion import Path, rotation, wander


@given(seed=st.integers(0, 1000), start=st.floats(-5, 5))
def test_a_path_starts_where_it_should(seed, start):
    path = wander(np.random.default_rng(seed), start, velocity=1.0, swing=2.0)
    assert path(0.0) == pytest.approx(start)


def test_path_by_hand():
    quarter = np.pi / 2
    path = Path(1.0, velocity=2.0, swings=(3.0, 0.0), rates=(quarter, 0.0), phases=(0.0, 0.0))
    assert path(1.0) == pytest.approx(1 + 2 + 3)
    assert path(2.0) == pytest.approx(1 + 4)


def test_rotation_turns_x_to_y():
    assert np.allclose(rotation(np.pi / 2) @ (1, 0), (0, 1))
