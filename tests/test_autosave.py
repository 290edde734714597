"""Work that outlives its kernel: killed, torn, taken over, and gone on with."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from killed_work import SlowVideo
from toys import NumberedStream, NumberedVideo, ToyMethod, ToyRounds, click, states

from vostoolkit.autosave import JOURNAL, Autosave
from vostoolkit.errors import PromptError, SessionError
from vostoolkit.prompts import Drawing, Propagate
from vostoolkit.session import Session

LENGTH = 12
TESTS = Path(__file__).parent


def new(length: int = LENGTH) -> Session:
    return Session(ToyMethod(), NumberedVideo(length))


def begun(folder: Path) -> tuple[Session, Autosave]:
    session = new()
    return session, Autosave(session, folder)


def answer_all(session: Session) -> None:
    while not session.finished:
        if session.request is not None:
            session.answer(click(session.request.frame, x=session.request.frame % 8))
        session.step()


def die(kept: Autosave) -> None:
    """As a kill does: the file is let go, nothing is saved."""
    kept._journal.close()


@pytest.mark.parametrize("answers", [1, 3])
def test_a_killed_process_loses_nothing_a_person_did(tmp_path: Path, answers: int):
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join([str(TESTS), *sys.path]))
    command = [sys.executable, str(TESTS / "killed_work.py"), str(tmp_path)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    told = [int(child.stdout.readline()) for _ in range(answers)]
    time.sleep(0.03)  # some frames later
    child.send_signal(signal.SIGKILL)
    assert child.wait(10) == -signal.SIGKILL

    session = Session(ToyMethod(), SlowVideo(40))
    kept = Autosave(session, tmp_path)
    assert [prompt.frame for prompt in session.prompts][:answers] == told
    assert kept.resumed == len(session.prompts) and session.appearance.names == {1: "fly"}
    answer_all(session)
    straight = Session(ToyMethod(), NumberedVideo(40))
    straight.answer(click(0, x=0))
    answer_all(straight)
    assert states(session) == states(straight)


def test_whatever_was_written_last_may_be_torn(tmp_path: Path):
    session, kept = begun(tmp_path / "whole")
    answer_all(session)
    session.undo(3)
    session.answer(Drawing(2, 2, np.eye(6, 8, dtype=bool)))
    die(kept)
    journal = (tmp_path / "whole" / JOURNAL).read_bytes()
    ends = [i for i, byte in enumerate(journal) if byte == ord("\n")]
    counts = []
    for end in sorted({*ends, *(e + 1 for e in ends), *range(0, len(journal), 150)}):
        folder = tmp_path / str(end)
        folder.mkdir()
        (folder / JOURNAL).write_bytes(journal[:end])
        resumed, again = begun(folder)
        counts.append(len(resumed.prompts))
        again.close()
    assert counts[-1] == len(session.prompts) and counts[0] == 0


def test_undo_forget_and_drawings_are_resumed_as_they_were(tmp_path: Path):
    session, kept = begun(tmp_path)
    session.answer(click(0, x=3))
    session.run()
    session.answer(click(4, x=5))
    session.answer(click(2, x=6), click(2, x=1, object_id=2))
    session.undo()
    session.answer(Drawing(1, 1, np.eye(6, 8, dtype=bool)))
    session.answer(click(7, object_id=3))
    session.forget(3)
    die(kept)
    resumed, _ = begun(tmp_path)
    assert [type(p).__name__ for p in resumed.prompts] == ["Click", "Drawing", "Click"]
    assert np.array_equal(resumed.prompts[1].mask, np.eye(6, 8, dtype=bool))
    answer_all(session)
    answer_all(resumed)
    assert states(resumed) == states(session)


def test_a_saved_state_is_used_as_far_as_the_answers_are_the_same(tmp_path: Path):
    session, kept = begun(tmp_path)
    session.answer(click(0, x=3))
    session.run()
    kept.save()  # at the request of frame 4
    die(kept)
    resumed, kept = begun(tmp_path)
    assert resumed.request is not None and resumed.request.frame == 4
    assert resumed.trace.frames == (0, 1, 2, 3)
    resumed.answer(click(4, x=5))  # in the journal, not in the state
    die(kept)
    again, kept = begun(tmp_path)
    assert 1 <= again.frame <= 4 and again.trace.frames[-1] == again.frame
    again.answer(click(1, x=7))  # before the state: it is of no use any more
    die(kept)
    last, _ = begun(tmp_path)
    assert last.frame is None and last.trace.frames == ()
    answer_all(last)
    answer_all(again)
    assert states(last) == states(again)


def test_prompts_that_were_given_but_not_taken_yet_are_not_lost(tmp_path: Path):
    session, kept = begun(tmp_path)
    taken, waiting, refused = click(0, x=3), click(1, x=6), click(2, x=50)
    for prompt in (taken, refused, waiting):
        kept.give((prompt,))
    session.answer(taken)
    with pytest.raises(PromptError):
        session.answer(refused)
    kept.refuse((refused,))
    die(kept)
    resumed, kept = begun(tmp_path)
    assert resumed.prompts == (taken, waiting) and kept.resumed == 2
    die(kept)
    again, _ = begun(tmp_path)
    assert again.prompts == (taken, waiting)


def test_a_round_is_resumed_with_its_pending_prompts(tmp_path: Path):
    session = Session(ToyRounds(), NumberedVideo(6))
    kept = Autosave(session, tmp_path)
    session.answer(click(0, x=3), Propagate())
    session.run()
    kept.save()
    session.answer(click(4, x=5))
    session.answer(click(2, x=1))
    session.run()
    die(kept)
    resumed = Session(ToyRounds(), NumberedVideo(6))
    Autosave(resumed, tmp_path)
    assert resumed.prompts == session.prompts and resumed.trace.frames == tuple(range(6))
    for one in (session, resumed):
        one.answer(Propagate())
        one.run()
    assert resumed.round == session.round == 3
    for frame in range(6):
        assert np.array_equal(resumed.labels(frame), session.labels(frame))


def test_the_journal_grows_by_what_is_new_in_a_round_only(tmp_path: Path):
    session = Session(ToyRounds(), NumberedVideo(6))
    kept, sizes = Autosave(session, tmp_path), [0]
    for x in range(6):
        session.answer(click(x, x=x), click(x, x=x + 1))
        session.run()
        sizes.append((tmp_path / JOURNAL).stat().st_size)
    assert max(np.diff(sizes[2:])) == min(np.diff(sizes[2:]))
    session.undo(session.history.done - 1)
    session.answer(click(5, x=1))
    die(kept)
    resumed = Session(ToyRounds(), NumberedVideo(6))
    Autosave(resumed, tmp_path)
    assert resumed.prompts == session.prompts and len(session.prompts) < 12


def test_it_saves_by_itself_when_the_run_pauses(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("vostoolkit.autosave._OFTEN_S", 0.0)
    monkeypatch.setattr("vostoolkit.autosave._SHARE", 0)
    session, kept = begun(tmp_path)
    session.answer(click(0, x=3))
    session.run()
    assert sorted(p.name for p in (tmp_path / "labels").iterdir())[-1] == "000003.png"
    die(kept)
    assert begun(tmp_path)[0].request.frame == 4


def test_the_same_cell_run_again_takes_the_folder_over(tmp_path: Path):
    session, kept = begun(tmp_path)
    session.answer(click(0, x=3))
    again = Autosave(session, tmp_path)  # the same session
    assert not kept.is_open and again.is_open and session.watchers == [again.keep]
    session.answer(click(1, x=3))
    other, taken_over = begun(tmp_path)  # a new session, by running all cells again
    assert other.prompts == session.prompts and not again.is_open and taken_over.is_open
    session.answer(click(2, x=3))  # the old one is kept no longer
    taken_over.close()
    assert len(begun(tmp_path)[0].prompts) == 2


def test_other_work_in_the_folder_is_refused_and_left_alone(tmp_path: Path):
    session, kept = begun(tmp_path)
    session.answer(click(0, x=3))
    kept.close()
    own = new()
    own.answer(click(0, x=5))
    with pytest.raises(SessionError, match=r"holds other work, of 1 prompts, than this session"):
        Autosave(own, tmp_path)
    with pytest.raises(SessionError, match="belongs to another video, 12 frames of 8x6 pixels"):
        Autosave(new(5), tmp_path)
    with pytest.raises(SessionError, match="belongs to another method"):
        Autosave(Session(ToyRounds(), NumberedVideo(LENGTH)), tmp_path)
    with pytest.raises(SessionError, match="a live stream can't be gone on with"):
        Autosave(Session(ToyMethod(), NumberedStream(3)), tmp_path)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / JOURNAL).write_text("dear diary\n\n")
    with pytest.raises(SessionError, match="isn't a journal of work"):
        Autosave(new(), tmp_path / "notes")
    assert len(begun(tmp_path)[0].prompts) == 1


def test_another_kernel_that_keeps_the_folder_is_named(tmp_path: Path):
    code = (
        "import sys; from killed_work import *; "
        "kept = Autosave(Session(ToyMethod(), NumberedVideo(12)), sys.argv[1]); "
        "print('kept', flush=True); sys.stdin.read()"
    )
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join([str(TESTS), *sys.path]))
    command = [sys.executable, "-c", code, str(tmp_path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environment, **pipes) as child:
        assert child.stdout.readline() == "kept\n"
        with pytest.raises(SessionError, match="in use by another notebook or program"):
            begun(tmp_path)
        child.stdin.close()
    assert begun(tmp_path)[1].is_open


def test_a_saved_session_without_a_journal_is_gone_on_with(tmp_path: Path):
    session = new()
    session.answer(click(0, x=3))
    session.run()
    session.save(tmp_path)
    resumed, kept = begun(tmp_path)
    assert resumed.request.frame == 4 and resumed.prompts == session.prompts
    die(kept)
    assert begun(tmp_path)[0].prompts == session.prompts


def test_a_saved_session_outlives_a_first_attempt_to_go_on_that_fails(tmp_path: Path, monkeypatch):
    session = new()
    session.answer(click(0, x=3))
    session.save(tmp_path)

    def killed(*_: object) -> None:
        raise SessionError("another network")

    with monkeypatch.context() as patch:
        patch.setattr(Session, "restore", killed)
        with pytest.raises(SessionError, match="another network"):
            begun(tmp_path)
    assert begun(tmp_path)[0].prompts == session.prompts
