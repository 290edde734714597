"""A very small AOT network, frames and masks for it."""

import numpy as np
import torch

from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.networks.aot import Aot, AotConfig
from vostoolkit.networks.mobilenet import MobileNetConfig
from vostoolkit.stages.aot_state import AotState
from vostoolkit.stages.propagate_aot import AotPropagator

TINY = AotConfig(
    blocks=2,
    width=16,
    heads=2,
    hidden=32,
    reach=2,
    identities=3,
    encoder=MobileNetConfig(4, (4, 4, 8, 8, 8, 8, 8), (1, 1, 1, 1, 1, 1, 1), 2, 16),
)
SIZE = (40, 58)
PLACES = 3 * 5  # 40 x 58 pixels are worked on as 33 x 65


def make(config: AotConfig = TINY, **changes) -> AotPropagator:
    torch.manual_seed(3)
    return AotPropagator(Aot(config), **({"device": "cpu"} | changes))


def picture(index: int, size: tuple[int, int] = SIZE) -> Frame:
    rng = np.random.default_rng(7)
    image = rng.integers(0, 255, (*size, 3), np.uint8)
    return Frame(index, np.roll(image, index, 1), index / 25)


def drawn(*objects: int, size: tuple[int, int] = SIZE) -> Masks:
    labels = np.zeros(size, np.uint8)
    for i, object_id in enumerate(objects):
        labels[6 * i : 6 * i + 6, 10:50] = object_id
    return Masks.from_labels(labels, objects)


def begun(stage: AotPropagator, *objects: int) -> AotState:
    frame = picture(0)
    return stage.memorise(frame, drawn(*objects), stage.start(frame, objects), tier="working")[1]
