"""Scribble files: one by hand, and a person's own where the shared clips are."""

import json
from pathlib import Path

import numpy as np
import pytest

from vostoolkit.arrays import Size
from vostoolkit.data.davis_scribbles import read_scribbles
from vostoolkit.data.folder import read_labels
from vostoolkit.errors import PromptError
from vostoolkit.prompts import Scribble
from vostoolkit.strokes import stroke_map

TENNIS = Path(__file__).parents[3] / "shared" / "data" / "tennis"


def line(label: int, *, start: int, end: int) -> dict[str, object]:
    return {"path": [[0, 0], [1, 1]], "object_id": label, "start_time": start, "end_time": end}


def test_a_file_by_hand(tmp_path: Path) -> None:
    file = tmp_path / "001.json"
    lines = [line(2, start=0, end=500), line(0, start=700, end=1500)]
    file.write_text(json.dumps({"sequence": "bear", "scribbles": [[], lines]}))
    held = read_scribbles(file)
    assert held.sequence == "bear"
    assert list(held.strokes) == [1]
    assert held.seconds == {1: 1.5}
    assert held.prompts(1, Size(2, 2)) == (Scribble(1, 2, ((0, 0), (1, 1)), width=3),)
    assert held.prompts(0, Size(2, 2)) == ()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"sequence": "a", "scribbles": [[{}]]}'])
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(text)
    with pytest.raises(PromptError, match=r'x\.json is no file of scribbles .* "scribbles"'):
        read_scribbles(file)


def test_a_persons_strokes_lie_on_the_objects_they_name() -> None:
    if not TENNIS.is_dir():
        pytest.skip("the clip tennis is not in ../shared/data")
    held = read_scribbles(TENNIS / "Scribbles" / "001.json")
    labels = read_labels(TENNIS / "Annotations_instances" / "00019.png")
    drawn = stroke_map(held.strokes[19], Size(*labels.shape))
    for object_id in (1, 2):
        assert np.mean(labels[drawn == object_id] == object_id) > 0.85
    assert held.seconds[19] == pytest.approx(10.365)
