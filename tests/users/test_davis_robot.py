"""The person who scribbles: what is drawn, and a session played by it."""

import numpy as np
import pytest
import torch

from vostoolkit.arrays import Labels, Size
from vostoolkit.experiments import open_material
from vostoolkit.masks import Masks
from vostoolkit.methods.lazy_xmem import LazyXMem
from vostoolkit.metrics.evaluation import evaluate
from vostoolkit.prompts import Absent, Click, Scribble, Skip, rasterise
from vostoolkit.protocols import User
from vostoolkit.results import Request
from vostoolkit.session import Session
from vostoolkit.users import ScribbleRobot, ScribblingUser, cost_s

SIZE = Size(40, 60)


def truth(frame: int) -> Labels | None:
    """A bar (1), three pixels (2) in frame 0, a void column; nothing known of frame 9."""
    labels = np.zeros(SIZE, np.uint8)
    labels[10:16, 5:50] = 1
    labels[:, 55] = 255
    if frame == 0:
        labels[30, 30:33] = 2
    return None if frame == 9 else labels


def predicted(rows: slice, columns: slice) -> Masks:
    mask = torch.zeros(SIZE)
    mask[rows, columns] = 1
    return Masks.empty(SIZE).replaced(1, mask)


def asked(frame: int, object_id: int | None = 1, masks: Masks | None = None) -> Request:
    kind = "object" if object_id is None else "click"
    return Request(frame=frame, kind=kind, object_id=object_id, masks=masks)


USER = ScribblingUser(truth)


def test_it_starts_with_a_stroke_along_each_object_or_a_click_where_none_fits() -> None:
    assert isinstance(USER, User)
    stroke, click = USER(asked(0, None))
    assert isinstance(stroke, Scribble) and stroke.object_id == 1 and stroke.positive
    drawn = rasterise([stroke], SIZE, positive=True)
    assert (drawn & (truth(0) == 1)).sum() > 30
    assert click == Click(0, 2, 30, 30)
    assert [p.object_id for p in ScribblingUser(truth, objects=(2,))(asked(0, None))] == [2]


def test_it_draws_on_what_is_missing_and_on_what_is_too_much() -> None:
    negative, positive = USER(asked(1, masks=predicted(slice(10, 30), slice(5, 30))))
    assert isinstance(negative, Scribble) and not negative.positive
    assert isinstance(positive, Scribble) and positive.positive
    # One pixel beyond is where the release's opening may move a stroke.
    assert all(16 <= y <= 30 and 5 <= x <= 30 for x, y in negative.points)
    assert all(10 <= y <= 16 and 30 <= x <= 50 for x, y in positive.points)


def test_without_an_error_or_a_truth_it_skips() -> None:
    assert USER(asked(1, masks=predicted(slice(10, 16), slice(5, 50)))) == (Skip(1, 1),)
    assert USER(asked(9)) == (Skip(9, 1),)
    assert USER(asked(9, None)) == (Skip(9, 1),)
    assert USER.correct(9, truth(1)) == ()


def test_void_is_no_error() -> None:
    over = predicted(slice(10, 16), slice(5, 50)).replaced(1, torch.from_numpy(truth(1) != 0) * 1.0)
    assert USER(asked(1, masks=over)) == (Skip(1, 1),)


def test_absent_objects() -> None:
    assert USER(asked(1, 2)) == (Absent(1, 2),)
    wrong = Masks.empty(SIZE).replaced(2, predicted(slice(25, 35), slice(5, 30)).of(1))
    (stroke,) = USER(asked(1, 2, wrong))
    assert isinstance(stroke, Scribble) and stroke.object_id == 2 and not stroke.positive


def test_any_frame_can_be_corrected_for_all_objects() -> None:
    labels = np.zeros(SIZE, np.uint8)
    labels[20:28, 5:40] = 2
    prompts = USER.correct(0, labels)
    assert [(p.object_id, p.positive) for p in prompts] == [(1, True), (2, False)]
    assert cost_s(prompts) == 1 + 2 * 5


def test_settings_are_checked() -> None:
    with pytest.raises(ValueError, match="least_nodes 0"):
        ScribbleRobot(least_nodes=0)
    with pytest.raises(TypeError):
        ScribblingUser(3)  # pyright: ignore[reportArgumentType]


def test_where_the_opening_leaves_nothing_its_disc_shrinks() -> None:
    line = np.zeros(SIZE, bool)
    line[20, 2:58] = True
    assert (ScribbleRobot(opening=5).skeleton(line) == line).all()


def test_a_session_is_played_by_scribbles_and_the_worst_frame_mended() -> None:
    material = open_material("demo", max_frames=3)
    assert material.truth is not None
    user = ScribblingUser(material.truth)
    session = Session(LazyXMem.preset("nano", device="cpu"), material.video)
    session.play(user)

    def scores():
        pairs = ((f, session.labels(f), material.truth(f)) for f in range(3))
        return evaluate(pairs)

    before = scores()
    assert before.mean()["J mean"] > 0.5
    worst = before.worst_frame("J&F")
    session.answer(*user.correct(worst, session.labels(worst)))
    session.play(user)
    after = scores()
    assert after.frames["J"].tolist() != before.frames["J"].tolist()
