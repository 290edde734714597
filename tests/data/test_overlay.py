from pathlib import Path

import numpy as np

from vostoolkit.arrays import Size
from vostoolkit.colours import ASK, PSEUDO, colour_of
from vostoolkit.data.overlay import Marks, OverlayVideo, overlay
from vostoolkit.frames import Frame
from vostoolkit.prompts import Click
from vostoolkit.video import open_video

IMAGE = np.full((60, 80, 3), 100, np.uint8)
LABELS = np.zeros((60, 80), np.uint8)
LABELS[20:40, 20:40] = 1
LABELS[20:40, 50:70] = 2


def test_objects_have_their_colours_and_the_rest_is_untouched():
    drawn = overlay(IMAGE, LABELS)
    for object_id, x in ((1, 30), (2, 60)):
        expected = 0.6 * 100 + 0.4 * np.array(colour_of(object_id))
        assert np.abs(drawn[30, x] - expected).max() <= 1
    assert (drawn[:10] == IMAGE[:10]).all()
    assert (IMAGE == 100).all()


def test_marks_are_where_they_belong():
    marks = Marks(
        asked=True,
        prompts=(Click(0, 1, 10, 10), Click(0, 1, 70, 50, positive=False)),
        pseudo=(Click(0, 1, 60, 12),),
    )
    drawn = overlay(IMAGE, np.zeros_like(LABELS), marks)
    assert tuple(drawn[0, 0]) == ASK
    assert tuple(drawn[7, 7]) == ASK
    assert tuple(drawn[47, 67]) == (32, 32, 36)
    assert tuple(drawn[12 - 6, 60]) == PSEUDO


def test_marks_stay_long_enough_to_be_seen(tmp_path: Path):
    with OverlayVideo(tmp_path / "a.mp4", Size(60, 80), 10) as film:
        for number in range(15):
            marks = Marks(asked=True, prompts=(Click(3, 1, 10, 50),)) if number == 3 else None
            film.write(Frame(number, IMAGE, number / 10), LABELS, marks)
    frames = list(open_video(tmp_path / "a.mp4"))
    assert [f.image[0, :, 0].mean() > 150 for f in frames] == [3 <= n < 10 for n in range(15)]
    assert [f.image[47, 7, 0] > 150 for f in frames] == [3 <= n < 10 for n in range(15)]
