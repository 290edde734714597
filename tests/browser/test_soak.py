"""Random hands for half a minute; benchmarks/soak.py goes on for as long as you like."""

import os

from handled_session import CELLS, is_replay, rest
from random_hands import RandomHands

SECONDS = float(os.environ.get("SOAK_SECONDS", "30"))


def test_whatever_is_done_nothing_breaks_and_the_prompts_tell_all(open_notebook):
    notebook = open_notebook(*CELLS)
    for index in range(len(CELLS)):
        notebook.run(index)
    notebook.page.wait_for_selector("canvas[aria-label^='video frame']")
    RandomHands(notebook, seed=3).soak(SECONDS, least=round(6 * SECONDS))  # quiet: 20 a second
    rest(notebook)
    assert notebook.value("troubles") == []
    assert notebook.errors == []
    same = is_replay(notebook)
    assert same and all(same.values())
    assert notebook.page.locator(".jp-CodeCell").count() == len(CELLS)
