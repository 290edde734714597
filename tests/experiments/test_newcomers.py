"""Objects that come later are shown when they come, and count from then on."""

import numpy as np
import pytest

import vostoolkit as vos
from vostoolkit.experiments import Online, boundary_scores, scores, show_objects, with_iou, workload
from vostoolkit.prompts import Box, Click, Drawing, Skip
from vostoolkit.stages.propagate_flow import FlowPropagator
from vostoolkit.stages.refine import GrabCutRefiner
from vostoolkit.users import Nobody
from vostoolkit.video.array import VideoArray

LATE, LAST = 3, 5


def truth(frame):
    """A square from the start, and another from frame 3 on; a pixel of it is seen before."""
    labels = np.zeros((64, 96), np.uint8)
    labels[6:22, 6:22] = 1
    if frame == LATE - 1:
        labels[30, 40] = 2
    if frame >= LATE:
        labels[26:42, 36:52] = 2
    return labels


@pytest.fixture
def video():
    picture = np.full((64, 96, 3), 90, np.uint8)
    pictures = np.stack([picture] * (LAST + 1))
    for frame, each in enumerate(pictures):
        each[truth(frame) > 0] = (220, 220, 40)
    return VideoArray(pictures, fps=10)


METHOD = vos.LazyXMem(FlowPropagator(), GrabCutRefiner())


def played(video, **shown):
    session = vos.Session(METHOD, video)
    newcomers = show_objects(session, truth, **shown)
    session.play(Nobody(), progress=newcomers)
    return session


@pytest.mark.parametrize(
    ("first", "kind", "at"),
    [("masks", Drawing, LATE - 1), ("boxes", Box, LATE - 1), ("clicks", Click, LATE)],
)
def test_each_object_is_shown_where_it_is_first_seen(video, first, kind, at) -> None:
    session = played(video, first=first, clicks=1)
    assert session.finished
    shown = [(type(p), p.frame, p.object_id) for p in session.prompts if not isinstance(p, Skip)]
    assert shown == [(kind, 0, 1), (kind, at, 2)]
    rows = session.trace.frame
    assert rows[rows["object"] == 2]["frame"].tolist() == list(range(at, LAST + 1))


def test_a_second_click_comes_in_the_same_frame_or_not_at_all(video) -> None:
    session = played(video, clicks=3)
    frames = {p.frame for p in session.prompts}
    assert frames == {0, LATE}
    assert len(session.prompts) <= 6


def test_it_counts_from_behind_the_frame_where_it_was_shown(video) -> None:
    session = played(video, clicks=1)
    empty = {f: np.where(truth(f) == 2, 0, truth(f)).astype(np.uint8) for f in range(LAST + 1)}
    rows = with_iou(session.trace.frame, empty.__getitem__, truth)
    # object 1 is right throughout, object 2 never, in two frames that count
    assert scores(rows)["J"] == pytest.approx(0.5)
    assert boundary_scores(rows, empty.__getitem__, truth)["J&F"] == pytest.approx(0.5)
    work = workload(session.trace.frame, frames=len(video), fps=video.fps)
    assert work["NoI"] == 0
    assert work["dI_s"] == pytest.approx((0.6 + 0.3) / 2)


def test_a_video_that_does_not_wait_shows_them_too(video) -> None:
    slow = Online(fps=10, stage_s={vos.Propagation: 0.2})
    run = slow.play(METHOD, video, Nobody(), lambda s: show_objects(s, truth, first="masks"))
    rows = run.rows(truth)
    first = rows.groupby("object")["frame"].min().to_dict()
    assert first == {1: 0, 2: run.processed[run.processed.index(first[2])]}
    assert first[2] >= LATE - 1
    assert {p.object_id for p in run.session.prompts} == {1, 2}


def test_a_beginning_without_objects_is_refused(video) -> None:
    with pytest.raises(ValueError, match="has no object in frame 0"):
        show_objects(vos.Session(METHOD, video), lambda frame: np.zeros((64, 96), np.uint8))
