"""A session's masks exported: whole or not at all, with a bar, and kind about what is there."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from toys import NumberedStream, NumberedVideo, ToyMethod, ToyRounds, click, played, user

from vostoolkit.arrays import Size
from vostoolkit.data.exporting import FORMATS, Progress, existing, export, exporting
from vostoolkit.data.folder import read_labels
from vostoolkit.data.footage import footage_in, footage_of
from vostoolkit.data.run_length import decoded
from vostoolkit.errors import ExportError, VideoError
from vostoolkit.prompts import Propagate
from vostoolkit.session import Session
from vostoolkit.video import open_video

FROM_LABELS = [name for name, form in FORMATS.items() if not form.is_soft]


def test_every_format_appears_and_holds_the_session_s_masks(tmp_path: Path):
    session, told = played(6), []
    session.appearance = session.appearance.named(1, "fly")
    folder = export(session, tmp_path / "out", FROM_LABELS, progress=told.append)
    assert {p.name for p in folder.iterdir()} == {FORMATS[name].output for name in FROM_LABELS}
    coco = json.loads((folder / "coco.json").read_text())
    assert coco["categories"] == [{"id": 1, "name": "fly"}]
    found = {(a["image_id"], a["track_id"]): a for a in coco["annotations"]}
    for frame in range(6):
        expected = session.labels(frame)
        assert np.array_equal(read_labels(folder / "masks" / f"{frame:05d}.png"), expected)
        if expected.any():
            text = found[frame + 1, 1]["segmentation"]["counts"]
            assert np.array_equal(decoded(text, session.video.size), expected == 1)
        with Pillow.open(folder / "images" / f"{frame:05d}.jpg") as picture:
            assert abs(int(np.array(picture).mean()) - frame) <= 1
    assert len(open_video(folder / "overlay.mp4")) == 6
    assert [step.done for step in told] == [0, 1, 2, 3, 4, 5, 6]
    assert told[-1].seconds_left == 0


def test_names_and_colours_that_were_given_go_with_what_is_exported(tmp_path: Path):
    session = Session(ToyMethod(ask_every=40), NumberedVideo(20))
    session.answer(click(0, x=3))
    session.run()
    export(session, tmp_path / "plain", ["overlay"])
    session.appearance = session.appearance.named(1, "fly").coloured(1, "#ff0010")
    export(session, tmp_path / "red", ["overlay"])
    frame = next(f for f in range(19, 9, -1) if session.labels(f).any())  # no mark shows any more
    films = (open_video(tmp_path / name / "overlay.mp4") for name in ("plain", "red"))
    plain, red = (film[frame].image.astype(int).mean((0, 1)) for film in films)
    assert red[0] > plain[0] + 20 and red[2] < plain[2] - 20  # sky blue before
    for name, given in (("fly", {}), ("bee", {1: "bee"})):
        footage = footage_in(session.save(tmp_path / "saved"), None, given)
        for _ in exporting(footage, tmp_path / name, ["coco"]):
            pass
        coco = json.loads((tmp_path / name / "coco.json").read_text())
        assert coco["categories"][0]["name"] == name


def test_progress_says_what_how_much_and_how_long():
    assert str(Progress("writing coco", 3, 60, 4.2)) == "writing coco: 3 of 60, 4 s more"
    assert str(Progress("writing coco", 0, 60)) == "writing coco: 0 of 60"


def test_who_stops_in_the_middle_leaves_what_was_there(tmp_path: Path):
    session = played(6)
    export(session, tmp_path, ["palette", "coco"])
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    formats = ["palette", "coco", "overlay"]
    steps = exporting(footage_of(session), tmp_path, formats, overwrite=True)
    for _ in range(3):
        next(steps)
    steps.close()
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def test_what_is_there_is_replaced_only_when_that_is_said(tmp_path: Path):
    export(played(6), tmp_path, ["palette"])
    (tmp_path / "notes.txt").write_text("mine")
    assert existing(tmp_path, ["palette", "coco"]) == ("masks",)
    with pytest.raises(ExportError, match=r"holds masks already: give another folder, or allow"):
        export(played(2), tmp_path, ["palette", "coco"])
    assert not (tmp_path / "coco.json").exists()
    export(played(2), tmp_path, ["palette", "coco"], overwrite=True)
    assert len(list((tmp_path / "masks").iterdir())) == 2
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_what_cannot_be_exported_is_said_at_once(tmp_path: Path):
    with pytest.raises(ExportError, match="no format 'tiff': there are palette, coco"):
        export(played(2), tmp_path, ["tiff"])
    with pytest.raises(ExportError, match="no format to export in"):
        export(played(2), tmp_path, [])
    with pytest.raises(ExportError, match="no frame is finished"):
        export(Session(ToyMethod(), NumberedVideo(3)), tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match=r"file can't be written to .*: give another folder"):
        export(played(2), tmp_path / "file")


def test_a_folder_of_masks_is_exported_too(tmp_path: Path):
    session = played(4)
    session.save(tmp_path / "saved")
    video = NumberedVideo(4)
    out = tmp_path / "out"
    for step in exporting(footage_in(tmp_path / "saved", video), out, ["coco", "cutouts"]):
        assert step.total == 4
    areas = [a["area"] for a in json.loads((out / "coco.json").read_text())["annotations"]]
    assert areas == [int(n) for f in range(4) if (n := (session.labels(f) == 1).sum())]
    with pytest.raises(ExportError, match="overlay needs the frames: give the video too"):
        exporting(footage_in(tmp_path / "saved"), out, ["overlay"])
    with pytest.raises(ExportError, match="soft needs probabilities"):
        exporting(footage_in(tmp_path / "saved", video), out, ["soft"])
    with pytest.raises(VideoError, match="the video is 9x9"):
        footage_in(tmp_path / "saved", NumberedVideo(4, size=Size(9, 9)))


def test_a_live_stream_s_labels_are_exported(tmp_path: Path):
    session = Session(ToyMethod(ask_every=100), NumberedStream(5))
    session.play(user)
    export(session, tmp_path, ["coco"])
    assert len(json.loads((tmp_path / "coco.json").read_text())["images"]) == 5


def test_soft_masks_are_those_of_the_run_also_where_frames_were_corrected(tmp_path: Path):
    session = played(6)
    session.answer(click(3, x=6))
    session.run()
    export(session, tmp_path, ["npz", "soft", "coco"])
    assert len(list((tmp_path / "arrays").iterdir())) == 6
    for frame in range(6):
        expected = session.at(frame).masks.pmf.numpy()
        with np.load(tmp_path / "arrays" / f"{frame:05d}.npz") as stored:
            assert np.abs(stored["pmf"] - expected).max() < 1e-3
    coco = json.loads((tmp_path / "coco.json").read_text())
    assert [image["frame"] for image in coco["images"]] == list(range(6))


def test_soft_masks_of_rounds_are_the_last_of_each_frame(tmp_path: Path):
    session = Session(ToyRounds(), NumberedVideo(5))
    for mark in (click(0, x=3), click(4, x=5)):
        session.answer(mark, Propagate())
        session.run()
    export(session, tmp_path, ["npz", "palette"])
    for frame in range(5):
        with np.load(tmp_path / "arrays" / f"{frame:05d}.npz") as stored:
            assert np.array_equal(stored["pmf"].argmax(0), session.labels(frame))
