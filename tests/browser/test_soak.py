"""Random hands for half a minute; benchmarks/soak.py goes on for as long as you like."""

import os

from handled_session import CELLS, begin_anew, is_replay, rest
from random_hands import RandomHands

SECONDS = float(os.environ.get("SOAK_SECONDS", "30"))
SESSIONS = 3
"""A session may end with nothing of its own to compare, as a branch begun at the last frame."""


def test_whatever_is_done_nothing_breaks_and_the_prompts_tell_all(open_notebook):
    notebook = open_notebook(*CELLS)
    for index in range(len(CELLS)):
        notebook.run(index)
    notebook.page.wait_for_selector("canvas[aria-label^='video frame']")
    hands, same = RandomHands(notebook, seed=3), []
    seconds = SECONDS / SESSIONS
    for stretch in range(SESSIONS):
        if stretch:
            begin_anew(notebook)
        hands.soak(seconds, least=round(6 * seconds))  # quiet: 20 a second
        rest(notebook)
        same += is_replay(notebook).values()
    assert notebook.value("troubles") == []
    assert notebook.errors == []
    assert same and all(same)
    assert notebook.page.locator(".jp-CodeCell").count() == len(CELLS)
