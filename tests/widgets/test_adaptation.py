"""Teaching the network a video from the Explorer: progress, gain, use it or leave it."""

import base64
import io
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import vostoolkit_widgets.adaptation
from PIL import Image as PillowImage
from vostoolkit_widgets import Adaptation, Explorer
from widgets.explorer_hands import press

import vostoolkit as vos
from vostoolkit.adaptation import start_adapting
from vostoolkit.data.synthetic import synthetic_clip

CLIP = synthetic_clip(4, frames=6, size=(64, 96))


@pytest.fixture(autouse=True)
def few_steps(monkeypatch):
    """Learning that takes a second; the gain is whatever it is."""
    few = partial(start_adapting, steps=2)
    monkeypatch.setattr(vostoolkit_widgets.adaptation, "start_adapting", few)


def session(frames: int = 3) -> vos.Session:
    made = vos.Session(vos.LazyXMem.preset("nano"), CLIP.video)
    made.answer(vos.Drawing(0, 1, CLIP.labels(0) == 1))
    made.play(lambda request: (vos.Skip(request.frame, request.object_id),))
    made.rewind(frames - 1)
    return made


def card(adaptation: Adaptation) -> dict:
    return adaptation.row.state


def told(adaptation: Adaptation, name: str) -> None:
    adaptation.row._received(None, {"name": name}, [])
    assert adaptation.wait(120)


def test_the_gain_is_shown_before_anything_is_changed_and_can_be_left():
    run = session()
    run.appearance = run.appearance.coloured(1, "#ff0010")
    before, adaptation = run.method, Adaptation(run)
    told(adaptation, "start")
    result, state = adaptation.result, card(adaptation)
    gain = result.gain
    assert state["gains"][0][1:3] == [
        f"{measured.there_and_back:.3f}" for measured in (gain.before, gain.after)
    ]
    assert run.method is before and state["doing"] == "" and not state["wrong"]
    png = base64.b64decode(state["picture"].partition(",")[2])
    picture = np.asarray(PillowImage.open(io.BytesIO(png)).convert("RGB"), np.int16)
    assert ((picture[..., 0] > 230) & (picture[..., 1] < 40)).any()  # outlined in its own red
    assert state["code"] == "session.anew(propagator=adaptation.result.propagator)"
    assert not state["uses"] and "image/png" in adaptation._repr_mimebundle_()
    told(adaptation, "leave")
    assert adaptation.result is None and card(adaptation)["gains"] == []
    adaptation.close()


def test_in_the_explorer_it_is_used_undone_and_kept_in_the_folder(tmp_path: Path):
    explorer = Explorer(session(), folder=tmp_path)
    first, folds = explorer.session, explorer._insight.folds
    folds._row._received(None, {"name": "adapt"}, [])
    assert explorer.settle(30)
    adaptation = folds.part("adapt")
    told(adaptation, "start")
    learned = adaptation.result.propagator
    told(adaptation, "use")
    assert explorer.settle(120)
    assert explorer.session is not first and explorer.session.method.propagator is learned
    assert explorer.session.prompts == first.prompts and explorer.session.trace.frames
    assert folds.part("adapt") is None
    kept = explorer._keeping.of(explorer.session)
    assert kept.changed == ("propagator",)
    masks = explorer.session.labels(1)
    kept.save()
    kept._journal.close()  # a kill
    again = vos.Session(vos.LazyXMem.preset("nano"), CLIP.video)
    vos.Autosave(again, tmp_path).close()
    assert (again.labels(1) == masks).all()
    assert [type(p) for p in again.prompts] == [type(p) for p in first.prompts]
    weights = again.method.propagator.network.state_dict()
    assert all(weights[name].equal(v) for name, v in learned.network.state_dict().items())
    press(explorer, "undo")
    press(explorer, "undo")
    assert explorer.session is first and first.trace.frames == (0, 1, 2)
    explorer.close()


def test_what_can_t_be_learned_from_is_said_kindly():
    fresh = vos.Session(vos.LazyXMem.preset("nano"), CLIP.video)
    adaptation = Adaptation(fresh)
    told(adaptation, "start")
    assert card(adaptation)["wrong"] and card(adaptation)["text"].startswith("no finished frame")
    with pytest.raises(vos.SessionError, match="no adapted network to use"):
        adaptation.use()
    adaptation.close()


def test_stopped_learning_has_no_result(monkeypatch):
    long = partial(start_adapting, steps=500)
    monkeypatch.setattr(vostoolkit_widgets.adaptation, "start_adapting", long)
    adaptation = Adaptation(session())
    adaptation.row._received(None, {"name": "start"}, [])
    while not card(adaptation)["doing"]:
        assert not adaptation.wait(0.05)
    assert card(adaptation)["doing"].startswith("learning and measuring: ")
    told(adaptation, "stop")
    assert adaptation.result is None and card(adaptation)["text"].startswith("Stopped")
    assert not card(adaptation)["wrong"]
    adaptation.close()
