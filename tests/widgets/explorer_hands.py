"""Hands for an Explorer without a browser: presses, clicks, strokes and keys."""

from dataclasses import dataclass

import torch
from toys import ToyMethod
from vostoolkit_widgets import Explorer

from vostoolkit.results import Propagation, Uncertainty


@dataclass(frozen=True)
class Unsure(ToyMethod):
    """The toy, with an uncertainty of its own measure at each frame."""

    def run(self, video, start, /):
        run, reply = super().run(video, start), None
        while True:
            try:
                event = run.send(reply)
            except StopIteration:
                return
            if isinstance(event, Propagation):
                yield Uncertainty(
                    frame=event.frame,
                    masks=event.masks,
                    entropy=torch.full(tuple(event.masks.size), 0.7),
                    regions={},
                    score={1: 0.5},
                    jump={1: None},
                    measure="margin",
                )
            reply = yield event


def press(explorer: Explorer, name: str) -> None:
    panel = explorer._panel
    (panel.actions.buttons | panel.question.buttons)[name].click()
    assert explorer.settle(10)


def click(explorer: Explorer, x: float, y: float, **more) -> None:
    """A press and release of a button at an image point, as the browser reports it."""
    canvas = explorer._panel.canvas
    across, down = canvas.view.to_canvas(x, y)
    for kind in ("down", "up"):
        message = {"type": "pointer", "kind": kind, "x": across, "y": down, **more}
        canvas.capture._received(None, message, [])
    assert explorer.settle(10)


def drag(explorer: Explorer, *places: tuple[float, float], end: str = "up", **more) -> None:
    """A press that is led through image points."""
    canvas = explorer._panel.canvas
    for index, place in enumerate((*places, places[-1])):
        x, y = canvas.view.to_canvas(*place)
        kind = "down" if index == 0 else end if index == len(places) else "move"
        message = {"type": "pointer", "kind": kind, "x": x, "y": y, "path": [], **more}
        canvas.capture._received(None, message, [])
    assert explorer.settle(10)


def key(explorer: Explorer, name: str, **more) -> None:
    explorer._panel.canvas.capture._received(None, {"type": "key", "key": name, **more}, [])
    assert explorer.settle(10)


def chips(explorer: Explorer) -> list[dict]:
    return explorer._panel.objects.state["objects"]


def say(explorer: Explorer, bar: str, name: str, value=None) -> None:
    """What a row of controls sends when it is used."""
    getattr(explorer._panel, bar)._received(None, {"name": name, "value": value}, [])
    assert explorer.settle(10)


def question(explorer: Explorer) -> str:
    return explorer._panel.question._text.value
