"""Skeletons and the paths through them, by hand and by their properties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vostoolkit.geometry import components
from vostoolkit.users.skeleton import medial_axis, opened
from vostoolkit.users.skeleton_paths import longest_paths

masks = arrays(np.bool_, (12, 15))


def picture(*rows: str) -> np.ndarray:
    return np.array([[place == "#" for place in row] for row in rows])


def test_a_bar_thins_to_its_middle_and_diagonals_to_its_corners() -> None:
    bar = np.zeros((7, 10), bool)
    bar[1:6, 1:9] = True
    assert (
        medial_axis(bar)
        == picture(
            "..........",
            ".#......#.",
            "..#....#..",
            "...####...",
            "..#....#..",
            ".#......#.",
            "..........",
        )
    ).all()


def test_a_line_stays_and_a_square_ring_stays_a_ring() -> None:
    line = picture("......", ".####.", "......")
    assert (medial_axis(line) == line).all()
    ring = np.ones((9, 9), bool)
    ring[3:6, 3:6] = False
    assert components(~np.pad(medial_axis(ring), 1))[1] == 1  # corners touch: one background
    assert len(longest_paths(medial_axis(ring), least=4)) == 1
    assert not medial_axis(ring)[4, 4]


@given(masks)
def test_an_axis_lies_inside_and_keeps_every_part(mask: np.ndarray) -> None:
    axis = medial_axis(mask)
    assert not (axis & ~mask).any()
    assert components(axis)[1] == components(mask)[1]
    assert (medial_axis(mask) == axis).all()


@pytest.mark.parametrize("shape", [(1, 1), (5, 8), (20, 20)])
def test_a_mask_that_fills_the_frame_has_an_axis(shape: tuple[int, int]) -> None:
    assert components(medial_axis(np.ones(shape, bool)))[1] == 1


def test_opening_drops_what_is_thin() -> None:
    mask = np.zeros((20, 30), bool)
    mask[5:15, 3:13] = True
    mask[9, 13:28] = True
    assert (opened(mask, 2.0) & ~mask).sum() == 0
    assert not opened(mask, 2.0)[9, 14:].any()
    assert opened(mask, 2.0)[7:13, 5:11].all()
    assert not opened(mask, 8.0).any()


@pytest.mark.parametrize(("radius", "moved"), [(1.3, 1), (1.7, 0), (2.3, 1), (2.7, 0)])
def test_a_broken_radius_may_move_the_mask_as_in_the_release(radius: float, moved: int) -> None:
    mask = np.zeros((20, 20), bool)
    mask[5:12, 5:12] = True
    for places in np.nonzero(opened(mask, radius)):
        assert (places.min(), places.max()) == (5 + moved, 11 + moved)


def test_the_longest_path_leaves_branches_out() -> None:
    tree = picture(
        "....#.....",
        "....#.....",
        "##########",
    )
    (path,) = longest_paths(tree, least=4)
    assert sorted(map(tuple, path.tolist())) == [(x, 2) for x in range(10)]


def test_a_ring_is_cut_at_a_diagonal_step() -> None:
    ring = picture(
        "..##..",
        ".#..#.",
        ".#..#.",
        "..##..",
    )
    (path,) = longest_paths(ring, least=4)
    assert len(path) == 8
    ends = np.abs(path[0] - path[-1])
    assert ends.tolist() == [1, 1]


def test_small_parts_have_no_path() -> None:
    dots = picture("###...####", "..........")
    assert [len(path) for path in longest_paths(dots, least=4)] == [4]
    assert [len(path) for path in longest_paths(dots, least=3)] == [3, 4]
    assert longest_paths(np.zeros((3, 3), bool), least=1) == ()


def test_a_small_part_is_walked_from_where_a_set_of_its_nodes_begins() -> None:
    # Nodes 0 to 5 above, 6 to 9 below. A set of the latter gives 8 first, from which 6 is farthest.
    above, below = longest_paths(picture("######", "......", "####.."), least=4)
    assert above[:, 0].tolist() == [5, 4, 3, 2, 1, 0]
    assert below[:, 0].tolist() == [0, 1, 2, 3]


@given(masks, st.integers(1, 5))
def test_paths_are_chains_of_neighbours_one_for_each_part(mask: np.ndarray, least: int) -> None:
    axis = medial_axis(mask)
    paths = longest_paths(axis, least=least)
    numbers, count = components(axis)
    sizes = [(numbers == n).sum() for n in range(1, count + 1)]
    assert len(paths) == sum(size >= least for size in sizes)
    for path in paths:
        assert axis[path[:, 1], path[:, 0]].all()
        assert len({tuple(p) for p in path.tolist()}) == len(path)
        assert (np.abs(np.diff(path, axis=0)).max(axis=1, initial=0) == 1).all()
