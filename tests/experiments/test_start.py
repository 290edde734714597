"""The simulated person's clicks in the first frame."""

import pytest

import vostoolkit as vos
from vostoolkit.data.synthetic import demo_clip
from vostoolkit.experiments import show_objects
from vostoolkit.metrics.overlap import iou


@pytest.fixture(scope="module")
def clip():
    return demo_clip(frames=2)


def begun(clip, clicks):
    session = vos.Session(vos.LazyXMem.preset("nano"), clip.video)
    show_objects(session, clip.labels, clicks=clicks)
    session.run(until=0)
    return session


def test_a_second_click_makes_the_first_mask_better(clip):
    true = clip.labels(0) == 1
    once, twice = (begun(clip, clicks).labels(0) == 1 for clicks in (1, 2))
    assert iou(twice, true) > max(iou(once, true), 0.8)


def test_each_click_is_kept_and_the_run_goes_on(clip):
    session = begun(clip, 2)
    assert [type(prompt) for prompt in session.prompts] == [vos.Click, vos.Click]
    session.play(vos.Nobody())
    assert session.finished


def test_it_needs_a_click_and_a_new_session(clip):
    with pytest.raises(ValueError, match="clicks=0"):
        show_objects(vos.Session(vos.LazyXMem.preset("nano"), clip.video), clip.labels, clicks=0)
    with pytest.raises(ValueError, match="give a new one"):
        show_objects(begun(clip, 1), clip.labels)
