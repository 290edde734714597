"""Looking into a reading: where a pixel is read from, and who reads a place in memory."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from vostoolkit.arrays import Map, ObjectId, Size
from vostoolkit.memory.bank import TIERS, Group
from vostoolkit.memory.elements import Elements, joined
from vostoolkit.memory.likeliest import TopWeights, top_weights
from vostoolkit.results import StageResult
from vostoolkit.stages.fitting import Fit


@dataclass(frozen=True)
class Grid:
    """The places of a network's features over a frame, row by row: one per ``stride`` pixels."""

    fit: Fit
    stride: int

    @property
    def size(self) -> Size:
        """Rows and columns."""
        left, right, top, bottom = self.fit.padding
        height, width = self.fit.working
        return Size((height + top + bottom) // self.stride, (width + left + right) // self.stride)

    def place(self, x: float, y: float) -> int:
        """The place that a pixel lies in.

        Raises:
            ValueError: the pixel isn't in the frame.
        """
        height, width = self.fit.size
        if not (-0.5 <= x < width - 0.5 and -0.5 <= y < height - 0.5):
            raise ValueError(f"pixel ({x:g}, {y:g}) is outside the frame of {width}x{height}")
        column, row = (int((p + 0.5) // self.stride) for p in self.fit.to_working(x, y))
        return row * self.size.width + column

    def centre(self, place: int) -> tuple[float, float]:
        """The pixel in the middle of a place, ``(x, y)``."""
        row, column = divmod(place, self.size.width)
        middle = (self.stride * (p + 0.5) - 0.5 for p in (column, row))
        return self.fit.from_working(*middle)

    def on_frame(self, values: Float[Tensor, " q"]) -> Map:
        """Values of the places as a map of the frame, each over its own pixels."""
        rows = values.view(1, 1, *self.size)
        whole = functional.interpolate(rows, scale_factor=float(self.stride), mode="nearest")
        return self.fit.back(whole[0])[0]


@dataclass(frozen=True, slots=True)
class Origin:
    """A memory element that a pixel was read from: its tier, frame and pixel, and its weight."""

    tier: str
    frame: int
    x: float
    y: float
    weight: float


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Affinity(StageResult):
    """Which pixels of ``frame`` read one place in memory, and how much of what they read it is.

    ``(x, y)`` is the pixel of ``memory_frame`` in the middle of the place; ``found`` says whether
    the tier holds it. Weights are in [0, 1].
    """

    object_id: ObjectId
    tier: str
    memory_frame: int
    x: float
    y: float
    found: bool
    weight: Map


@dataclass(frozen=True, eq=False)
class Reading:
    """How one frame reads one object's memory; weights of a place sum to 1 over all tiers."""

    frame: int
    object_id: ObjectId
    group: Group
    grid: Grid
    query: Float[Tensor, "q c"]
    selection: Float[Tensor, "q c"]
    top_k: int | None

    def __repr__(self) -> str:
        return (
            f"Reading(frame={self.frame}, object_id={self.object_id}, {len(self.query)} places, "
            f"{len(self.group)} elements)"
        )

    def origins(self, x: float, y: float) -> tuple[Origin, ...]:
        """Where a pixel is read from, the heaviest first; an element's pixel is its place's centre.

        Raises:
            ValueError: the pixel isn't in the frame.
        """
        place = self.grid.place(x, y)
        top = self._weights(slice(place, place + 1))
        held, tiers = self._elements(), self._tiers()
        found: list[Origin] = []
        for i in top.weights[0].argsort(descending=True):
            element = int(top.elements[0, i])
            centre = self.grid.centre(int(held.place[element]))
            weight = float(top.weights[0, i])
            found.append(Origin(tiers[element], int(held.frame[element]), *centre, weight))
        return tuple(found)

    def affinity(self, tier: str, frame: int, x: float, y: float) -> Affinity:
        """Which pixels read the place at a pixel of an earlier frame, in one tier.

        Raises:
            ValueError: no such tier, or the pixel isn't in the frame.
        """
        self.group.tier(tier)
        place, held = self.grid.place(x, y), self._elements()
        names = torch.tensor([name == tier for name in self._tiers()], device=held.frame.device)
        element = (held.frame == frame) & (held.place == place) & names
        weight = self._weights(slice(None)).dense()[:, element].sum(1)
        centre = self.grid.centre(place)
        return Affinity(
            frame=self.frame,
            object_id=self.object_id,
            tier=tier,
            memory_frame=frame,
            x=centre[0],
            y=centre[1],
            found=bool(element.any()),
            weight=self.grid.on_frame(weight),
        )

    def shares(self) -> Mapping[tuple[str, int], float]:
        """How much of all that the frame reads comes from each frame of each tier; sums to 1."""
        usage, held = self._weights(slice(None)).usage() / len(self.query), self._elements()
        found: dict[tuple[str, int], float] = {}
        for tier, frame, share in zip(
            self._tiers(), held.frame.tolist(), usage.tolist(), strict=True
        ):
            found[tier, frame] = found.get((tier, frame), 0.0) + share
        return found

    def _weights(self, rows: slice) -> TopWeights:
        similar = self.group.similarity(self.query[rows], self.selection[rows])
        return top_weights(similar, self.top_k or similar.shape[-1])

    def _elements(self) -> Elements:
        return joined([chunk for tier in self.group.tiers for chunk in tier.chunks])

    def _tiers(self) -> list[str]:
        pairs = zip(TIERS, self.group.tiers, strict=True)
        return [name for name, tier in pairs for _ in range(len(tier))]
