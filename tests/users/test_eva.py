"""EVA-VOS's annotator: where it clicks by default, and as a user of a session."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vostoolkit.masks import Masks
from vostoolkit.prompts import Absent, Box, Click, Drawing, Skip
from vostoolkit.protocols import User
from vostoolkit.results import Request
from vostoolkit.users import EvaAnnotator
from vostoolkit.users.eva_clicks import Place, error_clicks, middle_click, spread_clicks


def truth(frame: int) -> np.ndarray | None:
    """A block of 20 x 20, nothing in frame 2, nothing known of frame 3."""
    if frame == 3:
        return None
    labels = np.zeros((40, 50), np.uint8)
    if frame != 2:
        labels[10:30, 10:30] = 1
    return labels


def asked(frame: int, predicted: np.ndarray | None = None, object_id: int | None = 1) -> Request:
    kind = "object" if object_id is None else "click"
    masks = None if predicted is None else Masks.from_labels(predicted.astype(np.uint8), (1,))
    return Request(frame=frame, kind=kind, object_id=object_id, masks=masks)


def block(rows: slice, columns: slice) -> np.ndarray:
    mask = np.zeros((40, 50), np.bool_)
    mask[rows, columns] = True
    return mask


OBJECT = block(slice(10, 30), slice(10, 30))
WIDE = block(slice(5, 35), slice(5, 35))


def test_the_largest_error_is_clicked_in_its_middle() -> None:
    missing = block(slice(10, 30), slice(10, 20))
    assert error_clicks(missing, OBJECT) == (Place(24, 19, True),)
    too_much = OBJECT | block(slice(0, 8), slice(34, 50))
    assert error_clicks(too_much, OBJECT) == (Place(41, 3, False),)
    assert error_clicks(OBJECT, OBJECT) == ()


def test_a_negative_click_is_never_on_the_object_but_in_the_release() -> None:
    """The middle of a ring around the object is on the object."""
    ((x, y, positive),) = error_clicks(WIDE, OBJECT)
    assert not positive
    assert WIDE[y, x]
    assert not OBJECT[y, x]
    released = error_clicks(WIDE, OBJECT, snap="object")
    assert released == error_clicks(WIDE, OBJECT, snap="never") == (Place(19, 19, False),)


def test_negative_clicks_get_a_positive_one_where_little_is_right() -> None:
    far = block(slice(0, 40), slice(35, 50))
    assert [p.positive for p in error_clicks(far, OBJECT)] == [False]
    assert [p.positive for p in error_clicks(far, OBJECT, with_positive=True)] == [False, True]
    annotator = EvaAnnotator(truth)
    assert [c.positive for c in annotator(asked(0, far))] == [False, True]
    assert [c.positive for c in EvaAnnotator(truth, positive_below=0)(asked(0, far))] == [False]


@given(st.integers(0, 2**30), st.integers(1, 5))
def test_by_default_every_click_is_in_an_error_of_its_sign(seed, most) -> None:
    rng = np.random.default_rng(seed)
    predicted, real = (rng.random((2, 12, 15)) > 0.6).astype(bool)
    clicks = error_clicks(predicted, real, most=most)
    for x, y, positive in clicks:
        assert predicted[y, x] != real[y, x]
        assert real[y, x] == positive
    assert len(clicks) == len(set(clicks)) <= most


def test_clicks_that_ignore_the_prediction() -> None:
    assert middle_click(OBJECT) == (Place(19, 19, True),)
    assert spread_clicks(OBJECT) == (Place(10, 10, True), Place(10, 20, True), Place(29, 29, True))
    assert middle_click(OBJECT & False) == spread_clicks(OBJECT & False) == ()


@pytest.mark.parametrize(
    ("gives", "expected"),
    [
        ("click", (Click(0, 1, 24, 19),)),
        ("middle", (Click(0, 1, 19, 19),)),
        ("box", (Box(0, 1, 10, 10, 29, 29),)),
    ],
)
def test_it_is_a_user(gives, expected) -> None:
    annotator = EvaAnnotator(truth, gives)
    assert isinstance(annotator, User)
    assert annotator(asked(0, block(slice(10, 30), slice(10, 20)))) == expected


def test_it_draws() -> None:
    (drawn,) = EvaAnnotator(truth, "mask")(asked(0))
    (first,) = EvaAnnotator(truth)(asked(0, object_id=None))
    for drawing in (drawn, first):
        assert isinstance(drawing, Drawing)
        assert np.array_equal(drawing.mask, OBJECT)


def test_what_it_says_where_there_is_nothing_to_click() -> None:
    assert EvaAnnotator(truth)(asked(2, OBJECT)) == (Absent(2, 1),)
    assert EvaAnnotator(truth)(asked(3, OBJECT)) == (Skip(3, 1),)
    assert EvaAnnotator(truth)(asked(0, OBJECT)) == (Skip(0, 1),)
    assert EvaAnnotator(truth)(asked(2, object_id=None)) == (Skip(2, 1),)
    assert EvaAnnotator.released(truth)(asked(0, OBJECT)) == (Click(0, 1, 19, 19),)
    assert EvaAnnotator.released(truth, "clicks")(asked(0, OBJECT)) == (Skip(0, 1),)


def test_objects_can_be_chosen() -> None:
    assert EvaAnnotator(truth, objects=(2,))(asked(0, object_id=None)) == (Skip(0, 2),)


def test_unknown_choices_are_refused() -> None:
    with pytest.raises((TypeError, ValueError), match="paint"):  # the tests check types too
        EvaAnnotator(truth, "paint")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"ground_truth|ground truth"):
        EvaAnnotator(3)  # type: ignore[arg-type]
