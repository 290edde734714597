import numpy as np
import pandas as pd

from vostoolkit.colours import ASK, PSEUDO, colour_of
from vostoolkit.pictures import contact_sheet, curves, spread

from .test_stages import near

LEGEND = 12 * 12


def rows(asked=(), pseudo=()):
    scores = [0.1, 0.12, 0.7, 0.3, 0.3, 0.32]
    return pd.DataFrame(
        {
            "frame": frame,
            "object": 1,
            "score": score,
            "jump": score - scores[frame - 1] if frame else None,
            "asked": frame in asked,
            "pseudo": frame in pseudo,
        }
        for frame, score in enumerate(scores)
    )


def test_curves_draw_a_line_per_object_and_mark_clicks():
    thresholds = {"tau_user": 0.5, "tau_pseudo": 0.2, "tau_memory": 0.8}
    plain, marked = curves(rows(), thresholds), curves(rows(asked=[2], pseudo=[3]), thresholds)
    assert near(plain, colour_of(1), 5).sum() > 1000
    assert near(plain, ASK, 5).sum() == near(plain, PSEUDO, 5).sum() == LEGEND
    assert near(marked, ASK, 5).sum() > LEGEND + 30
    assert near(marked, PSEUDO, 5).sum() > LEGEND + 30


def test_curves_add_the_iou_where_it_is_known():
    assert curves(rows().assign(iou=0.9), {}).shape[0] > curves(rows(), {}).shape[0]
    assert curves(rows().assign(iou=np.nan), {}).shape == curves(rows(), {}).shape


def test_frames_are_spread_from_first_to_last():
    assert spread(4, 10) == (0, 3, 6, 9)
    assert spread(4, 2) == (0, 1)
    assert spread(4, 1) == (0,)


def test_a_contact_sheet_shows_frames_with_their_masks():
    class Run:
        def image(self, frame):
            return np.full((64, 96, 3), 40 * frame, np.uint8)

        def labels(self, frame):
            labels = np.zeros((64, 96), np.uint8)
            labels[20:40, 10 * frame : 10 * frame + 20] = 1
            return labels

    one = contact_sheet(Run(), spread(4, 6), columns=4)
    two = contact_sheet(Run(), spread(5, 6), columns=4)
    assert two.shape[0] > 1.8 * one.shape[0]
    assert near(two, colour_of(1), 5).sum() > near(one, colour_of(1), 5).sum() > 200
