import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from toys import SIZE, NumberedStream, NumberedVideo, ToyMethod

from vostoolkit.data.folder import open_masks
from vostoolkit.data.recording import Recording
from vostoolkit.errors import SessionError
from vostoolkit.prompts import Click, Prompt
from vostoolkit.results import Request
from vostoolkit.session import Session
from vostoolkit.trace import Keep
from vostoolkit.video import open_video


def click(request: Request) -> tuple[Prompt, ...]:
    return (Click(request.frame, 1, 3, 3),)


def test_files_grow_with_the_run_and_agree_with_it(tmp_path: Path):
    session = Session(ToyMethod(), NumberedVideo(10))
    recording = Recording(session, tmp_path)
    on_disk: list[int] = []

    def progress(frame: int) -> None:
        recording.take(frame)
        on_disk.append(len(open_masks(tmp_path / "masks").frames))

    session.play(click, progress=progress)
    summary = recording.close({"clip": "toy", "J": float("nan")})
    assert on_disk == list(range(1, 11))
    masks = open_masks(tmp_path / "masks")
    for frame in range(10):
        written = masks.labels(frame)
        assert written is not None
        assert np.array_equal(written, session.labels(frame))
    film = open_video(tmp_path / "overlay.mp4")
    assert [round(f.time_s, 3) for f in film] == [f / 10 for f in range(10)]
    assert pd.read_csv(tmp_path / "trace.csv")["frame"].tolist() == list(range(10))
    assert json.loads((tmp_path / "summary.json").read_text()) == {**summary, "J": None}
    assert (summary["asked"], summary["user_corrections"]) == (2, 2)
    assert (summary["frames"], summary["frames_of_video"]) == (10, 10)
    assert (summary["height"], summary["width"]) == tuple(SIZE)
    assert summary["interrupted"] is False


def test_labels_need_not_be_kept(tmp_path: Path):
    session = Session(ToyMethod(), NumberedVideo(6), keep=Keep(results=1, labels=False))
    recording = Recording(session, tmp_path)
    session.play(click, progress=recording.take)
    recording.close()
    assert open_masks(tmp_path / "masks").frames == tuple(range(6))


def test_a_frame_that_is_corrected_is_written_again(tmp_path: Path):
    session = Session(ToyMethod(), NumberedVideo(5))
    recording = Recording(session, tmp_path)
    session.answer(Click(0, 1, 3, 3))
    session.run(until=2)
    recording.take(2)
    session.answer(Click(2, 1, 5, 2))
    session.run(until=2)
    recording.take(2)
    summary = recording.close()
    assert summary["frames"] == 1
    assert summary["interrupted"] is True
    written = open_masks(tmp_path / "masks").labels(2)
    assert written is not None
    assert np.array_equal(written, session.labels(2))
    assert len(open_video(tmp_path / "overlay.mp4")) == 1


def test_a_run_without_a_finished_frame(tmp_path: Path):
    summary = Recording(Session(ToyMethod(), NumberedVideo(5)), tmp_path).close()
    assert (summary["frames"], summary["objects"]) == (0, 0)
    assert {path.name for path in tmp_path.iterdir()} == {"trace.csv", "summary.json"}


def test_a_live_stream_is_refused(tmp_path: Path):
    with pytest.raises(SessionError, match="not a live stream"):
        Recording(Session(ToyMethod(), NumberedStream(5)), tmp_path)
