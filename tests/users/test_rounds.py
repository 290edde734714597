"""The simulated person of methods in rounds, with the embedded networks."""

from collections.abc import Callable

import numpy as np
import pytest

import vostoolkit as vos
from vostoolkit.arrays import Labels
from vostoolkit.data.synthetic import synthetic_clip
from vostoolkit.metrics.overlap import ious
from vostoolkit.prompts import Propagate
from vostoolkit.users import RoundUser, WorstFrame

CLIP = synthetic_clip(3, frames=8, size=(64, 96), objects=2)


def session(name: str = "mivos") -> vos.Session:
    return vos.Session(vos.method(name, device="cpu"), CLIP.video)


def drawing(truth: Callable[[int], Labels]) -> vos.EvaAnnotator:
    return vos.EvaAnnotator(truth, gives="mask")


def test_it_annotates_the_worst_frame_of_each_round_and_is_content_after_the_last():
    run = session()
    person = RoundUser(run, drawing(CLIP.labels), where=WorstFrame(CLIP.labels), rounds=3)
    means = []
    for rounds in (1, 2, 3):
        run.play(RoundUser(run, person.person, where=person.where, rounds=rounds))
        assert run.round == rounds + 1
        means.append(np.mean([_mean(run, frame) for frame in range(8)]))
    frames = [p.frame for p in run.prompts if not isinstance(p, Propagate)]
    assert frames[:2] == [0, 0] and len(set(frames)) == 3
    assert all(_mean(run, frame) == 1 for frame in set(frames))
    assert means[2] > means[0]
    assert person(run.request) == ()


def _mean(run: vos.Session, frame: int) -> float:
    return float(np.mean(list(ious(run.labels(frame), CLIP.labels(frame), [1, 2]).values())))


@pytest.mark.parametrize("name", ["mivos", "xmem++"])
def test_the_truth_of_other_frames_changes_nothing(name: str):
    """What a method makes depends on the annotated frames' truth only."""
    found = []
    for shift in (0, 9):

        def truth(frame: int, shift: int = shift) -> Labels:
            labels = CLIP.labels(frame)
            return labels if frame in (1, 6) else np.roll(labels, shift, 1)

        run = session(name)
        run.play(RoundUser(run, drawing(truth), rounds=1, first=(1, 6)))
        found.append([run.labels(frame) for frame in range(8)])
    assert np.array_equal(*found)


def test_several_frames_a_round_and_a_click_on_what_is_wrong():
    run = session("xmem++")
    person = vos.SimulatedUser(CLIP.labels, aim="error")
    run.play(RoundUser(run, person, where=vos.UniformFrames(), rounds=2, count=2))
    assert {p.frame for p in run.prompts if not isinstance(p, Propagate)} == {0, 7, 3}
    with pytest.raises(ValueError, match="give at least one"):
        RoundUser(run, person, rounds=0)


def test_every_method_is_made_by_its_name():
    assert set(vos.PRESETS) >= {"lazy-xmem", "mivos", "xmem++"}
    with pytest.raises(ValueError, match=r"no method 'mivo': there are 'lazy-xmem', 'mivos'"):
        vos.method("mivo")
    with pytest.raises(ValueError, match="no preset 'huge': there are 'nano', 'paper'"):
        vos.method("xmem++", "huge")
