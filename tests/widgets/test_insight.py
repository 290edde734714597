"""What explains a run, without a browser: stages, memory, thresholds to try, another run."""

import base64
import io
import threading
from dataclasses import replace

import pytest
from methods.test_lazy_xmem import CLIP, drawing, method
from PIL import Image as PillowImage
from vostoolkit_widgets import Comparison, Explorer, Inspector, MemoryView
from vostoolkit_widgets.agreement import Agreement
from vostoolkit_widgets.capture import Pointer
from vostoolkit_widgets.sources import source_of
from vostoolkit_widgets.trial import Trial
from widgets.lazy_runs import value_of

import vostoolkit as vos
from vostoolkit.arrays import Size
from vostoolkit.masks import Masks
from vostoolkit.pictures import contact_sheet
from vostoolkit.results import Fusion, Propagation, Uncertainty


@pytest.fixture
def explorer(session):
    made = Explorer(session, truth=CLIP.labels)
    yield made
    made.close()


# -- stages ----------------------------------------------------------------------------------------


def test_each_stage_of_a_frame_is_shown_and_its_code_gives_it(session):
    inspector = Inspector(session, 6)
    for stage in ("propagation", "uncertainty", "decision", "click", "refinement", "memory"):
        inspector.choose(stage)
        state = inspector.widget.state
        assert state["now"] == stage and state["picture"].startswith("data:image/")
        assert value_of(state["code"], session) is inspector.result
        assert state["seconds"].endswith(" in this frame")
    assert inspector.widget.state["stages"][3][:2] == ["click", 1]
    inspector.close()


def test_the_source_of_a_result_is_what_its_stage_follows(session):
    inspector = Inspector(session, 6)
    sources = {}
    for stage in ("propagation", "decision", "click", "memory"):
        inspector.choose(stage)
        sources[stage] = inspector.widget.state["source"]
    assert sources["propagation"].startswith("XMemPropagator: XMem")
    assert sources["decision"].startswith("EntropyJump: Lazy-XMem 3.4")
    assert sources["click"] == "DistanceFieldClick: Lazy-XMem, Eq. 4 and 5"
    assert sources["memory"].startswith("MemoryRule: Lazy-XMem 3.5")
    inspector.close()


def test_an_own_stage_is_named_and_one_of_no_method_is_not(session):
    def margin(predicted: Propagation, previous: Uncertainty | None) -> Uncertainty:
        """An own measure.

        Source: this test.
        """
        raise NotImplementedError

    own = replace(session.method, uncertainty=margin)
    result = session.at(6).uncertainty
    assert source_of(result, own) == "margin: this test"
    masks = Masks.empty(Size(2, 2), (1,))
    fusion = Fusion(frame=0, old=masks, new=masks, masks=masks, weights=(0.5, 0.5))
    assert source_of(fusion, own) == ""


def test_several_results_of_a_stage_are_turned_over(session):
    inspector = Inspector(session, 6)
    inspector.choose("memory")
    count = len(session.at(6).updates)
    seen = []
    for _ in range(count):
        seen.append(inspector.result)
        inspector._pressed("turn", 1)
    assert tuple(seen) == session.at(6).updates and inspector.result is seen[0]
    inspector.close()


def test_a_frame_whose_results_are_gone_is_computed_again():
    keep = vos.Keep(results=1)
    session = vos.Session(method(), CLIP.video, keep=keep)
    session.answer(drawing(0, 1), drawing(0, 2))
    session.run(until=3)
    inspector = Inspector(session, 1)
    assert inspector.widget.state["can_compute"] and not inspector.widget.state["picture"]
    inspector._pressed("compute", None)
    assert inspector.result.frame == 1 and inspector.widget.state["picture"]
    inspector.frame = 9
    assert inspector.widget.state["lines"] == ["frame 9 hasn't been reached yet"]
    inspector.close()


def test_pictures_of_stages_have_the_colours_that_were_chosen(explorer, session):
    inspector, branch = Inspector(session, 6), session.branch(5)
    inspector.choose("propagation")
    comparison, plain = Comparison(session, branch), inspector.widget.state["picture"]
    session.appearance = session.appearance.coloured(1, "#ff0010")
    inspector.show(6)
    comparison.frame = 4
    assert comparison.settle(20) and inspector.widget.state["picture"] != plain
    for canvas in comparison.canvases:
        assert (255, 0, 16) in {line.colour for line in canvas._still.outlines}
    sheet = contact_sheet(session, (0,))
    session.undo()
    inspector.show(6)
    assert inspector.widget.state["picture"] == plain
    assert (sheet != contact_sheet(session, (0,))).any()
    for made in (inspector, comparison):
        made.close()


# -- thresholds ------------------------------------------------------------------------------------


def test_trying_thresholds_says_what_they_would_have_asked(session):
    trial = Trial(session)
    assert trial.change() is None and not trial.is_other
    trial.put_one("tau_user", 0.25)
    assert trial.thresholds == {"tau_user": 0.25, "tau_pseudo": 0.2}
    change = trial.change()
    assert change.was.asked == {(3, 1)} and change.would.asked == {(3, 1), (6, 1)}
    assert change.would.differs_at(change.was) == 6
    trial.put({})
    assert trial.change() is None


def test_a_branch_begins_behind_a_finished_frame_with_the_thresholds_tried(session):
    trial = Trial(session)
    trial.put({"tau_user": 0.25, "tau_pseudo": 0.1})
    branch = trial.branch(4)
    assert branch.frame == 4 and branch.method.decide.tau_user == 0.25
    code = trial.code(4)
    again = value_of(code, session, replace=replace)
    assert again.frame == 4 and again.method.decide == branch.method.decide
    with pytest.raises(vos.SessionError, match="no branch behind frame 9"):
        trial.branch(9)  # the last


def test_a_dragged_threshold_is_counted_and_can_be_used(explorer):
    timeline, insight = explorer._panel.timeline, explorer._insight
    chart = timeline._chart
    for kind, tau in (("down", 0.5), ("move", 0.35), ("move", 0.25), ("up", 0.25)):
        timeline._happened(Pointer(kind, chart.x(4), chart.y(0, tau)))
    assert explorer.settle(20)
    assert insight.trial.thresholds["tau_user"] == pytest.approx(0.25, abs=1e-3)
    assert insight.thresholds.state["text"].startswith("Would have asked twice (was 1)")
    explorer.frame = 4
    assert explorer.settle(20)
    before = explorer.session
    insight.thresholds._received(None, {"name": "use"}, [])
    assert explorer.settle(30)
    assert explorer.session is not before and explorer.session.frame == 4
    assert explorer.session.method.decide.tau_user == pytest.approx(0.25, abs=1e-3)
    assert not insight.trial.is_other
    assert before.finished and before.method.decide.tau_user == 0.5


def test_iou_with_the_truth_is_on_the_timeline(explorer, session):
    assert explorer.settle(20)
    (first, _) = explorer._insight.curves()
    assert first.iou_with == "the truth" and first.iou[0] == 1.0  # it was drawn from it
    known = Agreement(CLIP.labels)
    assert known.at(session, 0)[1] == 1.0 and known.at(session, 77) == {}


# -- all of it -------------------------------------------------------------------------------------


def test_parts_unfold_and_are_gone_when_folded_or_closed(session):
    explorer = Explorer(session)
    folds = explorer._insight.folds
    explorer.frame = 5
    assert explorer.settle(20)
    for name in ("memory", "branch"):
        folds._row._received(None, {"name": name}, [])
    assert explorer.settle(30)
    memory, branch = folds.part("memory"), folds.part("branch")
    assert memory.frame == 5 and branch.right.frame == 5
    explorer.frame = 7
    assert explorer.settle(30) and memory.frame == 7
    folds._row._received(None, {"name": "memory"}, [])
    assert explorer.settle(20) and folds.part("memory") is None and memory.widget.comm is None
    explorer.close()
    assert branch.widget.comm is None and explorer._insight.inspector.widget.comm is None
    for thread in [t for t in threading.enumerate() if t.name.startswith("vostoolkit")]:
        thread.join(6)
        assert not thread.is_alive()


def test_each_part_alone_has_a_picture_for_pages_without_a_kernel(session):
    for made in (MemoryView(session, 8, 1), Comparison(session, session.branch(5))):
        bundle = made._repr_mimebundle_()
        assert bundle["text/plain"] == repr(made)
        png = base64.b64decode(bundle["image/png"])
        assert len(png) < 150_000
        PillowImage.open(io.BytesIO(png)).verify()
        made.close()
