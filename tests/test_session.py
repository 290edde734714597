"""A session is exactly its method, its video and a person's prompts."""

from dataclasses import dataclass
from inspect import unwrap
from pathlib import Path

import numpy as np
import pytest
from toys import (
    SIZE,
    NumberedStream,
    NumberedVideo,
    ToyMethod,
    click,
    numbers,
    played,
    states,
    user,
)

from vostoolkit.answers import check_prompts
from vostoolkit.errors import PromptError, SessionError
from vostoolkit.prompts import Drawing, Skip
from vostoolkit.results import Checkpoint, Propagation, Refinement, Request
from vostoolkit.session import Session
from vostoolkit.trace import Keep


def test_a_step_is_one_stage_and_a_request_waits():
    session = Session(ToyMethod(), NumberedVideo())
    assert isinstance(session.step(), Propagation)
    assert isinstance(session.step(), Request)
    with pytest.raises(SessionError, match=r"frame 0 waits .* session\.answer"):
        session.step()
    session.answer(click(0))
    assert isinstance(session.step(), Refinement)
    assert isinstance(session.step(), Checkpoint)
    assert session.frame == 0 and not session.finished


def test_prompts_given_beforehand_are_used_without_asking():
    session = Session(ToyMethod(), NumberedVideo())
    session.answer(click(0, x=3))
    session.answer(click(0, x=4))
    kinds = [type(session.step()) for _ in range(3)]
    assert kinds == [Propagation, Refinement, Checkpoint]
    assert session.at(0).checkpoint.state == numbers(1, ToyMethod(), {0: [3, 4]})[0]


def test_run_until_a_class_a_frame_or_the_end():
    session = Session(ToyMethod(), NumberedVideo())
    assert isinstance(session.run(until=Request), Request)
    session.answer(click(0))
    assert session.run(until=2).frame == 2
    assert isinstance(session.run(), Request) and session.frame == 4
    session.answer(click(4))
    assert session.run(lambda event: event.frame == 6).frame == 6
    session.run()
    session.answer(click(8))
    session.run()
    assert session.finished and session.frame == 9
    with pytest.raises(SessionError, match="at its end"):
        session.step()


def test_play_equals_the_numbers_worked_out():
    assert states(played()) == numbers(10, ToyMethod(), {0: [3], 4: [3], 8: [3]})


def test_results_that_are_not_kept_are_computed_again():
    everything, little = played(results=20), played(results=1, checkpoints=4)
    assert states(everything) == states(little)
    assert len(little.trace.records) == 1


@pytest.mark.parametrize("steps", [1, 2, 3, 7, 11])
def test_undo_then_step_gives_the_same(steps: int):
    session = Session(ToyMethod(), NumberedVideo(), keep=Keep(checkpoints=4))
    for _ in range(steps):
        if session.request:
            session.answer(click(session.frame))
        before = session.step()
    labels = before.masks.pmf if isinstance(before, Propagation | Checkpoint) else None
    session.undo()
    again = session.step()
    assert (type(again), again.frame) == (type(before), before.frame)
    if labels is not None:
        assert (again.masks.pmf == labels).all()


def test_undo_takes_back_an_answer_so_that_the_request_waits_again():
    session = Session(ToyMethod(), NumberedVideo())
    session.run(until=Request)
    session.answer(click(0))
    session.undo()
    assert session.prompts == () and session.request is not None
    session.answer(click(0, x=5))
    session.run(until=0)
    assert session.at(0).checkpoint.state == numbers(1, ToyMethod(), {0: [5]})[0]


def test_everything_can_be_undone_and_then_nothing():
    session = Session(ToyMethod(), NumberedVideo(3))
    session.play(user)
    for _ in range(session.history.done):
        session.undo()
    assert session.frame is None and session.prompts == () and session.trace.frames == ()
    with pytest.raises(SessionError, match="nothing to undo"):
        session.undo()


def test_an_unasked_correction_changes_that_frame_and_what_follows():
    session = played()
    session.answer(click(5, x=6))
    assert session.frame == 5 and session.trace.frames == tuple(range(6))
    session.run()
    assert session.finished, "later answers are applied again"
    assert states(session) == numbers(10, ToyMethod(), {0: [3], 4: [3], 5: [6], 8: [3]})


def test_two_corrections_of_one_frame_replay_in_order():
    session = played()
    session.answer(click(5, x=6))
    session.step()
    session.answer(click(5, x=2))
    session.run()
    expected = numbers(10, ToyMethod(), {0: [3], 4: [3], 5: [6, 2], 8: [3]})
    assert states(session) == expected
    session.rewind(2)
    session.run()
    assert states(session) == expected


def test_a_prompt_for_a_later_frame_waits_for_it():
    session = Session(ToyMethod(), NumberedVideo())
    session.answer(click(6, x=1))
    session.play(user)
    assert states(session) == numbers(10, ToyMethod(), {0: [3], 4: [3], 6: [1], 8: [3]})


def test_a_correction_of_a_finished_video_goes_on_from_there():
    session = played()
    session.answer(click(9, x=7))
    assert not session.finished
    session.run()
    assert session.finished
    assert states(session)[-1] == numbers(10, ToyMethod(), {0: [3], 4: [3], 8: [3], 9: [7]})[-1]


def test_a_skip_answers_a_request_and_corrects_nothing_elsewhere():
    session = Session(ToyMethod(ask_every=20), NumberedVideo())
    session.answer(click(0))
    session.answer(Skip(3, 1))
    session.run()
    assert states(session) == numbers(10, ToyMethod(20), {0: [3]})


def test_branch_differs_from_its_frame_on_and_leaves_the_first_alone():
    session = played(results=1)
    before = states(session)
    branch = session.branch(5, factor=17)
    assert branch.trace.frames == tuple(range(5))
    branch.play(user)
    assert states(session) == before
    for f in range(10):
        assert np.array_equal(session.labels(f), branch.labels(f)) or f >= 5
    number, expected = before[4], []
    for f in range(5, 10):
        number = (number * 17 + f) % 1009
        if f == 8:
            number = (number * 7 + 3) % 1009
        expected.append(number)
    assert [branch.at(f).checkpoint.state for f in range(5, 10)] == expected
    with pytest.raises(SessionError, match="this branch begins behind frame 4"):
        branch.rewind(2)


def test_branch_without_changes_is_the_same_run():
    session = played()
    branch = session.branch(3)
    branch.play(user)
    assert [branch.at(f).checkpoint.state for f in range(3, 10)] == states(session)[3:]


def test_branch_refuses_a_frame_ahead_and_an_unknown_field():
    session = Session(ToyMethod(), NumberedVideo())
    with pytest.raises(SessionError, match="give one from 0 to 0"):
        session.branch(3)
    with pytest.raises(TypeError, match="tau"):
        session.branch(0, tau=3)


@pytest.mark.parametrize("stop", [0, 3, 4, 9, 14])
def test_a_saved_session_goes_on_as_if_never_interrupted(tmp_path: Path, stop: int):
    straight, session = played(), Session(ToyMethod(), NumberedVideo())
    for _ in range(stop):
        if session.request:
            session.answer(click(session.frame))
        session.step()
    session.save(tmp_path)
    resumed = Session.load(tmp_path, ToyMethod(), NumberedVideo())
    assert resumed.frame == session.frame and resumed.prompts == session.prompts
    resumed.play(user)
    assert states(resumed) == states(straight)
    assert resumed.trace.frame.drop(columns="seconds").equals(
        straight.trace.frame.drop(columns="seconds")
    )


def test_a_drawing_survives_saving(tmp_path: Path):
    session = Session(ToyMethod(), NumberedVideo())
    mask = np.random.default_rng(0).random(SIZE) > 0.5
    session.answer(Drawing(0, 1, mask))
    session.save(tmp_path)
    (prompt,) = Session.load(tmp_path, ToyMethod(), NumberedVideo()).prompts
    assert isinstance(prompt, Drawing) and (prompt.mask == mask).all()


def test_loading_from_a_folder_without_a_session_says_so(tmp_path: Path):
    with pytest.raises(SessionError, match=r"no session in .*session\.json"):
        Session.load(tmp_path, ToyMethod(), NumberedVideo())


def test_a_list_in_the_place_of_prompts_is_refused():
    with pytest.raises(PromptError, match=r"is no prompt: .* several as answer\(\*prompts\)"):
        unwrap(check_prompts)(([click(0), click(1)],), NumberedVideo())  # without type checks


def test_prompts_that_do_not_fit_are_refused_and_change_nothing():
    session = played()
    for prompt, message in [
        (click(0, x=99), r"click at \(99, 2\) is outside the frame of 8x6"),
        (click(10), "the video has frames 0 to 9"),
        (Drawing(0, 1, np.zeros((3, 3), bool)), "3x3 pixels on a frame of 8x6"),
    ]:
        with pytest.raises(PromptError, match=message):
            session.answer(prompt)
    with pytest.raises(PromptError, match="no prompts"):
        session.answer()
    with pytest.raises(ValueError, match="object id 0"):
        click(0, object_id=0)
    assert session.finished


def test_a_stream_goes_forward_only():
    session = Session(ToyMethod(), NumberedStream(), keep=Keep(results=2))
    done: list[int] = []
    session.play(user, progress=done.append)
    assert done == list(range(10))
    assert session.finished and session.trace.frames == tuple(range(10))
    assert session.image(9).max() == 9
    for action in (lambda: session.rewind(3), lambda: session.branch(3), lambda: session.at(3)):
        with pytest.raises(SessionError, match="live stream can't go back"):
            action()
    with pytest.raises(SessionError, match="isn't kept"):
        session.image(2)


def test_an_error_in_a_stage_loses_nothing():
    class Breaking(NumberedVideo):
        broken = True

        def __getitem__(self, index: int, /):
            if index == 6 and self.broken:
                raise KeyboardInterrupt
            return super().__getitem__(index)

    video = Breaking()
    session = Session(ToyMethod(), video)
    with pytest.raises(KeyboardInterrupt):
        session.play(user)
    assert session.trace.frames == tuple(range(6))
    video.broken = False
    session.play(user)
    assert states(session) == states(played())


@dataclass(frozen=True)
class Choosy(ToyMethod):
    """Takes no click on the left edge."""

    def run(self, video, start, /):
        run = super().run(video, start)
        prompts = None
        while True:
            event = run.send(prompts)
            prompts = yield event
            if prompts and prompts[0].x == 0:
                raise PromptError("a click at x=0")


def test_a_refused_prompt_is_taken_back_by_undo():
    session = Session(Choosy(), NumberedVideo())
    session.run()
    session.answer(click(0, x=0))
    with pytest.raises(PromptError, match=r"x=0; session\.undo\(\) takes the prompt back"):
        session.step()
    session.undo()
    session.answer(click(0, x=3))
    assert isinstance(session.step(), Refinement)
