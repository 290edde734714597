"""What is folded away or closed leaves no widget behind."""

import gc
import time
import weakref
from collections.abc import Callable

import pytest
from ipywidgets.widgets.widget import _instances
from toys import NumberedVideo, ToyMethod
from vostoolkit_widgets import Explorer, surface
from vostoolkit_widgets.lineage import DEPTH
from widgets.explorer_hands import click, press

from vostoolkit.session import Session


def test_parts_that_are_folded_away_are_let_go():
    explorer = Explorer(Session(ToyMethod(), NumberedVideo(10)))
    click(explorer, 3, 2)
    press(explorer, "frame")
    folds = explorer._insight.folds
    gc.collect()  # what other tests left
    before = set(_instances)
    folds.toggle("branch")
    branch = weakref.ref(folds.part("branch"))
    folds.toggle("branch")
    assert explorer.settle(10)
    assert not left_since(before)
    assert is_let_go(branch)
    explorer.close()


def test_a_closed_explorer_leaves_nothing_once_the_page_has_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(surface, "_LAST_DRAWING_S", 0.5)
    gc.collect()
    before = set(_instances)
    explorer = Explorer(Session(ToyMethod(), NumberedVideo(10)))
    click(explorer, 3, 2)
    explorer.close()
    assert left_since(before) >= {"Canvas", "MultiCanvas", "_CanvasManager"}
    time.sleep(1.5)
    assert not left_since(before)


def left_since(before: set[str]) -> set[str]:
    return {type(_instances[key]).__name__ for key in set(_instances) - before}


def test_sessions_that_undo_no_longer_leads_back_to_are_let_go():
    explorer = Explorer(Session(ToyMethod(), NumberedVideo(10)))
    first = weakref.ref(explorer.session)
    for _ in range(DEPTH + 1):
        explorer.session = Session(ToyMethod(), NumberedVideo(10))
    assert explorer.settle(10)
    assert is_let_go(first)
    explorer.close()


def is_let_go(one: Callable[[], object]) -> bool:
    """Whether it goes within some seconds: a thread finishes what it's at."""
    end = time.monotonic() + 10
    while one() is not None and time.monotonic() < end:
        time.sleep(0.1)
        gc.collect()
    return one() is None
