import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vostoolkit.arrays import Size
from vostoolkit.data.run_length import decoded, encoded


@given(arrays(np.bool_, st.tuples(st.integers(1, 40), st.integers(1, 40))))
def test_decoding_gives_back_what_was_encoded(mask):
    np.testing.assert_array_equal(decoded(encoded(mask), Size(*mask.shape)), mask)


def test_by_hand():
    mask = np.array([[0, 1, 0], [0, 1, 1]], bool)
    # Down the columns: 2 off, 2 on, 1 off, 1 on; the fourth run is written as 1 - 2 = -1.
    assert encoded(mask) == "221O"
    np.testing.assert_array_equal(decoded("221O", Size(2, 3)), mask)
    # 40 = 01000 and 1 more group: 8 | 32 = 40 -> "X", then 1 -> "1".
    assert encoded(np.zeros((4, 10), bool)) == "X1"


def test_runs_that_do_not_fill_the_mask_are_refused():
    with pytest.raises(ValueError, match="for 6 pixels, but a mask of 3x3"):
        decoded("221O", Size(3, 3))
