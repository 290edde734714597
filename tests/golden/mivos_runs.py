"""MiVOS's networks with seeded weights, and its two golden rounds driven by our stages.

The frames of those rounds are in no golden but ``mivos_scene.npz``, which was composed as the
other scenes are: from scikit-image's coffee, chelsea and astronaut (CC0, NASA). The same code
gives every frame of ``scene.npz``, and the two frames that ``mivos_fusion`` and ``mivos_s2m``
hold, bit for bit.
"""

from functools import cache

import numpy as np
import torch
from golden.goldens import golden, seeded_weights

from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.networks.fusion import FusionNetwork
from vostoolkit.networks.scribble_to_mask import ScribbleToMask
from vostoolkit.networks.stm import StmNetwork
from vostoolkit.results import Correction
from vostoolkit.schedule import until_corrected
from vostoolkit.stages.fuse import DifferenceAwareFusion
from vostoolkit.stages.propagate_stm import StmPropagator
from vostoolkit.stages.stm_state import StmState

OBJECTS = (1, 2)


@cache
def propagation_network() -> StmNetwork:
    network = StmNetwork()
    network.load_state_dict(seeded_weights("mivos_prop_manifest.json"))
    return network.eval()


@cache
def fusion_network() -> FusionNetwork:
    network = FusionNetwork()
    network.load_state_dict(seeded_weights("mivos_fusion_manifest.json"))
    return network.eval()


@cache
def scribble_network() -> ScribbleToMask:
    network = ScribbleToMask()
    network.load_state_dict(seeded_weights("mivos_s2m_manifest.json"))
    return network.eval()


@cache
def propagator() -> StmPropagator:
    return StmPropagator(propagation_network(), short_side=None, device="cpu")


@cache
def _scene() -> dict[str, np.ndarray]:
    return golden("mivos_scene.npz")


def frame(index: int) -> Frame:
    return Frame(index, np.asarray(_scene()["frames"][index]), index / 25)


def drawn(index: int) -> Masks:
    return Masks.from_labels(np.asarray(_scene()["labels"][index]), OBJECTS)


class Rounds:
    """The masks of all frames after each round, as MiVOS's interaction loop leaves them."""

    def __init__(self, count: int, every: int) -> None:
        self.count, self.every = count, every
        self.fuse = DifferenceAwareFusion(propagator(), fusion_network(), top_k=None)
        self.masks: dict[int, Masks] = {}
        self.corrected: set[int] = set()
        self.certain: StmState = propagator().start(frame(0), ())

    def correct(self, index: int) -> None:
        """A frame's masks are drawn, and propagated until other drawn ones."""
        stage, masks = propagator(), drawn(index)
        before = self.masks.get(index, Masks.empty(masks.size, OBJECTS))
        self.masks[index] = masks
        _, self.certain = stage.memorise(frame(index), masks, self.certain, tier="permanent")
        _, start = stage.memorise(frame(index), masks, self.certain, tier=None)
        for leg in until_corrected(self.count, index, self.corrected):
            correction = None
            if leg.until is not None:
                correction = Correction(frame(index), before, masks, leg.until)
            state = start
            for t in leg.frames:
                here = frame(t)
                predicted, state = stage.propagate(here, state)
                tier = "working" if leg.is_memory_frame(t, self.every) else None
                _, state = stage.memorise(here, predicted.masks, state, tier=tier)
                self.masks[t] = (
                    predicted.masks
                    if correction is None
                    else self.fuse(here, self.masks[t], predicted.masks, correction).masks
                )
        self.corrected.add(index)

    def pmfs(self) -> torch.Tensor:
        return torch.stack([self.masks[t].pmf for t in range(self.count)], 1)
