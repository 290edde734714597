import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from vostoolkit.data import export
from vostoolkit.data.export import palette_png, write_labels, write_summary, write_trace
from vostoolkit.data.folder import open_masks


def test_masks_come_back_as_they_were(tmp_path: Path):
    @given(st.integers(0, 2**32 - 1))
    def check(seed: int) -> None:
        labels = np.random.default_rng(seed).integers(0, 256, (7, 5), dtype=np.uint8)
        write_labels(tmp_path, 3, labels)
        read = open_masks(tmp_path, void=None).labels(3)
        assert np.array_equal(read, labels)

    check()


def test_masks_are_palette_pictures_in_the_colours_of_davis(tmp_path: Path):
    path = write_labels(tmp_path / "new" / "masks", 37, np.array([[0, 1, 2]], np.uint8))
    assert path.name == "00037.png"
    with Pillow.open(path) as picture:
        assert picture.mode == "P"
        colours = [picture.convert("RGB").getpixel((x, 0)) for x in range(3)]
    assert colours == [(0, 0, 0), (128, 0, 0), (0, 128, 0)]


def test_an_interrupted_writing_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "summary.json"
    export.write_whole(path, b"old")

    def interrupted(self: Path, content: bytes) -> int:
        with self.open("wb") as stream:
            stream.write(content[:2])
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_bytes", interrupted)
    with pytest.raises(KeyboardInterrupt):
        export.write_whole(path, b"new content")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_trace_is_a_table(tmp_path: Path):
    rows = pd.DataFrame({"frame": [0, 1], "score": [None, 0.25]})
    write_trace(tmp_path / "trace.csv", rows)
    assert pd.read_csv(tmp_path / "trace.csv").equals(rows.astype({"score": float}))


def test_the_summary_is_strict_json(tmp_path: Path):
    path = tmp_path / "summary.json"
    write_summary(path, {"J": float("nan"), "R": {"0.1": 0.5}, "seeds": (1, 2), "Größe": None})
    assert json.loads(path.read_text("utf-8"), parse_constant=pytest.fail) == {
        "J": None,
        "R": {"0.1": 0.5},
        "seeds": [1, 2],
        "Größe": None,
    }


def test_all_ids_fit_a_palette_picture():
    labels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert len(palette_png(labels)) > 0
