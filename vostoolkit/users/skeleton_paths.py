"""The longest line in each part of a skeleton."""

from collections import deque
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from jaxtyping import Int64

from vostoolkit.geometry import Mask

Path: TypeAlias = Int64[np.ndarray, "n 2"]
"""Points ``(x, y)``, each a neighbour of the last."""

Graph: TypeAlias = list[dict[int, float]]
"""Of each node its neighbours and how far they are."""


def longest_paths(skeleton: Mask, *, least: int) -> tuple[Path, ...]:
    """The longest path without branches through each connected part of the skeleton.

    Rings are cut first, each at its longest step. Parts of less than ``least`` pixels have none.
    """
    rows, columns = np.nonzero(skeleton)
    points = np.stack([columns, rows], axis=-1).astype(np.int64)
    graph = _graph(points)
    longest: list[Path] = []
    seen: set[int] = set()
    for node in range(len(graph)):
        if node not in seen:
            part = list(_paths_from(graph, node))
            seen.update(part)
            if len(part) >= least:
                longest.append(points[_longest(graph, _first(part, len(graph)))])
    return tuple(longest)


def _graph(points: Path) -> Graph:
    node_at = {(x, y): node for node, (x, y) in enumerate(points.tolist())}
    around = [(dx, dy) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dx or dy]
    return [
        {
            node_at[x + dx, y + dy]: float(np.hypot(dx, dy))
            for dx, dy in around
            if (x + dx, y + dy) in node_at
        }
        for x, y in points.tolist()
    ]


def _first(part: list[int], count: int) -> int:
    """The node of a part, out of so many, from which the release walks.

    It decides at which end a line starts, and between lines of one length. In the release it is the
    first in reading order, but of a part that holds less than half of all nodes the first that a
    Python set of them gives, which networkx fills from another set, one by one.
    """
    return next(iter(set(iter(set(part))))) if 2 * len(part) < count else part[0]


def _longest(graph: Graph, start: int) -> list[int]:
    """The longest path in the part of this node, counted in nodes; the first of several.

    In a tree it starts at the node that is farthest from any other.
    """
    tree = [dict(neighbours) for neighbours in graph]
    while ring := _ring(tree, start):
        one, other = max(ring, key=lambda step: tree[step[0]][step[1]])
        del tree[one][other], tree[other][one]
    far = max(_paths_from(tree, start).values(), key=len)[-1]
    return max(_paths_from(tree, far).values(), key=len)


def _paths_from(graph: Graph, start: int) -> dict[int, list[int]]:
    """The shortest path to each node that can be reached, the nearest first."""
    paths = {start: [start]}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        for neighbour in graph[node]:
            if neighbour not in paths:
                paths[neighbour] = [*paths[node], neighbour]
                waiting.append(neighbour)
    return paths


def _ring(graph: Graph, start: int) -> list[tuple[int, int]]:
    """The steps of the first ring that a walk in depth from this node closes; none in a tree."""
    walk = [start]
    ways = [iter(graph[start])]
    walked: set[frozenset[int]] = set()
    while walk:
        node = next((n for n in ways[-1] if frozenset((walk[-1], n)) not in walked), None)
        if node is None:
            walk.pop()
            ways.pop()
            continue
        walked.add(frozenset((walk[-1], node)))
        if node in walk:
            ring = [*walk[walk.index(node) :], node]
            return list(pairwise(ring))
        walk.append(node)
        ways.append(iter(graph[node]))
    return []
