import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vostoolkit.data.synthetic.shapes import KINDS, outline, wobbled


@pytest.mark.parametrize("kind", sorted(set(KINDS)))
@given(seed=st.integers(0, 1000))
def test_outlines_have_the_asked_number_of_corners_and_a_radius_near_one(kind, seed):
    shape = outline(np.random.default_rng(seed), kind, points=30)
    assert shape.shape == (30, 2)
    assert np.isfinite(shape).all()
    assert 0.2 < np.abs(shape).max() <= 2.0


def test_wobble_by_hand():
    square = np.array([(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)])
    waves = np.array([[0.5, 2.0, np.pi / 2, 0.0]])
    assert np.allclose(wobbled(square, waves, 0.0), square)
    assert np.allclose(wobbled(square, waves, 1.0), square * [[1.5], [0.5], [1.5], [0.5]])
