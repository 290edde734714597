"""Two runs beside each other, without a browser."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image as PillowImage
from toys import NumberedVideo, ToyMethod
from vostoolkit_widgets import Comparison
from vostoolkit_widgets.agreement import difference_png

import vostoolkit as vos
from vostoolkit.what_if import as_decided


def test_two_runs_are_linked_in_time_and_zoom(session):
    branch = session.branch(2, decide=replace(session.method.decide, tau_user=0.1, tau_pseudo=0.1))
    made = Comparison(session, branch)
    made.run()
    assert made.settle(30) and branch.request.frame == 3 == made.frame
    assert "branch asks" in made.bar.state["asks"]
    made.canvases[0].zoom(2.0)
    assert made.canvases[1].view == made.canvases[0].view
    x, y = made.canvases[1].view.to_canvas(40, 30)
    for kind in ("down", "up"):
        message = {"type": "pointer", "kind": kind, "x": x, "y": y}
        made.canvases[1].capture._received(None, message, [])
    assert made.settle(30)
    (click,) = [p for p in branch.prompts if isinstance(p, vos.Click)]
    assert (click.frame, click.object_id, round(click.x)) == (3, 1, 40)
    assert branch.request.frame == 6  # and it has gone on
    made.bar._received(None, {"name": "skip"}, [])
    assert made.settle(30) and branch.finished
    assert "branch asked twice" in made.bar.state["text"]
    assert len(as_decided(branch.trace.rows).asked) == 2
    made.close()


def test_the_difference_has_a_colour_for_each_side():
    left, right = np.zeros((4, 6), np.uint8), np.zeros((4, 6), np.uint8)
    left[0, :2], right[0, 1:3] = 1, 1
    left[1, 0], right[1, 0] = 1, 2
    shown = np.array(PillowImage.open(io.BytesIO(difference_png(left, right))).convert("RGBA"))
    kinds = [tuple(shown[y, x]) for y, x in ((0, 0), (0, 2), (1, 0))]
    assert len(set(kinds)) == 3 and all(kind[3] == 255 for kind in kinds)
    assert shown[0, 1, 3] == 0  # both have it
    assert shown[3, 3, 3] == 0


def test_sessions_of_other_sizes_are_not_compared(session):
    other = vos.Session(ToyMethod(), NumberedVideo(4))
    with pytest.raises(ValueError, match="compare two sessions on the same video"):
        Comparison(session, other)
