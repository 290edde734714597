"""IDPro on frames small enough to work out by hand, and with small networks of its own kind."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from methods.carrying import Copying
from methods.round_toys import SquaresAcross, squares
from stages.tiny_aot import make as aot
from toys import NumberedVideo

from vostoolkit.arrays import Size
from vostoolkit.methods.idpro import IDPro
from vostoolkit.networks.across_frame import AcrossFrame, AcrossFrameConfig
from vostoolkit.prompts import Click, Drawing, Propagate, Release
from vostoolkit.protocols import RoundMethod
from vostoolkit.results import AcrossFrames, Checkpoint, MemoryUpdate, Propagation
from vostoolkit.schedule import until_corrected
from vostoolkit.session import Session
from vostoolkit.stages.interact_frames import InteractFrames
from vostoolkit.stages.select_frame import UniformFrames

LENGTH = 9


def begun(**changes) -> Session:
    method = IDPro(Copying(), squares, **changes)
    return Session(method, NumberedVideo(LENGTH))


def on(frame: int, object_id: int = 1, x: int = 2) -> Click:
    return Click(frame, object_id, x, 2)


def sums(session: Session, object_id: int = 1) -> list[int]:
    """In each frame, the sum of the columns that the object covers: where it is."""
    found = (session.labels(frame) == object_id for frame in range(LENGTH))
    return [int(np.nonzero(labels.any(0))[0].sum()) for labels in found]


def test_masks_are_carried_to_the_middle_between_two_annotated_frames():
    """Frames 1 and 6 are annotated: 3, the middle rounded down, is the last that 1 reaches."""
    session = begun()
    session.answer(on(1, x=1), on(6, x=5), Propagate())
    session.run()
    at_1, at_6 = 0 + 1 + 2, 4 + 5 + 6
    assert sums(session) == [at_1] * 4 + [at_6] * 5
    assert isinstance(session.method, RoundMethod) and session.round == 2


def test_frames_marked_in_one_round_are_all_walked_from_under_any_schedule():
    session = begun(schedule=until_corrected)
    session.answer(on(1, x=1), on(6, x=5), Propagate())
    session.run()
    assert session.trace.frames == tuple(range(LENGTH))
    at_1, at_6 = 0 + 1 + 2, 4 + 5 + 6
    assert sums(session) == [at_1] * 2 + [at_6] * 7  # between them the later walk counts
    session.answer(Release(6, 1), Propagate())
    session.run()
    assert sums(session) == [at_1] * LENGTH


def test_strokes_on_several_frames_become_masks_in_one_call():
    across = SquaresAcross()
    session = begun(across=across)
    session.answer(on(1, 1), on(6, 2, x=5))
    kinds = [type(session.step()) for _ in range(4)]
    assert kinds == [AcrossFrames, Propagation, Propagation, Checkpoint]
    frames, prompts, previous = across.calls[0]
    assert (frames, len(prompts), previous) == ([1, 6], 2, {})
    session.answer(Propagate())
    session.run()
    assert set(np.unique(session.labels(0))) == {0, 1}
    assert set(np.unique(session.labels(8))) == {0, 2}


def test_more_strokes_in_a_round_go_with_those_before_and_with_the_masks_before_the_round():
    across = SquaresAcross()
    session = begun(across=across)
    for prompts in ((on(1, x=1), Propagate()), (on(4, x=3),), (on(6, x=5), on(4, x=6))):
        session.answer(*prompts)
        session.run()
    assert [call[0] for call in across.calls] == [[1], [4], [4, 6]]
    assert [p.x for p in across.calls[2][1]] == [3, 6, 5]
    before = across.calls[2][2]
    first = {f: set(np.nonzero(m.labels().any(0))[0].tolist()) for f, m in before.items()}
    assert first == {4: {0, 1, 2}, 6: {0, 1, 2}}  # what round 1 carried there


def test_strokes_after_a_drawing_go_on_from_it():
    across = SquaresAcross()
    session = begun(across=across)
    mask = np.zeros((6, 8), np.bool_)
    mask[:, 7] = True
    for prompt in (Drawing(2, 1, mask), on(2, x=1)):
        session.answer(prompt)
        session.run()
    assert across.calls[0][2][2].labels()[:, 7].all()
    assert session.labels(2)[:, 7].all() and session.labels(2)[2, 1] == 1


def test_every_round_carries_everything_anew_from_a_memory_of_all_annotated_frames():
    session = begun()
    session.answer(on(1), Propagate())
    session.answer(on(6), Propagate())
    events = []
    session.run(until=lambda event: events.append(event) or False)
    second = [e for e in events if e.round == 2]
    made = [e.frame for e in second if isinstance(e, Propagation) and not e.is_given]
    assert sorted(made) == [0, 2, 3, 4, 5, 7, 8]
    stored = [e.frame for e in second if isinstance(e, MemoryUpdate)]
    assert stored == [1, 6]


def test_predicted_frames_are_kept_only_if_asked_for():
    session = begun(every=2)
    session.answer(on(0), Propagate())
    events = []
    session.run(until=lambda event: events.append(event) or False)
    kept = [e.frame for e in events if isinstance(e, MemoryUpdate) and e.tier == "working"]
    assert kept == [2, 4, 6, 8]


@given(
    rounds=st.lists(
        st.lists(st.tuples(st.integers(0, LENGTH - 1), st.integers(0, 7)), min_size=1, max_size=3),
        min_size=1,
        max_size=3,
    ),
    is_across=st.booleans(),
)
@settings(max_examples=15, deadline=None)
def test_annotated_frames_keep_their_masks_and_all_others_have_the_nearest(rounds, is_across):
    session = begun(across=SquaresAcross() if is_across else None)
    kept: dict[int, bytes] = {}
    for marks in rounds:
        session.answer(*(on(frame, x=x) for frame, x in marks))
        session.run()
        kept |= {frame: session.labels(frame).tobytes() for frame, _ in marks}
        session.answer(Propagate())
        session.run()
        for frame in range(LENGTH):
            nearest = min(kept, key=lambda other, f=frame: (abs(other - f), other))
            assert session.labels(frame).tobytes() == kept[nearest]


def test_undo_and_redo_come_to_the_same_masks():
    session = begun(across=SquaresAcross())
    session.answer(on(1), on(6, x=5), Propagate())
    session.run()
    one, done = sums(session), session.history.done
    session.answer(on(3, x=6), Propagate())
    session.run()
    two, more = sums(session), session.history.done - done
    session.undo(more)
    assert sums(session) == one != two
    for _ in range(more):
        session.redo()
    assert sums(session) == two


def test_a_released_frame_is_predicted_again():
    session = begun()
    session.answer(on(1, x=1), on(6, x=5), Propagate())
    session.answer(Release(6, 1), Propagate())
    session.run()
    assert set(sums(session)) == {0 + 1 + 2}


def test_a_suggestion_of_another_paper_can_be_put_in():
    session = begun(suggest=UniformFrames())
    session.answer(on(0), Propagate())
    request = session.run()
    assert request.selection is not None and request.frame == request.selection.frames[0] != 0


def test_all_objects_go_in_one_pass_up_to_as_many_as_there_are_identities():
    """With small networks of the paper's kind: three objects are one group, four are two."""
    torch.manual_seed(0)
    config = AcrossFrameConfig(
        identities=3,
        identity_width=4,
        stem=4,
        widths=(4, 4, 4, 4),
        blocks=(1, 1, 1, 1),
        bottleneck=False,
        width=8,
        low_width=4,
        heads=2,
        points=1,
    )
    across = InteractFrames(AcrossFrame(config).eval(), device="cpu")
    for count, groups in ((3, 1), (4, 2)):
        propagator = aot()
        method = IDPro(propagator, squares, across=across)
        passes = []
        match = propagator._engine.match
        propagator._engine.match = lambda *a, match=match, to=passes: to.append(1) or match(*a)
        session = Session(method, NumberedVideo(4, size=Size(40, 58)))
        session.answer(*(Click(1, o, 9 * o, 12) for o in range(1, count + 1)), Propagate())
        session.run()
        assert len(passes) == 3 * groups
        assert session.labels(0).shape == (40, 58)


def test_wrong_settings_and_presets_are_refused():
    with pytest.raises(ValueError, match="at least 1 frame"):
        begun(every=0)
    with pytest.raises(ValueError, match="no preset 'tiny'"):
        IDPro.preset("tiny")
