import threading
import time

import pytest
from toys import NumberedVideo, ToyMethod, numbers
from vostoolkit_widgets.driver import Driver

from vostoolkit.prompts import Click, Skip
from vostoolkit.results import Checkpoint, Propagation, Refinement, Request
from vostoolkit.session import Session


class Slow:
    """A video whose frames can be held back."""

    def __init__(self) -> None:
        self._frames = NumberedVideo(10)
        self.size, self.fps = self._frames.size, self._frames.fps
        self.gate = threading.Event()
        self.gate.set()

    def __len__(self):
        return 10

    def __iter__(self):
        return (self[i] for i in range(10))

    def __getitem__(self, index):
        assert self.gate.wait(10)
        return self._frames[index]


def drive(video=None):
    events, errors = [], []
    session = Session(ToyMethod(), video or NumberedVideo(10))
    return Driver(session, events.append, errors.append), events, errors


def done(driver):
    assert driver.wait(10)


def click(frame, x=3):
    return Click(frame=frame, object_id=1, x=x, y=2)


def test_a_stage_is_one_result_and_a_frame_ends_with_its_checkpoint():
    driver, events, _ = drive()
    driver.answer(click(0))
    done(driver)
    driver.go("frame")
    done(driver)
    assert isinstance(events[-1], Checkpoint) and events[-1].frame == 0
    driver.go("stage")
    done(driver)
    assert isinstance(events[-1], Propagation) and events[-1].frame == 1
    driver.go("stage")  # the checkpoint between is no stage
    done(driver)
    assert isinstance(events[-1], Propagation) and events[-1].frame == 2
    driver.close()


def test_it_runs_until_asked_and_goes_on_with_the_answer():
    driver, events, _ = drive()
    driver.answer(click(0))
    driver.go("run")
    done(driver)
    assert isinstance(events[-1], None | Request) and driver.session.request.frame == 4
    assert not driver.is_running
    driver.answer(click(4))
    done(driver)
    assert driver.session.request.frame == 8
    driver.answer(Skip(8, 1))
    done(driver)
    assert driver.session.finished and driver.goal is None
    driver.close()


def test_an_answer_alone_shows_what_it_does_and_no_more():
    driver, events, _ = drive()
    driver.answer(click(0))
    done(driver)
    assert isinstance(events[-1], Refinement) and driver.goal is None
    driver.answer(click(0, x=5))  # once more, before the frame is done
    done(driver)
    assert isinstance(events[-1], Refinement) and events[-1].prompts == (click(0, x=5),)
    driver.close()


def test_it_stops_within_a_stage():
    video = Slow()
    driver, events, _ = drive(video)
    driver.answer(click(0))
    done(driver)
    video.gate.clear()
    driver.go("run")
    time.sleep(0.05)
    driver.stop()
    count = len(events)
    video.gate.set()
    done(driver)
    assert len(events) <= count + 2 and not driver.session.finished
    driver.close()


def test_a_correction_that_nobody_asked_for_is_shown_and_changes_the_run_from_there():
    driver, events, _ = drive()
    driver.answer(click(0))
    driver.go("run")
    done(driver)
    driver.answer(click(2, x=6))
    done(driver)
    assert isinstance(events[-1], Refinement) and events[-1].frame == 2
    driver.go("run")
    for frame in (4, 8):
        done(driver)
        driver.answer(Skip(frame, 1))
    done(driver)
    states = numbers(10, ToyMethod(), {0: [3], 2: [6], 4: [5], 8: [5]})
    assert driver.session.finished
    assert driver.session.at(3).checkpoint.state == states[3]
    driver.close()


def test_an_error_is_told_and_the_session_goes_on():
    driver, _, errors = drive()
    driver.answer(Click(frame=0, object_id=1, x=99, y=2))
    done(driver)
    assert "outside the frame" in str(errors[-1])
    driver.answer(click(0))
    driver.go("frame")
    done(driver)
    assert driver.session.frame == 0 and len(errors) == 1
    driver.close()


def test_undo_takes_back_what_was_done_last():
    driver, _, errors = drive()
    driver.answer(click(0))
    done(driver)
    driver.go("frame")
    done(driver)
    driver.go("frame")
    done(driver)
    assert driver.session.frame == 1
    driver.undo()
    driver.undo()
    done(driver)
    assert driver.session.frame == 0
    for _ in range(9):
        driver.undo()
    done(driver)
    assert "nothing to undo" in str(errors[-1])
    driver.close()


def test_one_undo_takes_back_a_whole_run_and_one_redo_brings_it_back():
    driver, _, errors = drive()
    driver.answer(click(0))
    done(driver)
    driver.go("run")
    done(driver)
    driver.answer(click(4))
    done(driver)
    session = driver.session
    assert session.request.frame == 8
    driver.undo()
    done(driver)
    assert session.request.frame == 4 and len(session.prompts) == 1
    driver.undo()
    done(driver)
    assert session.frame == 0 and session.trace.frames == () and len(session.prompts) == 1
    driver.undo()
    done(driver)
    assert session.frame is None and session.prompts == ()
    for _ in range(3):
        driver.redo()
    done(driver)
    assert session.request.frame == 8 and session.trace.frames == tuple(range(8))
    assert session.history.undone == 0 and not errors
    driver.redo()
    done(driver)
    assert "nothing to redo" in str(errors[-1])
    driver.close()


def test_a_redo_can_be_stopped_and_gone_on_with():
    video = Slow()
    driver, _, _ = drive(video)
    driver.answer(click(0))
    driver.go("run")
    done(driver)
    driver.undo()
    done(driver)
    video.gate.clear()
    driver.redo()
    time.sleep(0.05)
    driver.stop()
    video.gate.set()
    done(driver)
    assert driver.session.history.undone > 0 and driver.session.request is None
    driver.redo()
    done(driver)
    assert driver.session.request.frame == 4 and driver.session.history.undone == 0
    driver.undo()
    done(driver)
    assert driver.session.trace.frames == ()
    driver.close()


def test_what_a_cell_did_is_taken_back_step_by_step():
    driver, _, _ = drive()
    driver.answer(click(0))
    done(driver)
    session = driver.session
    session.run(until=1)
    count = session.history.done
    driver.undo()
    done(driver)
    assert session.history.done == count - 1
    driver.go("frame")
    done(driver)
    driver.undo()
    done(driver)
    assert session.history.done == count - 1
    driver.close()


def test_an_object_is_forgotten_and_comes_back():
    driver, _, errors = drive()
    driver.answer(click(0))
    driver.go("run")
    done(driver)
    driver.forget(1)
    done(driver)
    assert driver.session.prompts == () and driver.session.frame is None
    driver.undo()
    done(driver)
    assert driver.session.request.frame == 4 and not errors
    driver.close()


@pytest.mark.parametrize("frame", [7])
def test_a_prompt_for_a_later_frame_waits_for_it(frame):
    driver, events, _ = drive()
    driver.answer(click(0))
    done(driver)
    count = len(events)
    driver.answer(click(frame))
    done(driver)
    assert events[count:] == [None] and driver.session.frame == 0
    driver.close()


def test_a_cell_and_the_driver_may_run_the_same_session_at_once():
    driver, _, errors = drive(NumberedVideo(200))
    driver.session.answer(click(0), *(Skip(frame, 1) for frame in range(4, 200, 4)))
    driver.go("run")
    driver.session.run()
    done(driver)
    states = numbers(200, ToyMethod(), {0: [3]} | {frame: [5] for frame in range(4, 200, 4)})
    assert driver.session.finished and not errors
    assert driver.session.last.state == states[-1]
    driver.close()
