"""What a session in rounds knows of suggestions and of the replies on a frame."""

from pathlib import Path

import numpy as np
from methods.test_rounds import LENGTH, begun, mark, mivos, rounds
from toys import NumberedVideo, click

from vostoolkit.results import FrameSelection
from vostoolkit.session import Session
from vostoolkit.stages.select_annotation import FixedAnnotation
from vostoolkit.stages.select_frame import UniformFrames


def test_a_round_suggests_a_frame_and_what_to_give_there():
    session = begun(mivos(suggest=UniformFrames(), choose=FixedAnnotation("box")))
    first = session.run()
    assert (first.frame, first.selection, first.choices) == (0, None, ())
    rounds(session, mark(0, 3))
    request = session.request
    assert request.frame == 11 and request.selection.round == 2 and "frame 0" in request.reason
    assert [(c.object_id, c.kind) for c in request.choices] == [(1, "box")]
    session.answer(*mark(7, 4))
    assert session.run().selection.frames == (11,)  # the round's suggestion stays
    session.answer(*mark(11, 4))
    assert session.run().selection is None and session.request.frame == 11  # until it is done


def test_a_suggestion_is_made_once_however_often_a_run_goes_back_to_it(tmp_path: Path):
    calls: list[int] = []

    def suggest(video, labels, /, *, annotated, count, progress=None):
        calls.append(count)
        return UniformFrames()(video, labels, annotated=annotated, count=count)

    method = mivos(suggest=suggest)
    session = rounds(begun(method), mark(0, 3))
    before = session.history.done
    session.answer(*mark(11, 4))
    session.run()
    session.undo(session.history.done - before)
    assert session.run().selection.frames == (11,)
    session.save(tmp_path)
    resumed = Session.load(tmp_path, method, NumberedVideo(LENGTH))
    assert resumed.request.selection.frames == (11,) and calls == [1]
    assert any(isinstance(event, FrameSelection) for event in session.at(11).events)


def test_the_record_of_a_frame_does_not_grow_with_the_replies_on_it():
    session, sizes = begun(mivos(), results=20), []
    for x in range(1, 5):
        rounds(session, (click(3, x=x), click(3, x=x + 1, object_id=2)))
        session.answer(*mark(3, x))
        session.run()
        record = session.at(3)
        sizes.append(len(record.events))
        assert record.corrected == {1, 2} and record.refinements[-1].prompts[-1] == click(3, x=x)
        assert np.array_equal(record.masks.labels(), session.labels(3))
    assert sizes[0] == sizes[-1]
