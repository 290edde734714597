"""A session is exactly its method, its video and a person's prompts."""

from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from toys import SIZE, NumberedStream, NumberedVideo, ToyMethod, numbers

from vostoolkit.arrays import Size
from vostoolkit.errors import PromptError, SessionError
from vostoolkit.prompts import Click, Drawing, Scribble, Skip
from vostoolkit.results import Checkpoint, Propagation, Refinement, Request
from vostoolkit.session import Session
from vostoolkit.trace import Keep


def click(frame: int, x: float = 3, object_id: int = 1) -> Click:
    return Click(frame, object_id, x, 2)


def user(request: Request) -> tuple[Click, ...]:
    return (click(request.frame),)


def states(session: Session) -> list[int]:
    """The state after each finished frame, each computed again from a checkpoint."""
    return [session.at(f).checkpoint.state for f in session.trace.frames]


def played(length: int = 10, **keep: int) -> Session:
    session = Session(ToyMethod(), NumberedVideo(length), keep=Keep(**keep))
    session.play(user)
    return session


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
    for _ in range(len(session._history)):
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
    with pytest.raises(SessionError, match="give a frame from 0 to 0"):
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


@given(st.lists(st.sampled_from(["step", "answer", "undo", "correct", "rewind"]), max_size=25))
def test_any_history_ends_as_its_prompts_alone_would(actions: list[str]):
    session = Session(ToyMethod(), NumberedVideo(6), keep=Keep(checkpoints=4, results=2))
    for index, action in enumerate(actions):
        frame = session.frame or 0
        if action == "answer" and session.request:
            session.answer(click(frame, x=index % 8))
        elif action == "correct" and frame > 0:
            session.answer(click(frame - 1, x=index % 8))
        elif action == "undo" and session._history:
            session.undo()
        elif action == "rewind" and frame > 1:
            session.rewind(frame - 2)
        elif not session.finished and not session.request:
            session.step()
    session.play(user)
    clicks: dict[int, list[float]] = {}
    for prompt in session.prompts:
        clicks.setdefault(prompt.frame, []).append(prompt.x)
    assert states(session) == numbers(6, ToyMethod(), clicks)


def test_a_branch_begins_with_the_record_of_the_frame_before_it():
    branch = played().branch(5, factor=17)
    assert branch.masks is not None
    assert [type(event) for event in branch.at(4).events] == [
        Propagation, Request, Refinement, Checkpoint,
    ]  # fmt: skip
    with pytest.raises(SessionError, match="begins behind frame 4"):
        branch.at(2)


def test_a_branch_of_a_branch_at_the_same_frame_keeps_the_first_ones_past():
    session = played()
    straight, twice = session.branch(5, factor=17), session.branch(5).branch(5, factor=17)
    straight.play(user)
    twice.play(user)
    assert [straight.at(f).checkpoint.state for f in range(5, 10)] == [
        twice.at(f).checkpoint.state for f in range(5, 10)
    ]


@pytest.mark.parametrize("until", [4, 5, 6, 9])
def test_a_saved_branch_keeps_the_past_that_it_did_not_make(tmp_path: Path, until: int):
    branch = played().branch(5, factor=17)
    for frame in range(5, until + 1):
        while branch.frame < frame or not isinstance(branch.last, Checkpoint):
            branch.step() if not branch.request else branch.answer(*user(branch.request))
    branch.save(tmp_path)
    resumed = Session.load(tmp_path, branch.method, NumberedVideo())
    for run in (branch, resumed):
        run.play(user)
    assert all((branch.labels(f) == resumed.labels(f)).all() for f in range(10))
    with pytest.raises(SessionError, match="this branch begins behind frame 4"):
        resumed.rewind(2)
    resumed.rewind(5)
    resumed.play(user)
    assert all((branch.labels(f) == resumed.labels(f)).all() for f in range(10))


@pytest.mark.parametrize("checkpoints", [4, 12])
@pytest.mark.parametrize("frame", range(1, 40, 3))
def test_a_corrected_frame_keeps_what_came_before_the_correction(checkpoints: int, frame: int):
    session = played(40, results=1, checkpoints=checkpoints)
    before = [type(event) for event in session.at(frame).events]
    session.answer(click(frame, x=6))
    session.run(until=frame)
    assert [type(e) for e in session.at(frame).events] == [*before, Refinement, Checkpoint]


def test_undo_in_a_correction_takes_its_event_out_of_the_record():
    session = played()
    session.answer(click(5, x=6))
    session.step()
    session.undo()
    assert [type(e) for e in session.at(5).events] == [Propagation, Checkpoint]
    session.step()
    assert [type(e) for e in session.at(5).events] == [Propagation, Checkpoint, Refinement]


def test_a_loaded_frame_can_be_looked_at_and_corrected_whole(tmp_path: Path):
    played().save(tmp_path)
    resumed = Session.load(tmp_path, ToyMethod(), NumberedVideo())
    resumed.answer(click(9, x=6))
    resumed.run()
    kinds = [type(e) for e in resumed.trace.records[9].events]
    assert kinds == [Propagation, Checkpoint, Refinement, Checkpoint]


@pytest.mark.parametrize("video", [NumberedVideo(7), NumberedVideo(10, Size(7, 9))])
def test_a_session_of_another_video_is_refused(tmp_path: Path, video: NumberedVideo):
    played().save(tmp_path)
    with pytest.raises(SessionError, match="another video, 10 frames of 8x6 pixels; this one is"):
        Session.load(tmp_path, ToyMethod(), video)


def test_a_session_of_another_method_is_refused(tmp_path: Path):
    class Other(ToyMethod):
        pass

    played().save(tmp_path)
    with pytest.raises(SessionError, match=r"another method, toys\.ToyMethod"):
        Session.load(tmp_path, Other(), NumberedVideo())


def test_prompts_made_of_numpy_numbers_are_saved(tmp_path: Path):
    point = click(0)
    for name, value in (("object_id", np.int64(1)), ("positive", np.True_)):
        object.__setattr__(point, name, value)  # only the tests check types when prompts are made
    session = Session(ToyMethod(), NumberedVideo())
    session.answer(point, Scribble(0, 1, ((1.5, 2.0),)))
    session.save(tmp_path)
    assert Session.load(tmp_path, ToyMethod(), NumberedVideo()).prompts == session.prompts


def test_run_until_a_frame_that_is_done_stays_there():
    session = played()
    session.rewind(2)
    assert session.run(until=2).frame == session.run(until=1).frame == session.frame == 2
    session.answer(click(2))
    session.run(until=2)
    assert len(session.at(2).refinements) == 1


def test_rewind_in_the_middle_of_a_correction_goes_to_the_end_of_the_frame():
    session = played()
    session.answer(click(5))
    session.step()
    session.rewind(5)
    assert isinstance(session.last, Checkpoint) and session.frame == 5


def test_the_last_frame_can_be_corrected_after_a_skip():
    session = played()
    session.answer(Skip(9, 1))
    session.run()
    assert session.finished
    session.answer(click(9, x=7))
    assert not session.finished
    session.run()
    assert session.finished and len(session.at(9).refinements) == 1


def test_a_stream_can_take_back_an_answer_but_no_step():
    session = Session(ToyMethod(), NumberedStream())
    session.answer(click(0))
    session.undo()
    assert session.prompts == ()
    session.answer(click(0, x=5))
    session.step()
    with pytest.raises(SessionError, match="can't go back"):
        session.undo()
    assert len(session.prompts) == 1
    session.play(user)
    with pytest.raises(SessionError, match="stream is at its end"):
        session.answer(click(9))


def test_a_skip_without_being_asked_does_not_stand_in_the_way():
    session = played()
    session.answer(Skip(5, 1))
    session.run()
    session.answer(Skip(9, 1))
    assert session.finished
    assert session.at(5).frame == 5
    session.rewind(5)
    assert session.frame == 5 and isinstance(session.last, Checkpoint)
    session.run()
    assert states(session) == states(played())


def test_a_state_that_does_not_fit_the_method_is_refused(tmp_path: Path):
    class Fussy(ToyMethod):
        def run(self, video, start, /):
            if start and self.factor == 17:
                raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")
            yield from super().run(video, start)

    session = Session(Fussy(), NumberedVideo())
    session.play(user)
    session.save(tmp_path)
    with pytest.raises(SessionError, match=r"doesn't fit this method \(mat1 .* same networks"):
        Session.load(tmp_path, Fussy(factor=17), NumberedVideo())
