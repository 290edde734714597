"""People by name, and how they show the objects."""

import numpy as np
import pytest

import vostoolkit as vos
from vostoolkit.data.synthetic import synthetic_clip
from vostoolkit.errors import ExperimentError
from vostoolkit.experiments import PEOPLE, show_objects, simulated_person
from vostoolkit.prompts import Box, Click, Drawing, Scribble, Skip
from vostoolkit.results import Request
from vostoolkit.users import ImperfectUser

CLIP = synthetic_clip(3, frames=3, size=(64, 96), objects=2)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("simulated", Click), ("scribbling", Scribble), ("box", Box), ("mask", Drawing)],
)
def test_each_answers_in_its_own_way(name, kind) -> None:
    masks = vos.Masks.empty(vos.Size(64, 96))
    request = Request(frame=1, kind="click", object_id=1, masks=masks)
    given = simulated_person(name, CLIP.labels)(request)
    assert {type(prompt) for prompt in given} == {kind}
    (left,) = simulated_person("nobody", CLIP.labels)(request)
    assert isinstance(left, Skip)


def test_without_a_truth_nobody_answers_and_strangers_are_refused() -> None:
    assert isinstance(simulated_person("simulated", None), vos.Nobody)
    with pytest.raises(ExperimentError, match="nobody is called 'Bob': there are simulated, "):
        simulated_person("Bob", CLIP.labels)
    assert set(PEOPLE) == {"simulated", "simulated-error", "scribbling", "box", "mask", "nobody"}


def test_mistakes_make_a_person_imperfect() -> None:
    person = simulated_person("box", CLIP.labels, delay=2, last_frame=2, seed=1)
    assert isinstance(person, ImperfectUser)
    assert (person.delay, person.last_frame, person.seed) == (2, 2, 1)


def test_true_masks_and_boxes_show_the_objects() -> None:
    method = vos.LazyXMem.preset("nano")
    session = vos.Session(method, CLIP.video)
    show_objects(session, CLIP.labels, first="masks")
    session.run(until=0)
    assert np.array_equal(session.labels(0), CLIP.labels(0))
    session = vos.Session(method, CLIP.video)
    show_objects(session, CLIP.labels, first="boxes")
    assert [type(prompt) for prompt in session.prompts] == [Box, Box]
    drawn = vos.Session(method, CLIP.video)
    show_objects(drawn, CLIP.labels, first="scribbles")
    assert {p.object_id for p in drawn.prompts if isinstance(p, Scribble)} == {1, 2}
    columns = np.nonzero((CLIP.labels(0) == 1).any(0))[0]
    box = session.prompts[0]
    assert (box.left, box.right) == (columns[0], columns[-1])
