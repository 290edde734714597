"""Masks stay a pmf whatever is put into them."""

import pickle

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given

from vostoolkit.masks import Masks, soft_aggregate

SURE = torch.softmax(soft_aggregate(torch.tensor([[[1.0, 0.5]], [[0.0, 0.5]]])), 0)


@given(st.lists(st.sampled_from([0.0, 1e-20, 1e-7, 0.3, 1 - 1e-7, 1.0]), min_size=2, max_size=2))
def test_replacing_an_object_leaves_a_pmf(given_: list[float]):
    masks = Masks(SURE, (1, 2))
    for object_id in (1, 2, 7, 1):
        masks = masks.replaced(object_id, torch.tensor([given_]))
        assert torch.allclose(masks.pmf.sum(0), torch.ones(1, 2), atol=1e-5)


def test_emptying_a_surely_predicted_object_gives_its_pixels_to_the_others():
    emptied = Masks(SURE, (1, 2)).replaced(1, torch.zeros(1, 2))
    assert emptied.of(1).max() == 0
    assert emptied.pmf[:, 0, 0].sum() == pytest.approx(1)


def test_of_equally_likely_classes_the_first_counts():
    pmf = torch.tensor([[[0.5, 0.2, 0.25, 0.1]], [[0.5, 0.4, 0.25, 0.2]], [[0.0, 0.4, 0.5, 0.7]]])
    masks = Masks(pmf, (9, 4))
    assert masks.likeliest.tolist() == [[0, 1, 2, 2]]
    assert masks.labels().tolist() == [[0, 9, 4, 4]]
    assert masks.region(4).tolist() == [[False, False, True, True]]


@given(st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_the_likeliest_class_is_the_largest(classes: int, seed: int):
    pmf = torch.softmax(torch.randn(classes, 5, 7, generator=torch.manual_seed(seed)), 0)
    assert torch.equal(Masks(pmf, tuple(range(1, classes))).likeliest.long(), pmf.argmax(0))


def test_what_can_be_computed_again_is_not_saved():
    masks = Masks(SURE, (1, 2))
    before = len(pickle.dumps(masks))
    masks.labels()
    assert len(pickle.dumps(masks)) == before
    assert torch.equal(pickle.loads(pickle.dumps(masks)).pmf, SURE)
