"""Simulated people: what they answer and what it costs."""

import numpy as np
import pytest
import torch

from vostoolkit.arrays import Labels, Size
from vostoolkit.errors import PromptError
from vostoolkit.masks import Masks
from vostoolkit.prompts import Absent, Box, Click, Drawing, Propagate, Release, Skip
from vostoolkit.protocols import User
from vostoolkit.results import Request
from vostoolkit.users import Nobody, SimulatedUser, cost_s

SIZE = Size(20, 30)


class Truth:
    """Object 1 everywhere but in frame 2, object 4 in frame 0 only, nothing known of frame 3."""

    def labels(self, frame: int, /) -> Labels | None:
        if frame == 3:
            return None
        labels = np.zeros(SIZE, np.uint8)
        labels[0, 0] = 255
        if frame != 2:
            labels[5:12, 5:12] = 1
        if frame == 0:
            labels[3:6, 20:23] = 4
        return labels


def asked(frame: int, object_id: int | None = 1, masks: Masks | None = None) -> Request:
    kind = "object" if object_id is None else "click"
    return Request(frame=frame, kind=kind, object_id=object_id, masks=masks)


def test_it_points_out_every_object_in_its_middle() -> None:
    user = SimulatedUser(Truth())
    assert isinstance(user, User)
    assert user(asked(0, None)) == (Click(0, 1, 8, 8), Click(0, 4, 21, 4))


def test_objects_can_be_chosen() -> None:
    assert SimulatedUser(Truth(), objects=(4,))(asked(0, None)) == (Click(0, 4, 21, 4),)


def test_it_clicks_once_on_the_object_it_is_asked_about() -> None:
    user = SimulatedUser(Truth().labels)
    assert user(asked(1)) == (Click(1, 1, 8, 8),)
    assert user(asked(1)) == user(asked(1))


def test_it_may_aim_at_the_largest_error() -> None:
    user = SimulatedUser(Truth(), aim="error")

    def answer(left: int, right: int) -> tuple[object, ...]:
        predicted = torch.zeros(SIZE)
        predicted[5:12, left:right] = 1
        return user(asked(1, masks=Masks.empty(SIZE).replaced(1, predicted)))

    assert answer(8, 12) == (Click(1, 1, 6, 6),)  # columns 5 to 7 are missing
    assert answer(5, 25) == (Click(1, 1, 15, 8, positive=False),)  # 12 to 24 are too much
    assert answer(5, 12) == (Skip(1, 1),)
    assert user(asked(1)) == (Click(1, 1, 8, 8),)


def test_an_absent_object_is_said_to_be_absent() -> None:
    assert SimulatedUser(Truth())(asked(2)) == (Absent(2, 1),)
    assert SimulatedUser(Truth())(asked(1, 4)) == (Absent(1, 4),)


def test_or_its_mask_gets_a_negative_click() -> None:
    user = SimulatedUser(Truth(), when_absent="negative")
    predicted = torch.zeros(SIZE)
    predicted[10:15, 20:25] = 1
    masks = Masks.empty(SIZE).replaced(1, predicted)
    assert user(asked(2, masks=masks)) == (Click(2, 1, 22, 12, positive=False),)
    assert user(asked(2, masks=Masks.empty(SIZE, (1,)))) == (Absent(2, 1),)
    assert user(asked(2)) == (Absent(2, 1),)


def test_without_a_truth_it_leaves_the_frame_alone() -> None:
    user = SimulatedUser(Truth())
    assert user(asked(3)) == (Skip(3, 1),)
    assert user(asked(3, None)) == (Skip(3, 1),)


def test_a_truth_it_cant_read_is_refused() -> None:
    with pytest.raises(TypeError):
        SimulatedUser(3)  # pyright: ignore[reportArgumentType]


def test_nobody_skips_and_cant_say_what_to_follow() -> None:
    assert Nobody()(asked(5, 2)) == (Skip(5, 2),)
    with pytest.raises(PromptError, match="nobody is there"):
        Nobody()(asked(0, None))


def test_costs_in_seconds() -> None:
    drawing = Drawing(1, 1, np.zeros((2, 2), np.bool_))
    assert cost_s((Click(0, 1, 1, 1), Click(0, 1, 2, 2))) == 1 + 3
    assert cost_s((Box(0, 1, 1, 1, 2, 2), drawing)) == 2 + 87
    assert cost_s((Absent(0, 1),)) == 4
    assert cost_s((Skip(0, 1), Propagate(3), Release(4, 1))) == 0


def test_a_sliver_of_an_object_counts_as_absent() -> None:
    labels = np.zeros((100, 200), np.uint8)
    labels[50, 50:55] = 1  # 5 of 20,000 pixels: 0.00025 of the frame
    request = Request(frame=3, kind="click", object_id=1)
    assert SimulatedUser(lambda frame: labels)(request) == (Absent(3, 1),)
    (click,) = SimulatedUser(lambda frame: labels, least_visible=0)(request)
    assert isinstance(click, Click) and click.positive
