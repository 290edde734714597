"""What one frame is like in another: the similarities that carry a correction's change along."""

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor

from vostoolkit.frames import Frame
from vostoolkit.memory.read import memory_rows, places, query_rows
from vostoolkit.networks.stm import STRIDE
from vostoolkit.protocols import Propagator
from vostoolkit.stages.fitting import Fit, fit_frame
from vostoolkit.stages.propagate_stm import StmPropagator
from vostoolkit.stages.propagate_xmem import XMemPropagator


@runtime_checkable
class Alignment(Protocol):
    """Rows whose product is how alike a place of one frame and a place of another are."""

    @property
    def stride(self) -> int:
        """Pixels of the working size between places."""
        ...

    @property
    def device(self) -> torch.device:
        """Where it works."""
        ...

    def fit(self, frame: Frame, /) -> Fit:
        """How the frame is brought to working size."""
        ...

    def image(self, frame: Frame, fit: Fit, /) -> Float[Tensor, "1 3 y x"]:
        """The frame as the network sees it."""
        ...

    def query(self, frame: Frame, fit: Fit, /) -> Float[Tensor, "q d"]:
        """The rows of the frame that asks."""
        ...

    def memory(
        self, frame: Frame, fit: Fit, masks: Float[Tensor, "n y x"], /
    ) -> Float[Tensor, "n m d"]:
        """The rows of the frame that is asked, for each object."""
        ...


@dataclass(frozen=True, eq=False)
class StmAlignment:
    """With the keys of MiVOS's propagation network, which depend on the object's mask (Eq. 1)."""

    propagator: StmPropagator
    stride: int = STRIDE

    @property
    def device(self) -> torch.device:
        """That of the propagator."""
        return self.propagator.engine.device

    def fit(self, frame: Frame, /) -> Fit:
        """The propagator's own."""
        return self.propagator.fit(frame)

    def image(self, frame: Frame, fit: Fit, /) -> Float[Tensor, "1 3 y x"]:
        """The frame as the network sees it."""
        return self.propagator.engine.image(frame, fit)

    def query(self, frame: Frame, fit: Fit, /) -> Float[Tensor, "q d"]:
        """The frame's keys."""
        return self.propagator.query_rows(frame, fit)

    def memory(
        self, frame: Frame, fit: Fit, masks: Float[Tensor, "n y x"], /
    ) -> Float[Tensor, "n m d"]:
        """The keys of the frame with each mask."""
        return self.propagator.engine.encode_memory(frame, fit, masks)[0]


@dataclass(frozen=True, eq=False)
class XMemAlignment:
    """With the keys of an XMem network, the same for all objects (XMem, Eq. 2)."""

    propagator: XMemPropagator

    @property
    def stride(self) -> int:
        """That of the network."""
        return self.propagator.network.config.stride

    @property
    def device(self) -> torch.device:
        """That of the propagator."""
        return self.propagator.engine.device

    def fit(self, frame: Frame, /) -> Fit:
        """The propagator's own."""
        ours = self.propagator
        return fit_frame(
            frame.size, ours.short_side, multiple=self.stride, is_enlarging=ours.is_enlarging
        )

    def image(self, frame: Frame, fit: Fit, /) -> Float[Tensor, "1 3 y x"]:
        """The frame as the network sees it."""
        return self.propagator.engine.encode(frame, fit)[0]

    def query(self, frame: Frame, fit: Fit, /) -> Float[Tensor, "q d"]:
        """The frame's keys and selections."""
        _, features = self.propagator.engine.encode(frame, fit)
        return query_rows(places(features.key)[0], places(features.selection)[0])

    def memory(
        self, frame: Frame, fit: Fit, masks: Float[Tensor, "n y x"], /
    ) -> Float[Tensor, "n m d"]:
        """The frame's keys and shrinkages, once for each object."""
        _, features = self.propagator.engine.encode(frame, fit)
        rows = memory_rows(places(features.key)[0], places(features.shrinkage)[0, :, 0])
        return rows.expand(len(masks), -1, -1)


def alignment_of(propagator: Propagator[Any]) -> Alignment:
    """The alignment that a propagator's network gives.

    Raises:
        TypeError: it has no keys to compare.
    """
    if isinstance(propagator, StmPropagator):
        return StmAlignment(propagator)
    if isinstance(propagator, XMemPropagator):
        return XMemAlignment(propagator)
    raise TypeError(
        f"a {type(propagator).__name__} has no keys to align frames by: give an StmPropagator or "
        "an XMemPropagator"
    )
