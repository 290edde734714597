"""An Explorer that keeps its work in a folder."""

import threading
from pathlib import Path

import pytest
from toys import NumberedVideo, ToyMethod
from vostoolkit_widgets import Explorer
from widgets.explorer_hands import Unsure, click, press, say

from vostoolkit.autosave import Autosave
from vostoolkit.errors import SessionError
from vostoolkit.prompts import Click
from vostoolkit.session import Session


def opened(folder: Path | None, length: int = 10) -> Explorer:
    return Explorer(Session(ToyMethod(), NumberedVideo(length)), folder=folder)


def kept(explorer: Explorer) -> str:
    return explorer._keeping.menu.row.state["kept"]


def test_the_same_line_resumes_what_a_dead_kernel_left(tmp_path: Path):
    first = opened(tmp_path)
    assert kept(first) == f"Saved in {tmp_path} as you go."
    click(first, 3, 2)
    press(first, "run")
    click(first, 5, 2)
    say(first, "objects", "rename", [1, "fly"])
    prompts = first.session.prompts
    first._keeping.of(first.session)._journal.close()  # as a kill does: nothing more is saved
    again = opened(tmp_path)
    assert again.session.prompts == prompts and len(prompts) == 2
    assert again.session.appearance.names == {1: "fly"}
    assert kept(again).endswith("Its 2 earlier prompts are back.")
    press(again, "run")
    assert again.session.request.frame == 8
    for explorer in (first, again):
        explorer.close()


def test_a_click_that_waits_for_a_long_stage_is_on_disk_already(tmp_path: Path):
    explorer = opened(tmp_path)
    click(explorer, 3, 2)
    gate = threading.Event()
    explorer._driver._worker.post(lambda: gate.wait(10))  # the stage at work
    explorer._driver.answer(Click(0, 1, 6, 2))
    assert len(explorer.session.prompts) == 1
    again = Session(ToyMethod(), NumberedVideo(10))
    explorer._keeping.of(explorer.session)._journal.close()
    resumed = Autosave(again, tmp_path)
    assert again.prompts == (Click(0, 1, 3, 2), Click(0, 1, 6, 2))
    resumed.close()
    gate.set()
    explorer.close()


def test_without_a_folder_it_says_how_to_keep_work():
    explorer = opened(None)
    assert kept(explorer).startswith("Not saved.")
    explorer.close()


def test_a_branch_that_is_gone_on_with_is_kept_and_resumed_after_a_kill(tmp_path: Path):
    first = opened(tmp_path)
    click(first, 3, 2)
    press(first, "run")  # it asks at frame 4
    first.session = first.session.branch(2, ask_every=3)
    assert first.settle(10)
    assert kept(first).endswith("as you go. Its ask_every is no longer that of the code.")
    press(first, "run")
    click(first, 5, 2)
    prompts = first.session.prompts
    assert [prompt.frame for prompt in prompts] == [0, 3]
    first._keeping.of(first.session)._journal.close()  # a kill
    again = opened(tmp_path)
    assert again.session.prompts == prompts and again.session.method.ask_every == 3
    press(again, "run")
    assert again.session.request.frame == 6
    for explorer in (first, again):
        explorer.close()


def test_a_session_that_can_t_be_kept_there_says_why_and_the_work_stays(tmp_path: Path):
    explorer = opened(tmp_path)
    click(explorer, 3, 2)
    explorer.session = Session(Unsure(), NumberedVideo(10))
    assert explorer.settle(10)
    assert kept(explorer).startswith("Not saved: Unsure in place of ToyMethod can't be kept")
    press(explorer, "undo")
    assert kept(explorer).startswith("Saved in") and len(explorer.session.prompts) == 1
    explorer.close()


def test_one_whose_folder_was_taken_over_goes_on_unsaved(tmp_path: Path):
    first = opened(tmp_path)
    click(first, 3, 2)
    press(first, "frame")
    second = opened(tmp_path)
    first.session = first.session.branch(0)
    assert first.settle(10) and kept(first).startswith("Not saved.")
    press(first, "frame")
    assert kept(second).endswith("Its 1 earlier prompts are back.")
    for explorer in (first, second):
        explorer.close()


def test_other_work_is_refused_before_anything_is_shown(tmp_path: Path):
    first = opened(tmp_path)
    click(first, 3, 2)
    first.close()
    with pytest.raises(SessionError, match="belongs to another video"):
        opened(tmp_path, length=5)


def test_the_menu_exports_what_is_finished(tmp_path: Path):
    explorer = opened(tmp_path / "work")
    click(explorer, 3, 2)
    press(explorer, "run")
    menu = explorer._keeping.menu
    assert menu.row.state["folder"] == f"{tmp_path / 'work'}/export"
    menu.row._received(
        None,
        {"name": "export", "value": {"folder": str(tmp_path / "out"), "formats": ["coco"]}},
        [],
    )
    assert menu.wait(10) and menu.row.state["told"].startswith("4 frames are in")
    assert (tmp_path / "out" / "coco.json").exists()
    explorer.close()
