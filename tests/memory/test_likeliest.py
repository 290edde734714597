import torch
from hypothesis import given
from hypothesis import strategies as st

from vostoolkit.memory.likeliest import Sieve, top_weights


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
