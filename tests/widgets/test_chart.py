import numpy as np
import pytest
from vostoolkit_widgets.chart import Area, Chart, Line, chart_of, cursor_shapes, curves_of
from vostoolkit_widgets.levels import drawn

from vostoolkit.colours import ASK
from vostoolkit.records import Row


def row(frame: int, jump: float | None, **flags: bool) -> Row:
    said = {"lost": False, "asked": False, "pseudo": False, "corrected": False, "memory": False}
    return Row(
        frame=frame, object=1, score=0.1, jump=jump, action="none", seconds=0.0, **(said | flags)
    )


def curves():
    rows = [row(0, None, memory=True), row(1, 0.05), row(2, 0.6, asked=True), row(3, 0.25)]
    return curves_of({r.frame: (r,) for r in rows})


def test_a_curve_keeps_what_happened_to_its_object():
    (curve,) = curves()
    assert curve.frames.tolist() == [0, 1, 2, 3]
    assert np.isnan(curve.jump[0]) and curve.jump[2] == 0.6
    assert curve.asked == (2,) and curve.memory == (0,)


@pytest.mark.parametrize("length", [2, 40, 3000])
def test_a_place_on_the_timeline_is_the_frame_drawn_there(length):
    chart = Chart(length, lanes=1)
    for frame in {0, 1, length // 3, length - 1}:
        assert chart.frame(chart.x(frame)) == frame
    assert chart.frame(-100) == 0 and chart.frame(9999) == length - 1


def test_thresholds_and_curves_lie_inside_their_lane():
    found = curves()
    chart = chart_of(10, found, {"tau_user": 0.5, "tau_pseudo": 0.2})
    for value in (0.5, 0.2, 0.6, -0.4):
        assert 0 <= chart.y(0, value) <= chart.lane
    assert chart.y(0, 0.5) < chart.y(0, 0.2)


def test_a_question_is_a_mark_in_the_asking_colour():
    found = curves()
    chart = chart_of(10, found, {})
    marks = [s for s in drawn(chart, found, {}) if isinstance(s, Area) and s.colour == ASK]
    (mark,) = [mark for mark in marks if mark.points[:, 1].max() < chart.floor]  # not the legend's
    assert mark.points[:, 0].mean() == pytest.approx(chart.x(2))


def test_a_curve_is_broken_where_frames_are_missing():
    rows = [row(f, 0.1) for f in (1, 2, 3, 7, 8)]
    found = curves_of({r.frame: (r,) for r in rows})
    thick = [
        s for s in drawn(chart_of(10, found, {}), found, {}) if isinstance(s, Line) and s.width == 2
    ]
    assert [len(s.points) for s in thick] == [3, 2]


def test_lanes_share_the_height_when_there_are_many():
    assert Chart(10, lanes=1).size.height < Chart(10, lanes=3).size.height
    assert Chart(10, lanes=12).size.height == Chart(10, lanes=3).size.height


def test_the_cursor_stands_at_its_frame():
    chart = Chart(100, lanes=1)
    upright = cursor_shapes(chart, 37)[0]
    assert isinstance(upright, Line) and upright.points[0, 0] == chart.x(37)
