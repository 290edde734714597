"""Marks in a region, through Lazy-XMem and its session."""

from pathlib import Path

import numpy as np
from methods.test_lazy_xmem import CLIP, drawing, method, same, session

from vostoolkit.prompts import Click, Local, Scribble
from vostoolkit.session import Session


def test_marks_in_a_region_change_the_mask_there_only_and_are_replayed(tmp_path: Path):
    run = session()
    run.answer(drawing(0, 1), drawing(0, 2))
    run.run(until=2)
    before = run.labels(2)
    region = ((0.0, 0.0), (40.0, 0.0), (40.0, 40.0), (0.0, 40.0))
    line = Local(Scribble(2, 1, ((5.0, 5.0), (30.0, 30.0))), region)
    click = Local(Click(2, 1, 20, 5), region)
    for mark in (line, click):
        run.answer(mark)
        run.run(until=2)
    refined = run.at(2).refinements[-1]
    assert refined.prompts == (line, click)  # the refiner sees both
    changed = np.argwhere(run.labels(2) != before)
    assert len(changed) and changed.max() <= 40
    run.save(tmp_path)
    again = Session.load(tmp_path, method(), CLIP.video)
    assert again.prompts[2:] == (line, click)
    again.rewind(1)
    for _ in range(3):  # to each end of the frame: predicted, and after each mark
        again.run(until=2)
    assert same(again, run, range(2, 3))
