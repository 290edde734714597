"""What explains a run in rounds, without a browser."""

from dataclasses import replace

import pytest
from methods.test_lazy_xmem import CLIP, drawing
from methods.test_lazy_xmem import method as lazy
from vostoolkit_widgets import Explorer, Inspector, MemoryView
from widgets.lazy_runs import value_of

import vostoolkit as vos
from vostoolkit.methods.mivos import MiVOS
from vostoolkit.results import Fusion
from vostoolkit.stages.fuse import LinearBlend


@pytest.fixture(scope="module")
def session() -> vos.Session:
    """Two rounds of MiVOS: frames 0 and 6 are given."""
    small = lazy()
    method = MiVOS(
        small.propagator,
        small.refine,
        fuse=LinearBlend(),
        suggest=vos.UniformFrames(),
        choose=vos.FixedAnnotation("click"),
    )
    made = vos.Session(method, CLIP.video, keep=vos.Keep(results=20))
    made.answer(drawing(0, 1), drawing(0, 2), vos.Propagate())
    made.run()
    made.answer(drawing(6, 1), vos.Propagate())
    made.run()
    return made


def test_the_stages_of_rounds_are_shown_as_they_happened(session):
    inspector = Inspector(session, 2)
    assert [name for name, *_ in inspector.widget.state["stages"]] == ["propagation", "fusion"]
    inspector.choose("fusion")
    state = inspector.widget.state
    assert isinstance(inspector.result, Fusion) and state["picture"]
    assert state["source"].startswith("LinearBlend: the baseline of MiVOS")
    assert value_of(state["code"], session) is inspector.result
    inspector.close()


def test_what_is_suggested_is_shown_at_its_frame(session):
    request = session.request
    inspector = Inspector(session, request.frame)
    for stage in ("selection", "choice"):
        inspector.choose(stage)
        assert inspector.result is not None and inspector.widget.state["picture"]
        assert value_of(inspector.widget.state["code"], session) is inspector.result
    inspector.close()


def test_permanent_memory_can_be_looked_into(session):
    view = MemoryView(session, 3, 1)
    assert {(t.tier.name, t.held.frame) for t in view._sheet.thumbs} == {
        ("permanent", 0),
        ("permanent", 6),
    }
    assert "annotated frames 0, 6" in view._bar.state["text"]
    origins = view.pick(40, 30)
    import vostoolkit_widgets

    code = view._bar.state["code"]
    assert value_of(code, session, vostoolkit_widgets=vostoolkit_widgets) == origins
    view.close()


def test_the_explorer_shows_rounds_without_thresholds(session):
    explorer = Explorer(session)
    assert explorer.settle(30)
    assert not explorer._insight.trial.own and not explorer._insight.thresholds.state["thresholds"]
    lanes = {curve.object_id for curve in explorer._insight.curves()}
    assert lanes == {1, 2}
    explorer.close()


def test_states_are_said_in_a_line(session):
    state = next(
        event.state for event in session.at(6).events if type(event).__name__ == "Checkpoint"
    )
    assert len(repr(replace(state, selection=None))) < 2000
    recall = MemoryView(session, 3, 1).recall
    assert repr(recall.reading).startswith("Reading(frame=3, object_id=1, ")
    assert len(repr(recall.reading)) < 120
