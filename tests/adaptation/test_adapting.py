"""Adapting to a video: the clips it makes, what it changes, and how its gain is told."""

from dataclasses import dataclass

import numpy as np
import pytest

from vostoolkit import Click, LazyXMem, Session, Skip
from vostoolkit.adaptation import Annotated, Gain, Measured, adapt, annotated_frames, start_adapting
from vostoolkit.adaptation.gain import there_and_back
from vostoolkit.adaptation.synthesis import Synthesis, synthetic_batch
from vostoolkit.data.synthetic.clip import synthetic_clip
from vostoolkit.errors import SessionError
from vostoolkit.masks import Masks
from vostoolkit.results import MemoryUpdate, Propagation
from vostoolkit.stages.propagate_xmem import XMemPropagator


@pytest.fixture(scope="module")
def clip():
    return synthetic_clip(4, frames=8, size=(64, 96))


@pytest.fixture(scope="module")
def annotated(clip):
    return (Annotated(0, clip.video[0].image, clip.labels(0)),)


@pytest.fixture(scope="module")
def session(clip):
    session = Session(LazyXMem.preset("nano"), clip.video)
    y, x = np.argwhere(clip.labels(0) == 1).mean(0)
    session.step()
    session.answer(Click(frame=0, object_id=1, x=float(x), y=float(y)))
    session.run(until=0)
    return session


def test_made_clips_show_the_object_where_they_say_it_is():
    image = np.full((60, 90, 3), 40, np.uint8)
    labels = np.zeros((60, 90), np.uint8)
    image[20:40, 30:55], labels[20:40, 30:55] = 220, 7
    draw = lambda: synthetic_batch(  # noqa: E731
        np.random.default_rng(1), (Annotated(3, image, labels),), Synthesis(), clips=3, frames=4
    )
    batch = draw()
    assert batch.images.shape == (3, 4, 3, 144, 144)
    assert set(batch.labels.unique().tolist()) == {0, 1}
    bright = batch.images.mean(2) > 0.5
    overlap = (bright & (batch.labels == 1)).sum() / (bright | (batch.labels == 1)).sum()
    assert overlap > 0.95
    assert not batch.labels[:, 0].equal(batch.labels[:, 3])
    assert batch.images.equal(draw().images)


@dataclass(frozen=True)
class Shrinking:
    """A propagator whose masks lose their first column at every frame."""

    def start(self, frame, objects, /):
        return None

    def propagate(self, frame, state, /):
        labels = state.labels().copy()
        labels[:, np.flatnonzero(labels.any(0))[0]] = 0
        masks = Masks.from_labels(labels, (1,))
        return Propagation(frame=frame.index, masks=masks), masks

    def memorise(self, frame, masks, state, /, *, tier, objects=None, reason=""):
        update = MemoryUpdate(
            frame=frame.index,
            tier=tier,
            objects=(1,),
            added=0,
            removed=0,
            sizes={},
            reason=reason,
        )
        return update, masks


@pytest.mark.parametrize(("first", "left"), [(0, 4), (2, 4), (7, 4)])
def test_there_and_back_by_hand(clip, first, left):
    """Three frames on and three back take 6 of 10 columns; at the end the way leads to the left."""
    labels = np.zeros((64, 96), np.uint8)
    labels[10:20, 30:40] = 1
    one = Annotated(first, clip.video[first].image, labels)
    back = there_and_back(Shrinking(), clip.video, one, reach=3)
    assert back.overlap == pytest.approx(left / 10) and back.frame == first
    assert np.flatnonzero(back.labels.any(0)).tolist() == list(range(40 - left, 40))


def test_a_single_frame_leads_nowhere(annotated):
    video = synthetic_clip(4, frames=1, size=(64, 96)).video
    assert np.isnan(there_and_back(Shrinking(), video, annotated[0], reach=3).overlap)


def test_gain_is_worth_it_only_if_neither_number_falls():
    base = Measured(0.5, 0.8)
    assert Gain(base, Measured(0.6, 0.8)).is_worth_it
    assert not Gain(base, Measured(0.6, 0.7)).is_worth_it
    assert not Gain(base, Measured(0.5, 0.9)).is_worth_it
    assert str(Gain(base, Measured(0.6, 0.9))).startswith("there and back 0.50 → 0.60")


def test_the_network_is_copied_and_changes_alike_each_time(clip, annotated):
    propagator = XMemPropagator.nano(device="cpu")
    before = {k: v.clone() for k, v in propagator.network.state_dict().items()}
    seen: list[float] = []
    one, two = (
        adapt(propagator, clip.video, annotated, steps=2, progress=seen.append) for _ in "ab"
    )
    after, again = one.propagator.network.state_dict(), two.propagator.network.state_dict()
    assert all(v.equal(before[k]) for k, v in propagator.network.state_dict().items())
    assert all(v.equal(again[k]) for k, v in after.items())
    assert any(not v.equal(before[k]) for k, v in after.items())
    assert seen[: len(seen) // 2] == sorted(seen[: len(seen) // 2])
    assert seen[-1] == 1.0
    assert one.gain == two.gain
    assert 0 <= one.gain.before.there_and_back <= 1


def test_a_session_goes_on_meanwhile_and_takes_the_network_in_a_branch(session):
    adapting = start_adapting(session, steps=2)
    session.run(until=2)
    result = adapting.result(timeout_s=120)
    assert adapting.is_done
    assert adapting.progress == 1.0
    branch = session.anew(propagator=result.propagator)
    branch.run(until=0)
    assert branch.prompts == session.prompts
    assert branch.labels(0).any()
    assert branch.method.propagator is result.propagator
    assert session.method.propagator is not result.propagator
    assert f"{result.gain.after.synthetic:.2f}" in result._repr_html_()
    (before,), (after,) = result.gain.before.returned, result.gain.after.returned
    assert before.frame == after.frame == 0 and before.labels.shape == after.labels.shape
    assert result.picture().shape[1] > 2 * result.picture().shape[0]  # three panels in a row


def test_stopped_work_has_no_result(session):
    adapting = start_adapting(session, steps=500)
    assert not adapting.wait(0.0)
    adapting.stop()
    with pytest.raises(SessionError, match="was stopped"):
        adapting.result(timeout_s=120)


def test_only_marked_frames_are_learned_from(clip, session):
    assert [one.frame for one in annotated_frames(session)] == [0]
    fresh = Session(LazyXMem.preset("nano"), clip.video)
    fresh.step()
    fresh.answer(Skip(0, 1))
    with pytest.raises(SessionError, match="that a person marked"):
        annotated_frames(fresh)
    with pytest.raises(SessionError, match="XMemPropagator"):
        start_adapting(fresh.branch(0, propagator=Shrinking()))
