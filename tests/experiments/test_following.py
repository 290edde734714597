"""A pass with a propagator that shows the sum of what it has memorised, as so many columns."""

from dataclasses import dataclass

import numpy as np
import pytest
from toys import SIZE, NumberedVideo

from vostoolkit.experiments import follow
from vostoolkit.masks import Masks
from vostoolkit.results import MemoryUpdate, Propagation


def masks(columns: int) -> Masks:
    labels = np.zeros(SIZE, np.uint8)
    labels[:, :columns] = 1
    return Masks.from_labels(labels, (1,))


@dataclass(frozen=True)
class Counting:
    """Its state holds each memorised frame with its tier; a mask has a column for each."""

    def start(self, frame, objects, /):
        return ()

    def propagate(self, frame, state, /):
        return Propagation(frame=frame.index, masks=masks(len(state))), state

    def memorise(self, frame, given, state, /, *, tier, objects=None, reason=""):
        update = MemoryUpdate(
            frame=frame.index, tier=tier, objects=(1,), added=0, removed=0, sizes={}
        )
        return update, (*state, (frame.index, tier)) if tier else state


def columns(run):
    return [int(labels[0].sum()) for labels in run.found]


def test_every_so_many_frames_are_memorised():
    run = follow(Counting(), NumberedVideo(7), masks(8), every=3)
    assert columns(run) == [8, 1, 1, 1, 2, 2, 2]
    assert run.before[4] == ((0, "working"), (3, "working"))
    assert run.labels(4).sum() == 2 * SIZE.height
    assert run.image(4)[0, 0, 0] == 4


def test_known_frames_are_permanent_shown_and_not_stored_again():
    run = follow(Counting(), NumberedVideo(7), masks(8), every=3, known={3: masks(5)})
    assert columns(run) == [8, 2, 2, 5, 2, 2, 2]
    assert run.before[6] == ((0, "working"), (3, "permanent"))


def test_what_a_frame_may_see_can_be_cut():
    run = follow(Counting(), NumberedVideo(4), masks(8), every=1, seen=lambda state: state[-1:])
    assert columns(run) == [8, 1, 1, 1]


def test_every_must_be_positive():
    with pytest.raises(ValueError, match="every=0"):
        follow(Counting(), NumberedVideo(4), masks(8), every=0)
