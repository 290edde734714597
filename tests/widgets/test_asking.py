"""What the question line says and takes: where, why, and each of the answers."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from toys import SIZE
from vostoolkit_widgets.asking import least_sure, place_picture
from widgets.explorer_hands import click, press, question

from vostoolkit.masks import Masks
from vostoolkit.prompts import Absent, Click, Drawing, Skip
from vostoolkit.results import Request, Uncertainty

LABELS = np.zeros(SIZE, np.uint8)
LABELS[:, :4] = 1


def request() -> Request:
    entropy = torch.zeros(tuple(SIZE))
    entropy[3, 2], entropy[0, 7] = 0.8, 0.9  # the second lies outside the object's region
    measured = Uncertainty(
        frame=4,
        masks=Masks.from_labels(LABELS, (1,)),
        entropy=entropy,
        regions={1: torch.as_tensor(LABELS == 1)},
        score={1: 0.5},
        jump={1: 0.6},
    )
    return Request(frame=4, kind="click", object_id=1, uncertainty=measured)


def test_the_least_sure_place_is_the_maximum_inside_the_object_s_region():
    place = least_sure(request())
    assert place is not None and (place.x, place.y) == (2, 3)
    assert place.value == pytest.approx(0.8)
    assert least_sure(replace(request(), uncertainty=None)) is None
    assert least_sure(replace(request(), object_id=2)) is None


def test_its_picture_shows_frame_and_map_with_a_ring():
    image = np.full((*SIZE, 3), 90, np.uint8)
    picture = place_picture(request(), image)
    assert picture is not None and picture.shape[0] == 72 and picture.shape[1] > 150
    assert place_picture(request(), None) is None


def asked(explorer) -> None:
    click(explorer, 3, 2)
    press(explorer, "run")
    assert explorer.session.request.frame == 4


@pytest.mark.parametrize(("name", "kind"), [("skip", Skip), ("it is gone", Absent)])
def test_a_verdict_answers(explorer, name, kind):
    asked(explorer)
    press(explorer, name)
    assert explorer.session.prompts[-1] == kind(4, 1)
    assert explorer.session.request.frame == 8


def test_not_it_makes_the_next_click_negative_and_no_more(explorer):
    asked(explorer)
    explorer.tool = "brush"
    press(explorer, "not it")
    assert explorer.session.request.frame == 4 and explorer.tool == "click"
    click(explorer, 2, 2)
    assert explorer.session.prompts[-1] == Click(4, 1, 2, 2, positive=False)
    assert explorer.session.request.frame == 8 and explorer._gaze.is_positive


def test_accepting_gives_the_mask_that_is_shown(explorer):
    asked(explorer)
    shown = explorer.session.at(4).masks.labels() == 1
    assert shown.any()
    press(explorer, "accept")
    given = explorer.session.prompts[-1]
    assert isinstance(given, Drawing) and np.array_equal(given.mask, shown)
    assert explorer.session.request.frame == 8  # it goes on


def test_answers_have_buttons_only_while_they_are_answers(explorer):
    buttons = explorer._panel.question.buttons
    assert all(button.layout.display == "none" for button in buttons.values())
    asked(explorer)
    shown = {name for name, button in buttons.items() if button.layout.display is None}
    assert shown == {"not it", "skip", "it is gone", "accept"}
    assert "Object 1 at frame 4" in question(explorer)
