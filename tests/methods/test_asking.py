"""Which of the prompts on an object go to the refiner together."""

import numpy as np

from vostoolkit.methods.asking import in_turn, marks_since
from vostoolkit.prompts import Absent, Click, Drawing, Local

A, B, C = (Click(0, 1, x, 2) for x in (1, 2, 3))
WHOLE = Drawing(0, 1, np.ones((4, 4), np.bool_))
HERE, THERE = ((0, 0), (3, 0), (0, 3)), ((1, 1), (3, 1), (1, 3))


def test_marks_go_together_and_whole_masks_alone():
    assert in_turn((A, B, WHOLE, C)) == ((A, B), (WHOLE,), (C,))
    assert marks_since((A, B, WHOLE, C)) == (C,)
    assert marks_since((A, Absent(0, 1))) == ()
    assert marks_since((A, B)) == (A, B) and marks_since(()) == ()


def test_marks_of_one_region_go_together_and_others_begin_anew():
    here = (Local(A, HERE), Local(B, HERE))
    assert in_turn((A, *here, Local(C, THERE), C)) == ((A,), here, (Local(C, THERE),), (C,))
    assert marks_since((A, *here)) == here
    assert marks_since((*here, Local(C, THERE))) == (Local(C, THERE),)
    assert marks_since((*here, C)) == (C,)
    assert marks_since((*here, Local(Absent(0, 1), HERE))) == ()
