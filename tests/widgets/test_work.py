"""The export menu without a browser: what is pressed and what it says and writes."""

import threading
from pathlib import Path

import pytest
from toys import NumberedVideo, ToyMethod, played
from vostoolkit_widgets.work import ExportMenu

from vostoolkit.session import Session


@pytest.fixture
def menu(tmp_path: Path):
    session = played(6)
    session.appearance = session.appearance.named(1, "fly")
    made = ExportMenu(session, folder=tmp_path / "out")
    yield made
    made.close()


def press(menu: ExportMenu, name: str, **value) -> dict:
    menu.row._received(None, {"name": name, "value": value or None}, [])
    assert menu.wait(10)
    return menu.row.state


def test_it_offers_every_format_and_writes_those_that_are_chosen(menu, tmp_path):
    assert {"palette", "coco", "yolo", "overlay"} <= {
        name for name, *_ in menu.row.state["formats"]
    }
    folder = tmp_path / "out"
    state = press(menu, "export", folder=str(folder), formats=["palette", "coco"])
    assert state["told"] == f"6 frames are in {folder}: masks and coco.json."
    assert not state["wrong"] and state["doing"] == "" and state["question"] == ""
    assert len(list((folder / "masks").iterdir())) == 6
    assert '"fly"' in (folder / "coco.json").read_text()


def test_what_is_there_is_asked_about_first(menu, tmp_path):
    folder = tmp_path / "out"
    (folder / "masks").mkdir(parents=True)
    (folder / "masks" / "old.png").write_text("old")
    state = press(menu, "export", folder=str(folder), formats=["palette", "coco"])
    assert state["question"] == f"masks is in {folder} already. Replace?"
    assert not (folder / "coco.json").exists()
    state = press(menu, "cancel")
    assert state["question"] == "" and (folder / "masks" / "old.png").exists()
    assert press(menu, "replace")["told"] == ""  # nothing is asked any more
    press(menu, "export", folder=str(folder), formats=["palette", "coco"])
    state = press(menu, "replace")
    assert "6 frames are in" in state["told"] and not (folder / "masks" / "old.png").exists()


def test_what_goes_wrong_is_told(menu, tmp_path):
    state = press(menu, "export", folder=str(tmp_path / "out"), formats=[])
    assert state["wrong"] and state["told"].startswith("no format to export in")
    (tmp_path / "file").write_text("")
    state = press(menu, "export", folder=str(tmp_path / "file"), formats=["coco"])
    assert state["wrong"] and "give another folder" in state["told"]
    empty = ExportMenu(Session(ToyMethod(), NumberedVideo(3)), folder=tmp_path / "none")
    assert "no frame is finished" in press(empty, "export", folder="x", formats=["coco"])["told"]
    empty.close()


class Held(NumberedVideo):
    """A video whose third frame waits until it is let go."""

    def __getitem__(self, index):
        if index == 2:
            self.reached.set()
            assert self.gate.wait(10)
        return super().__getitem__(index)


def test_stop_ends_it_after_the_frame_at_work_and_nothing_is_written(tmp_path):
    session = played(6)
    session.video = Held(6)
    session.video.gate, session.video.reached = threading.Event(), threading.Event()
    menu = ExportMenu(session, folder=tmp_path / "out")
    menu.export(tmp_path / "out", ["cutouts"])
    assert session.video.reached.wait(10)
    assert menu.row.state["doing"].startswith("writing cutouts: ")
    menu.stop()
    session.video.gate.set()
    assert menu.wait(10) and menu.row.state["told"].startswith("Stopped: nothing was written")
    assert list((tmp_path / "out").iterdir()) == []
    menu.close()


def test_without_a_front_end_it_is_a_line_of_text(menu):
    bundle = menu._repr_mimebundle_()
    assert bundle["text/plain"] == "ExportMenu(ToyMethod, 6 frames of 8x6)"
    assert "application/vnd.jupyter.widget-view+json" in bundle
