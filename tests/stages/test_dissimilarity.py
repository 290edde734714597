"""XMem++'s dissimilarity against its equation, worked entry by entry."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vostoolkit.stages import dissimilarity as module
from vostoolkit.stages.dissimilarity import FrameKeys, Shrinking, composite_key, dissimilarity


def frame(seed: int, places: int = 7, channels: int = 3, *, shrinks: bool = False) -> FrameKeys:
    generator = torch.Generator().manual_seed(seed)
    key = torch.randn(places, channels, generator=generator)
    shrinking = Shrinking(
        1 + torch.rand(places, generator=generator),
        torch.rand(places, channels, generator=generator),
    )
    return FrameKeys(key, shrinking if shrinks else None)


def by_the_equation(first: FrameKeys, second: FrameKeys) -> float:
    """The sum over i and j of max(0, S_ij(a, b) - S_ij(b, a)), in loops."""

    def similar(memory: FrameKeys, i: int, query: FrameKeys, j: int) -> float:
        squares = (memory.key[i] - query.key[j]) ** 2
        if memory.shrinking is not None and query.shrinking is not None:
            squares = squares * query.shrinking.selection[j] * memory.shrinking.shrinkage[i]
        return -float(squares.sum()) / len(squares) ** 0.5

    places = range(len(first.key))
    return sum(
        max(0.0, similar(first, i, second, j) - similar(second, i, first, j))
        for i in places
        for j in places
    )


def test_by_hand() -> None:
    """One channel, places 0 and 1 against 0 and 3.

    S(a, b) = -[[0, 9], [1, 4]] and S(b, a) = -[[0, 1], [9, 4]]; the difference is
    [[0, -8], [8, 0]]. Its positive part sums to 8: 4 a place, 2 a pair.
    """
    a, b = FrameKeys(torch.tensor([[0.0], [1.0]])), FrameKeys(torch.tensor([[0.0], [3.0]]))
    assert float(dissimilarity(a, b)) == pytest.approx(4)
    assert float(dissimilarity(a, b, divide_by="pairs")) == pytest.approx(2)


@pytest.mark.parametrize("part", [7, 21, 10_000])
@pytest.mark.parametrize("shrinks", [False, True])
def test_it_is_the_equation_in_parts_of_any_size(monkeypatch, shrinks, part) -> None:
    monkeypatch.setattr(module, "_PART", (part, part))
    a, b = frame(1, shrinks=shrinks), frame(2, shrinks=shrinks)
    assert float(dissimilarity(a, b)) == pytest.approx(by_the_equation(a, b) / 7, rel=1e-5)


@given(st.integers(0, 1000), st.booleans())
def test_equal_frames_do_not_differ_and_nothing_is_negative(seed, shrinks) -> None:
    a, b = frame(seed, shrinks=shrinks), frame(seed + 1, shrinks=shrinks)
    assert float(dissimilarity(a, a)) == pytest.approx(0, abs=1e-5)
    assert float(dissimilarity(a, b)) >= 0


@given(st.integers(0, 1000))
def test_plain_distances_do_not_depend_on_the_order(seed) -> None:
    a, b = frame(seed), frame(seed + 1)
    assert float(dissimilarity(a, b)) == pytest.approx(float(dissimilarity(b, a)), rel=1e-4)


def test_the_composite_key() -> None:
    key, weight = torch.tensor([[2.0, 4.0], [6.0, 8.0]]), torch.tensor([1.0, 0.0])
    assert torch.equal(composite_key(key, weight, 0.0), key)
    assert torch.equal(composite_key(key, weight, 1.0), torch.tensor([[2.0, 4.0], [0.0, 0.0]]))
    assert torch.equal(composite_key(key, weight, 0.5), torch.tensor([[2.0, 4.0], [3.0, 4.0]]))
