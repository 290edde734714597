import numpy as np
from vostoolkit_widgets.shapes import Area, Disc, Line, Word, line, on_picture

RED = (255, 0, 0)


def paper() -> np.ndarray:
    return np.full((40, 60, 3), 255, np.uint8)


def test_a_disc_is_filled_and_a_ring_is_not():
    assert tuple(on_picture(paper(), [Disc(30, 20, 8, RED)])[20, 30]) == RED
    ring = on_picture(paper(), [Disc(30, 20, 8, RED, width=2)])
    assert tuple(ring[20, 30]) == (255, 255, 255)
    assert tuple(ring[20, 38]) == RED


def test_a_line_is_where_its_points_are():
    picture = on_picture(paper(), [line((5, 10), (50, 10), colour=RED, width=3)])
    assert tuple(picture[10, 20]) == RED
    assert tuple(picture[20, 20]) == (255, 255, 255)


def test_a_dashed_line_has_gaps():
    points = np.array([[0.0, 10.0], [60.0, 10.0]])
    picture = on_picture(paper(), [Line(points, RED, 2, dash=(5, 5))])
    red = (picture[10] == RED).all(-1)
    assert 0.3 < red.mean() < 0.7


def test_translucent_areas_let_the_picture_through():
    corners = np.array([[0.0, 0.0], [60, 0], [60, 40], [0, 40]])
    picture = on_picture(paper(), [Area(corners, RED, 0.5)])
    assert abs(int(picture[20, 30, 1]) - 127) <= 2


def test_words_are_written_beside_their_point():
    picture = on_picture(paper(), [Word(30, 20, "frame", RED, 12, "right")])
    written = np.argwhere((picture != 255).any(-1))
    assert len(written) and written[:, 1].max() <= 31 and abs(written[:, 0].mean() - 20) < 4
