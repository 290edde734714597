import pytest
import torch

from vostoolkit.memory import read
from vostoolkit.memory.likeliest import top_weights
from vostoolkit.memory.shelves import read_all


@pytest.mark.parametrize("top_k", [None, 4])
def test_reading_in_parts_equals_reading_at_once(top_k, monkeypatch):
    query, memory, value = torch.randn(30, 5), torch.randn(17, 5), torch.randn(17, 2, 3)
    monkeypatch.setattr(read, "_PART", (17 * 7, 17 * 7))
    found, usage = read_all(query, memory, value, top_k=top_k)
    weights = top_weights(query @ memory.T, top_k or 17).dense()
    torch.testing.assert_close(found, torch.einsum("qm,mnv->qnv", weights, value))
    torch.testing.assert_close(usage, weights.sum(0))


def test_reading_is_repeatable_to_the_bit():
    query, memory, value = torch.randn(200, 9), torch.randn(500, 9), torch.randn(500, 1, 8)
    first = read_all(query, memory, value, top_k=30)
    again = read_all(query, memory, value, top_k=30)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
