"""Runs in rounds in the Explorer: prompts on several frames, a sheet of them, propagate."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from toys import NumberedVideo, ToyMethod, ToyRounds, numbers_after
from toys import click as mark
from vostoolkit_widgets import Explorer
from vostoolkit_widgets.rounds import given_frames, in_words, propagated, suggestions
from widgets.explorer_hands import click, press, question, say

from vostoolkit.prompts import Click, Drawing, Propagate, Release
from vostoolkit.results import AnnotationChoice, FrameSelection, Propagation, Request
from vostoolkit.session import Session

LENGTH = 6


@dataclass(frozen=True)
class Advised(ToyRounds):
    """The toy, whose questions say which frames would help and what to give there."""

    def run(self, video, start, /):
        run, reply = super().run(video, start), None
        while True:
            event = run.send(reply)
            if isinstance(event, Request):
                event = replace(event, selection=selection(), choices=(choice(),))
            reply = yield event


def selection() -> FrameSelection:
    return FrameSelection(
        frame=5,
        annotated=(),
        frames=(5, 2),
        scores=torch.zeros(2, LENGTH),
        measure="distance",
        reasons=("least like the others", "next"),
    )


def choice() -> AnnotationChoice:
    costs = {"click": 2.0, "mask": 80.0}
    return AnnotationChoice(
        frame=5, object_id=1, kind="click", probabilities={}, costs_s=costs, reason="small error"
    )


@pytest.fixture
def explorer():
    made = Explorer(Session(Advised(), NumberedVideo(LENGTH)))
    yield made
    made.close()


def sheet(explorer: Explorer) -> dict:
    return explorer._panel.round.state


def frames(cards: list[dict]) -> list[int]:
    return [card["frame"] for card in cards]


def two_frames(explorer: Explorer) -> None:
    for frame, x in ((1, 2), (4, 5)):
        explorer.frame = frame
        assert explorer.settle(10)
        click(explorer, x, 2)


def test_prompts_on_two_frames_and_propagate_are_a_round(explorer):
    assert "Round 1." in question(explorer)
    two_frames(explorer)
    session = explorer.session
    assert session.round == 1 and session.request is not None and explorer.frame == 4
    assert frames(sheet(explorer)["pending"]) == [1, 4]
    assert [c["text"] for c in sheet(explorer)["pending"]] == ["1 click on 1", "1 click on 1"]
    assert all(c["picture"].startswith("data:image/jpeg") for c in sheet(explorer)["pending"])
    assert [c["shown"] for c in sheet(explorer)["pending"]] == [False, True]
    press(explorer, "propagate")
    assert session.round == 2 and session.trace.frames == tuple(range(LENGTH))
    expected = numbers_after(LENGTH, Advised(), [[mark(1, x=2), mark(4, x=5)]])
    for frame, number in expected.items():
        assert (session.labels(frame) > 0).sum(1).max() == number % 8
    assert frames(sheet(explorer)["pending"]) == []
    assert frames(sheet(explorer)["earlier"]) == [1, 4]
    assert not explorer._driver.is_running and explorer._driver.goal is None


def test_suggestions_and_kinds_of_annotation_come_with_reasons_and_costs(explorer):
    two_frames(explorer)
    cards = sheet(explorer)["suggested"]
    assert [(c["frame"], c["text"]) for c in cards] == [(5, "least like the others"), (2, "next")]
    assert sheet(explorer)["choices"] == ["object 1: click, 2 s: small error (others: mask 80 s)"]
    say(explorer, "round", "seek", 5)
    assert explorer.frame == 5
    click(explorer, 3, 3)
    assert frames(sheet(explorer)["suggested"]) == [2] and sheet(explorer)["choices"] == []
    assert "help most at frame 2: next." in question(explorer)
    press(explorer, "undo")
    assert "help most at frame 5: least like the others." in question(explorer)


def test_the_frames_of_a_round_are_in_the_colours_that_were_chosen(explorer):
    two_frames(explorer)
    before = [card["picture"] for card in sheet(explorer)["pending"]]
    say(explorer, "objects", "colour", [1, "#ff0010"])
    after = [card["picture"] for card in sheet(explorer)["pending"]]
    assert all(new != old for new, old in zip(after, before, strict=True))
    press(explorer, "undo")
    assert [card["picture"] for card in sheet(explorer)["pending"]] == before


def test_accepting_a_frame_makes_its_masks_a_person_s_and_letting_go_gives_them_back(explorer):
    two_frames(explorer)
    press(explorer, "propagate")
    explorer.frame = 3
    assert explorer.settle(10)
    shown = explorer.session.labels(3) == 1
    press(explorer, "accept")
    given = explorer.session.prompts[-1]
    assert isinstance(given, Drawing) and np.array_equal(given.mask, shown)
    assert frames(sheet(explorer)["pending"]) == [3]
    say(explorer, "round", "let go", 3)
    assert explorer.session.prompts[-1] == Release(3, 1)
    assert 3 not in given_frames(explorer.session)


def test_undo_takes_a_round_back_at_once(explorer):
    two_frames(explorer)
    press(explorer, "propagate")
    press(explorer, "undo")
    assert explorer.session.round == 1 and frames(sheet(explorer)["pending"]) == [1, 4]
    press(explorer, "redo")
    assert explorer.session.round == 2


def test_how_far_a_round_is():
    session = Session(ToyRounds(), NumberedVideo(LENGTH))
    session.answer(mark(0, x=3), Propagate())
    session.run(until=lambda e: isinstance(e, Propagation) and e.frame == 2)
    assert propagated(session) == (2, 5)
    session.run()
    assert propagated(session) is None


def test_stop_ends_a_propagation_and_run_goes_on_with_it(explorer):
    two_frames(explorer)
    driver = explorer._driver
    seen = []
    on_event = driver._on_event

    def stop_in_the_middle(event):
        if isinstance(event, Propagation) and not event.is_given and not seen:
            seen.append(event.frame)
            driver.stop()
        on_event(event)

    driver._on_event = stop_in_the_middle
    press(explorer, "propagate")
    assert seen and explorer.session.request is None
    assert propagated(explorer.session) == (1, 4)
    press(explorer, "run")
    assert explorer.session.round == 2 and explorer.session.request is not None


def test_words():
    prompts = [mark(1), mark(1), Click(1, 2, 3, 3)]
    assert in_words(prompts, {2: "ball"}) == "2 clicks on 1, 1 click on ball"
    assert suggestions(None, ()) == {}
    asked = Request(frame=5, round=1, kind="round", selection=selection())
    assert suggestions(asked, (5,)) == {2: "next"}


def test_without_rounds_there_is_no_sheet():
    online = Explorer(Session(ToyMethod(), NumberedVideo(LENGTH)))
    assert online._panel.round.layout.display == "none"
    online.close()
