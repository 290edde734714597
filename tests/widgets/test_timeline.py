"""The timeline without a browser: presses in; frames, thresholds and marks out."""

from dataclasses import replace

import numpy as np
import pytest
from vostoolkit_widgets import Timeline, curves_of
from vostoolkit_widgets.capture import Pointer
from vostoolkit_widgets.chart import Area, Ink, chart_of, run_shapes
from vostoolkit_widgets.levels import Change, change_shapes, grip_at, moved
from vostoolkit_widgets.shapes import Glyph, Line

from vostoolkit.colours import ASK
from vostoolkit.records import Row
from vostoolkit.what_if import WhatIf

TAUS = {"tau_user": 0.5, "tau_pseudo": 0.2}
NONE = WhatIf(frozenset(), frozenset())


def curves(objects=(1, 2)):
    flags = {"lost": False, "asked": False, "pseudo": False, "corrected": False, "memory": False}
    values = {"score": 0.1, "action": "none", "seconds": 0.0}
    rows = {
        f: tuple(Row(frame=f, object=o, jump=0.1 * f, **values, **flags) for o in objects)
        for f in range(6)
    }
    return curves_of(rows)


@pytest.fixture
def timeline():
    made = Timeline(10)
    made.show(curves(), TAUS)
    yield made
    made.close()


def press(timeline: Timeline, *places: tuple[float, float]) -> None:
    for index, (x, y) in enumerate((*places, places[-1])):
        kind = "down" if index == 0 else "up" if index == len(places) else "move"
        timeline._happened(Pointer(kind, x, y))


def test_a_line_is_taken_hold_of_in_each_lane_and_a_word_beside_it():
    chart = chart_of(10, curves(), TAUS)
    for lane in (0, 1):
        y = chart.y(lane, 0.5)
        assert grip_at(chart, TAUS, chart.x(4), y + 2).name == "tau_user"
        assert grip_at(chart, TAUS, chart.x(9) + 30, y).name == "tau_user"
        assert grip_at(chart, TAUS, chart.x(4), chart.y(lane, 0.35)) is None
    assert grip_at(chart, TAUS, 5, chart.y(0, 0.5)) is None  # the name of the object
    assert grip_at(chart, TAUS, chart.x(4), chart.floor + 15) is None  # the legend


def test_values_and_heights_are_each_others_inverse():
    chart = chart_of(10, curves(), TAUS)
    for value in (0.0, 0.2, 0.5):
        assert chart.value(1, chart.y(1, value)) == pytest.approx(value)
    assert chart.value(0, -500) == chart.high and chart.value(0, 500) == chart.low


def test_asking_never_gets_below_clicking_itself():
    assert moved(TAUS, "tau_user", 0.1) == {"tau_user": 0.2, "tau_pseudo": 0.2}
    assert moved(TAUS, "tau_pseudo", 0.7) == {"tau_user": 0.5, "tau_pseudo": 0.5}
    assert moved({"tau_user": 0.5}, "tau_user", 0.1234) == {"tau_user": 0.123}


def test_a_threshold_follows_the_pointer_and_nothing_is_sought(timeline):
    seen, frames = [], []
    timeline.on_thresholds(lambda taus: seen.append(dict(taus)))
    timeline.on_seek(frames.append)
    chart = timeline._chart
    x, start = chart.x(3), chart.y(1, 0.5)
    press(timeline, (x, start), (x, chart.y(1, 0.4)), (x + 40, chart.y(1, 0.3)))
    assert seen[-1]["tau_user"] == pytest.approx(0.3, abs=1e-3) and seen[-1]["tau_pseudo"] == 0.2
    assert timeline.thresholds == seen[-1] and not frames


def test_while_a_threshold_is_dragged_the_scale_stays(timeline):
    timeline.on_thresholds(lambda taus: None)
    before = timeline._chart
    timeline._happened(Pointer("down", before.x(3), before.y(0, 0.2)))
    timeline._happened(Pointer("move", before.x(3), before.y(0, 0.05)))
    timeline.show(curves(), TAUS)  # the run goes on
    assert timeline._chart == before and timeline.thresholds["tau_pseudo"] == pytest.approx(0.05)
    timeline._happened(Pointer("up", before.x(3), before.y(0, 0.05)))
    timeline.show(curves(), TAUS)
    assert timeline.thresholds == TAUS


def test_a_click_on_a_threshold_is_a_click_on_its_frame(timeline):
    frames, seen = [], []
    timeline.on_seek(frames.append)
    timeline.on_thresholds(seen.append)
    chart = timeline._chart
    press(timeline, (chart.x(4), chart.y(0, 0.5)))
    assert frames == [4] and not seen
    press(timeline, (chart.x(4), chart.y(0, 0.5)), (chart.x(7), chart.y(0, 0.5)))
    assert frames[-1] == 7 and not seen


def test_without_a_callback_thresholds_stay(timeline):
    frames = []
    timeline.on_seek(frames.append)
    chart = timeline._chart
    press(timeline, (chart.x(4), chart.y(0, 0.5)), (chart.x(4), chart.y(0, 0.3)))
    assert frames == [4, 4] and timeline.thresholds == TAUS


def test_what_would_change_is_marked_where_it_is():
    found = curves()
    chart, ink = chart_of(10, found, TAUS), Ink.on(False)
    was = WhatIf(frozenset({(2, 1)}), frozenset({(3, 2)}))
    would = WhatIf(frozenset({(3, 2)}), frozenset({(5, 1)}))
    shapes = change_shapes(chart, found, Change(was, would), ink)
    assert not any(isinstance(shape, Area) for shape in shapes)  # what happened is filled
    (asks,) = [s for s in shapes if isinstance(s, Line) and s.colour == ASK]
    assert asks.points[:, 0].mean() == pytest.approx(chart.x(3))
    assert asks.points[:, 1].mean() > chart.lane  # object 2 is in the second lane
    crosses = {(s.x, s.y) for s in shapes if isinstance(s, Glyph)}
    assert crosses == {(chart.x(2), chart.y(0, 0.2)), (chart.x(3), chart.y(1, 0.3))}
    assert change_shapes(chart, found, Change(NONE, NONE), ink) == []


def test_close_thresholds_are_far_enough_apart_to_be_told():
    near = {"tau_user": 0.07, "tau_pseudo": 0.05}
    chart = chart_of(10, curves((1,)), near)
    assert chart.y(0, 0.05) - chart.y(0, 0.07) > 5
    far = {"tau_user": 9.0, "tau_pseudo": 9.0}
    assert chart_of(10, curves((1,)), far).high < 1  # the run is still seen


def test_iou_is_drawn_where_it_is_known():
    (curve,) = curves((1,))
    chart, ink = chart_of(10, (curve,), TAUS), Ink.on(False)
    known = replace(curve, iou=np.array([np.nan, 0.5, 1.0, np.nan, np.nan, np.nan]))
    extra = [s for s in run_shapes(chart, (known,), ink) if isinstance(s, Line) and s.dash]
    assert len(extra) == 2 and len(extra[0].points) == 2  # the curve, and its sign in the legend
    assert extra[0].points[-1, 1] == pytest.approx(chart.y(0, chart.high))


def test_a_drag_on_the_timeline_leaves_no_stroke_on_the_page(timeline):
    assert timeline.capture.ink["shape"] == "none"


def test_a_page_that_was_ready_before_anybody_listened_is_drawn_on(timeline):
    assert not timeline.is_connected
    timeline.capture._received(None, {"type": "ready", "dark": True}, [])
    assert timeline.is_connected
