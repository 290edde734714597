"""A small space-time memory network with random weights, and pictures for it."""

import numpy as np
import torch

from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.networks.stm import StmConfig, StmNetwork
from vostoolkit.stages.propagate_stm import StmPropagator

TINY = StmConfig(
    key_dim=8,
    value_dim=16,
    stem=8,
    widths=(8, 12, 16),
    blocks=(1, 1, 1),
    bottleneck=False,
    decoder_widths=(16, 12, 8),
)


def make(config: StmConfig = TINY, **changes) -> StmPropagator:
    torch.manual_seed(3)
    return StmPropagator(StmNetwork(config), **({"short_side": 48, "device": "cpu"} | changes))


def picture(index: int, size: tuple[int, int] = (48, 70)) -> Frame:
    image = np.random.default_rng(7).integers(0, 255, (*size, 3), np.uint8)
    return Frame(index, np.roll(image, index, 1), index / 25)


def drawn(*objects: int, size: tuple[int, int] = (48, 70), shift: int = 0) -> Masks:
    labels = np.zeros(size, np.uint8)
    for i, object_id in enumerate(objects):
        labels[10 + 8 * i : 18 + 8 * i, 20 + shift : 50 + shift] = object_id
    return Masks.from_labels(labels)
