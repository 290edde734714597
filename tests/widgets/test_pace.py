"""A page that lags behind is waited for: messages for it don't pile up."""

import time
from dataclasses import replace

import pytest
from vostoolkit_widgets import Comparison, Explorer
from vostoolkit_widgets.capture import _WINDOW

MANY = 4 * _WINDOW


class Page:
    """A page that shows a surface and says only on demand what it has drawn."""

    def __init__(self, surface, monkeypatch) -> None:
        self.drawn, self._pings, self.capture = 0, [], surface.capture
        monkeypatch.setattr("vostoolkit_widgets.capture._ECHO_TIMEOUT_S", 20.0)
        monkeypatch.setattr(surface.layers._channel, "_send_custom", self._draw)
        surface._connected()
        self.capture._received(None, {"type": "ready", "dark": False}, [])
        monkeypatch.setattr(self.capture, "send", self._pings.append)

    def _draw(self, *_: object, **__: object) -> None:
        self.drawn += 1

    def catch_up(self) -> None:
        for ping in self._pings:
            self.capture._received(None, {"type": "pong", "number": ping["number"]}, [])
        self._pings.clear()


def told(page: Page, draw) -> int:
    """How many drawings reach a page that says nothing, out of many."""
    before = page.drawn
    for _ in range(MANY):
        draw()
        time.sleep(0.02)
    return page.drawn - before


def ends(page: Page, settle) -> bool:
    """Whether all comes to its end once the page catches up."""
    for _ in range(100):
        page.catch_up()
        if settle(0.1):
            return True
    return False


def test_a_comparison_waits_for_its_page(session, monkeypatch):
    made = Comparison(session, session.branch(2))
    page = Page(made.canvases[0]._surface, monkeypatch)
    assert ends(page, made.settle)

    def draw() -> None:
        made.frame = 1 - made.frame  # each refresh has a picture to send

    assert told(page, draw) <= 2 * _WINDOW  # those under way, and a refresh
    assert ends(page, made.settle)
    made.close()


@pytest.mark.parametrize("part", ["thresholds", "memory"])
def test_what_explains_a_run_waits_for_its_page(session, monkeypatch, part):
    explorer = Explorer(session)
    insight = explorer._insight
    if part == "memory":
        insight.folds.toggle("memory")
        surface = insight.folds.part("memory").canvas._surface
    else:
        surface = insight.timeline._surface
    page, taus = Page(surface, monkeypatch), iter(range(1, MANY + 1))
    assert ends(page, explorer.settle)

    def draw() -> None:
        if part == "memory":
            insight._spot = replace(insight._spot, frame=2 + next(taus) % 5)
            insight.look_into()
            time.sleep(0.1)
        else:
            tried = {"tau_user": next(taus) / 10}
            explorer._desk.post(lambda: insight._tried(tried))

    assert told(page, draw) <= 2 * _WINDOW  # those under way, and a refresh
    assert ends(page, explorer.settle)
    explorer.close()
