import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vostoolkit.memory import read
from vostoolkit.memory.likeliest import Sieve, top_weights
from vostoolkit.memory.read import memory_rows, query_rows, similarity
from vostoolkit.memory.shelves import read_all


def test_similarity_is_minus_the_weighted_squared_distance():
    key = torch.tensor([[1.0, 0.0, 2.0, 0.0]])
    query = torch.tensor([[0.0, 0.0, 0.0, 2.0]])
    selection = torch.tensor([[0.5, 1.0, 0.25, 1.0]])
    # -(0.5 * 1 + 0.25 * 4 + 1 * 4) * 3 / sqrt(4)
    found = similarity(key, torch.tensor([3.0]), query, selection)
    torch.testing.assert_close(found, torch.tensor([[-8.25]]))


def test_a_place_is_most_similar_to_itself():
    key, selection = torch.randn(9, 6), torch.rand(9, 6) + 0.1
    found = similarity(key, torch.ones(9), key, selection)
    assert torch.equal(found.argmax(1), torch.arange(9))
    torch.testing.assert_close(found.diagonal(), torch.zeros(9), atol=1e-5, rtol=0)


@given(st.integers(1, 40), st.integers(1, 12), st.integers(1, 50))
def test_weights_sum_to_one_and_usage_to_the_number_of_places(size, places, top_k):
    top = top_weights(torch.randn(places, size), top_k)
    assert top.elements.shape[1] == min(top_k, size)
    torch.testing.assert_close(top.dense().sum(1), torch.ones(places))
    torch.testing.assert_close(top.usage(), top.dense().sum(0))


def test_distant_memories_are_still_told_apart():
    top = top_weights(torch.tensor([[-500.0, -510.0, -520.0]]), 2)
    torch.testing.assert_close(top.weights.sum(1), torch.ones(1))
    assert top.weights[0, 0] > 0.99


@pytest.mark.parametrize("top_k", [None, 4])
def test_reading_in_parts_equals_reading_at_once(top_k, monkeypatch):
    query, memory, value = torch.randn(30, 5), torch.randn(17, 5), torch.randn(17, 2, 3)
    monkeypatch.setattr(read, "_PART", (17 * 7, 17 * 7))
    found, usage = read_all(query, memory, value, top_k=top_k)
    weights = top_weights(query @ memory.T, top_k or 17).dense()
    torch.testing.assert_close(found, torch.einsum("qm,mnv->qnv", weights, value))
    torch.testing.assert_close(usage, weights.sum(0))


def test_rows_make_the_similarity():
    key, shrinkage = torch.randn(5, 4), torch.rand(5) + 1
    query, selection = torch.randn(3, 4), torch.rand(3, 4)
    torch.testing.assert_close(
        query_rows(query, selection) @ memory_rows(key, shrinkage).T,
        similarity(key, shrinkage, query, selection),
    )


def test_reading_is_repeatable_to_the_bit():
    query, memory, value = torch.randn(200, 9), torch.randn(500, 9), torch.randn(500, 1, 8)
    first = read_all(query, memory, value, top_k=30)
    again = read_all(query, memory, value, top_k=30)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))


@given(st.integers(1, 700), st.integers(0, 700), st.integers(1, 12), st.booleans())
def test_the_largest_of_some_columns_are_those_of_topk(before, size, top_k, has_equals):
    x = torch.randn(5, before + size + 3)
    x = x.mul(3).round() if has_equals else x
    stretches = (slice(before, before + size), slice(0, before)) if size else (slice(0, before),)
    own = torch.cat([x[:, s] for s in stretches], -1)
    sieve = Sieve(stretches, top_k)
    top = sieve.weights([sieve.sifted(part) for part in x.split(2)])
    values = own.topk(min(top_k, before + size), -1)[0]
    assert torch.equal(own.gather(-1, top.elements), values)
    assert torch.equal(top.weights, torch.softmax(values, -1))
    assert all(len(row.unique()) == len(row) for row in top.elements)
