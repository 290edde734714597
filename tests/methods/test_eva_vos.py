"""EVA-VOS's loop by hand: what is asked for where, what it costs, and which video comes first."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from methods.carrying import Copying
from methods.round_toys import squares
from toys import NumberedVideo

from vostoolkit.masks import Masks
from vostoolkit.methods.eva_vos import EvaVos, expected_gain, ranked
from vostoolkit.networks.annotation_policy import AnnotationPolicy, PolicyConfig
from vostoolkit.prompts import Absent, Click, Drawing, Propagate
from vostoolkit.results import AnnotationChoice, FrameSelection, Request
from vostoolkit.session import Session
from vostoolkit.stages.select_annotation import FixedAnnotation, LearnedAnnotation
from vostoolkit.stages.select_frame import UniformFrames
from vostoolkit.users import EvaAnnotator, EvaRounds
from vostoolkit.users.costs import cost_s

LENGTH = 9


def truth(frame: int) -> np.ndarray:
    """A block that moves right by one column every two frames; after the video it's gone."""
    labels = np.zeros((6, 8), np.uint8)
    if frame < LENGTH:
        labels[1:4, frame // 2 : frame // 2 + 3] = 1
    return labels


def begun(kind: str = "mask", **changes) -> Session:
    fields = {"suggest": UniformFrames(), "choose": FixedAnnotation(kind)} | changes
    return Session(EvaVos(Copying(), squares, **fields), NumberedVideo(LENGTH))


def played(kind: str, rounds: int) -> Session:
    session = begun(kind)
    session.play(EvaRounds(EvaAnnotator(truth), rounds=rounds))
    return session


def test_the_first_mask_is_drawn_and_every_further_frame_is_the_selectors():
    session = played("mask", 3)
    drawn = [p.frame for p in session.prompts if isinstance(p, Drawing)]
    assert drawn[0] == 0 and len(set(drawn)) == 3
    request = session.request
    assert request is not None and request.round == 4
    assert isinstance(request.selection, FrameSelection)
    assert [c.kind for c in request.choices] == ["mask"]
    assert request.frame == request.selection.frames[0] not in drawn
    for frame in drawn:
        assert np.array_equal(session.labels(frame), truth(frame))


def test_annotations_cost_what_the_paper_says():
    """A drawn mask is 80 s; three clicks are 4.5 s and 1 s for turning to the frame."""
    for kind, seconds in (("mask", 80.0), ("clicks", 3 * 1.5 + 1)):
        choice = begun(kind).method.choose(NumberedVideo()[0], 1, Masks.from_labels(truth(0), (1,)))
        assert choice.cost_s == seconds
    masks_only = [p for p in played("mask", 2).prompts if not isinstance(p, Propagate)]
    assert cost_s(tuple(masks_only)) == pytest.approx(2 * (80 + 1))


def test_a_mask_without_an_error_is_accepted_and_an_object_that_is_gone_is_said_to_be():
    annotator = EvaRounds(EvaAnnotator(truth, "clicks"))
    right = Masks.from_labels(truth(2), (1,))
    choice = FixedAnnotation("clicks")(NumberedVideo()[2], 1, right)
    request = Request(frame=2, round=2, kind="round", masks=right, choices=(choice,))
    accepted, word = annotator(request)
    assert isinstance(accepted, Drawing) and np.array_equal(accepted.mask, truth(2) == 1)
    assert word == Propagate(2)
    assert annotator(replace(request, frame=LENGTH)) == (Absent(LENGTH, 1), Propagate(LENGTH))


def test_a_wrong_mask_gets_clicks_and_a_stop_gets_nothing():
    annotator = EvaRounds(EvaAnnotator(truth))
    wrong = Masks.from_labels(truth(6), (1,))
    choice = FixedAnnotation("clicks")(NumberedVideo()[0], 1, wrong)
    request = Request(frame=0, round=2, kind="round", masks=wrong, choices=(choice,))
    given = annotator(request)
    assert all(isinstance(p, Click) for p in given[:-1]) and {p.positive for p in given[:-1]} == {
        True,
        False,
    }
    stop = replace(choice, kind="stop", costs_s={"stop": 0.0}, probabilities={"stop": 1.0})
    assert annotator(replace(request, choices=(stop,))) == ()


def test_it_is_content_after_its_rounds():
    assert played("mask", 1).round == 2
    with pytest.raises(ValueError, match="at least 1"):
        EvaRounds(EvaAnnotator(truth), rounds=0)


def request(*values: float | None) -> Request:
    masks = Masks.from_labels(truth(0), (1,))
    choice = FixedAnnotation("mask")(NumberedVideo()[0], 1, masks)
    choices: tuple[AnnotationChoice, ...] = tuple(replace(choice, value=v) for v in values)
    return Request(frame=0, round=2, kind="round", masks=masks, choices=choices)


def test_videos_are_ranked_by_what_the_policy_expects():
    assert expected_gain(request(0.02, 0.04)) == pytest.approx(0.03)
    waiting = {"dull": request(0.01), "poor": request(0.05, 0.07), "fair": request(0.02)}
    assert ranked(waiting) == ("poor", "fair", "dull")


@pytest.mark.parametrize("values", [(), (None,), (0.1, None)])
def test_without_a_value_nothing_can_be_ranked(values):
    with pytest.raises(ValueError, match="learned policy"):
        expected_gain(request(*values))


def test_a_policy_chooses_what_to_ask_for_and_says_what_it_expects():
    torch.manual_seed(0)
    config = PolicyConfig(embedding=3, image_width=4, widths=(4, 4, 4, 4, 4), blocks=(1, 1, 1, 1))
    policy = LearnedAnnotation(
        AnnotationPolicy(config),
        lambda image: torch.as_tensor(image, dtype=torch.float32).permute(2, 0, 1)[None] / 255,
        side=32,
        device="cpu",
    )
    session = begun(choose=policy)
    session.play(EvaRounds(EvaAnnotator(truth), rounds=2))
    assert session.request is not None
    (choice,) = session.request.choices
    assert choice.kind in ("clicks", "mask") and sum(
        choice.probabilities.values()
    ) == pytest.approx(1)
    assert expected_gain(session.request) == choice.value


def test_undo_and_redo_ask_the_same_again():
    session = played("mask", 3)
    asked = session.request
    session.undo(5)
    for _ in range(5):
        session.redo()
    again = session.request
    assert asked is not None and again is not None
    assert (asked.frame, asked.round) == (again.frame, again.round)


def test_wrong_presets_are_refused():
    with pytest.raises(ValueError, match="no preset 'tiny'"):
        EvaVos.preset("tiny")
