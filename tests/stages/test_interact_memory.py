"""Across-frame interaction by memory: marked objects refined, the others read."""

import numpy as np
import pytest
import torch
from methods.carrying import Copying, drawn

from vostoolkit.errors import PromptError
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.prompts import Click
from vostoolkit.stages.interact_memory import InteractByMemory

SIZE = (4, 6)
ACROSS = InteractByMemory(Copying(), drawn)


def frame(index: int) -> Frame:
    return Frame(index, np.zeros((*SIZE, 3), np.uint8), index / 25)


def test_a_marked_object_is_refined_and_the_other_is_read_from_the_frame_that_shows_it():
    found = ACROSS([frame(3), frame(20)], [Click(3, 1, 4, 0), Click(20, 2, 3, 0)]).after
    assert found[3].objects == (1, 2) and found[20].objects == (2, 1)
    assert found[3].of(1)[0].tolist() == [0, 0, 0, 0, 1, 1]  # as `drawn` makes it
    # `Copying` takes frame 20's columns from 3 on, at .95 (a tenth of an even guess)
    assert found[3].of(2)[0].tolist() == pytest.approx([0.05, 0.05, 0.05, 0.95, 0, 0])
    assert found[20].of(2)[0].tolist() == [0, 0, 0, 1, 1, 1]
    assert found[20].of(1)[0].tolist() == pytest.approx([0.05, 0.05, 0.05, 0, 0, 0])
    for masks in found.values():
        torch.testing.assert_close(masks.pmf.sum(0), torch.ones(SIZE))


def test_masks_from_a_round_before_stay_where_nothing_is_marked():
    labels = np.zeros(SIZE, np.uint8)
    labels[:, 0] = 1
    labels[:, 5] = 2
    previous = {7: Masks.from_labels(labels)}
    result = ACROSS([frame(7)], [Click(7, 1, 4, 0)], previous)
    assert result.after[7].labels()[0].tolist() == [0, 0, 0, 0, 1, 1]  # 1 takes from 2
    assert result.before == previous and result.after[7].objects == (1, 2)


def test_a_mark_on_a_frame_that_is_not_among_them_is_refused():
    with pytest.raises(PromptError, match=r"on frame 5: give clicks and scribbles on frames \[3\]"):
        ACROSS([frame(3)], [Click(5, 1, 0, 0)])
