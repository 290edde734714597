"""The memory view without a browser: clicks in; places, readers, words and code out."""

import pytest
from toys import NumberedVideo, ToyMethod
from vostoolkit_widgets import MemoryView
from vostoolkit_widgets.capture import Pointer
from widgets.lazy_runs import value_of

import vostoolkit as vos


@pytest.fixture
def view(session):
    made = MemoryView(session, 8, 1)
    yield made
    made.close()


def test_the_sheet_holds_the_memory_that_the_frame_has_read(session, view):
    shown = {(thumb.tier.name, thumb.held.frame) for thumb in view._sheet.thumbs}
    read = view.recall.reading.shares()
    assert shown == set(read)
    assert sum(thumb.share for thumb in view._sheet.thumbs) == pytest.approx(1, abs=1e-4)
    assert "MB" in view._sheet.heads[0][1]
    boxes = [
        (t.left, t.top, t.left + t.size.width, t.top + t.size.height) for t in view._sheet.thumbs
    ]
    for i, (left, top, right, bottom) in enumerate(boxes):
        assert right <= view._sheet.size.width and bottom <= view._sheet.size.height
        for other in boxes[:i]:
            assert right <= other[0] or left >= other[2] or bottom <= other[1] or top >= other[3]


def test_a_click_on_the_frame_shows_where_the_pixel_was_read_from(view):
    origins = view.pick(40, 30)
    assert sum(origin.weight for origin in origins) == pytest.approx(1, abs=1e-4)
    assert "Pixel (40, 30) was read from" in view._bar.state["text"]
    assert view._bar.state["code"].endswith(".origins(40, 30)")
    assert len(view._marks) == 2 * len(origins)


def test_the_code_of_a_click_gives_the_same(session, view):
    origins = view.pick(40, 30)
    assert value_of(view._bar.state["code"], session) == origins


def test_a_click_in_memory_shows_who_reads_that_place(view):
    first = view.pick(40, 30)[0]
    thumb = view._sheet.find(first.tier, first.frame)
    x, y = thumb.spot(first.x, first.y, view._sheet.frame)
    view._happened(Pointer("down", x, y))
    assert f".affinity('{first.tier}', {first.frame}, " in view._bar.state["code"]
    affinity = view.pick_memory(first.tier, first.frame, first.x, first.y)
    assert float(affinity.weight[30, 40]) == pytest.approx(first.weight, abs=1e-5)
    assert view.canvas._still.map is not None


def test_a_given_frame_and_an_unknown_object_are_said(view):
    view.frame = 0
    assert "given by a person" in view._bar.state["text"] and view.pick(1, 1) == ()
    view.show(5, 7)
    assert "object 7 wasn't in memory before frame 5" in view._bar.state["text"]
    view.show(5, 2)
    assert view.recall.reading.object_id == 2


def test_a_method_without_such_a_memory_is_refused():
    with pytest.raises(TypeError, match="only XMemPropagator says what it reads"):
        MemoryView(vos.Session(ToyMethod(), NumberedVideo(4)))
