"""Results made by hand: a square that is predicted a little beside where it was."""

from dataclasses import dataclass

import cv2
import numpy as np
import pytest
import torch

from vostoolkit.arrays import Image
from vostoolkit.masks import Masks
from vostoolkit.prompts import Box, Click, Scribble
from vostoolkit.results import (
    Checkpoint,
    Decision,
    MemoryUpdate,
    Propagation,
    PseudoClick,
    Refinement,
    Request,
    StageResult,
    Uncertainty,
)

SIZE = (90, 160)
SPOT = (61, 47)


def soft_square(left: int, top: int, side: int = 24) -> torch.Tensor:
    square = np.zeros(SIZE, np.float32)
    square[top : top + side, left : left + side] = 0.95
    return torch.from_numpy(cv2.GaussianBlur(square, (0, 0), 1.5))


@dataclass(frozen=True, eq=False)
class Example:
    image: Image
    results: tuple[StageResult | Request | Checkpoint, ...]

    def of(self, kind: type) -> StageResult | Request | Checkpoint:
        return next(result for result in self.results if isinstance(result, kind))


@pytest.fixture
def example() -> Example:
    image = np.random.default_rng(1).integers(0, 256, (*SIZE, 3), np.uint8)
    first, second = soft_square(50, 36), soft_square(120, 10, 12)
    masks = Masks(torch.stack([1 - first - second, first, second]), (1, 4))
    entropy = -(masks.pmf * masks.pmf.clamp_min(1e-9).log()).sum(0) / np.log(3)
    regions = {o: masks.of(o) > 0.05 for o in masks.objects}
    product = torch.zeros(SIZE)
    product[SPOT[1], SPOT[0]] = 6.0
    uncertainty = Uncertainty(
        frame=7,
        masks=masks,
        entropy=entropy.clamp(0, 1),
        regions=regions,
        score={1: 0.31, 4: 0.1},
        jump={1: 0.23, 4: None},
    )
    thresholds = {"tau_user": 0.5, "tau_pseudo": 0.2}
    click = Click(7, 1, *map(float, SPOT))
    stroke = Scribble(7, 1, ((100.0, 60.0), (120.0, 70.0)), positive=False)
    results = (
        Propagation(frame=7, masks=masks),
        uncertainty,
        Decision(
            frame=7,
            action={1: "pseudo", 4: "none"},
            reason={1: "ΔS 0.23 ≥ τ_p 0.20", 4: "no earlier score"},
            thresholds=thresholds,
            value=uncertainty.jump,
        ),
        PseudoClick(
            frame=7,
            click=click,
            region=regions[1],
            distance=product,
            weight=1 - uncertainty.entropy,
            product=product,
        ),
        Refinement(
            frame=7,
            object_id=1,
            prompts=(click, stroke, Box(7, 1, 40, 30, 80, 66)),
            before=first,
            after=soft_square(54, 36),
        ),
        MemoryUpdate(
            frame=7,
            tier="working",
            objects=(1, 4),
            added=60,
            removed=20,
            sizes={"permanent": 60, "working": 240, "long_term": 0},
            reason="every 5th frame",
        ),
        Request(
            frame=7,
            kind="click",
            object_id=4,
            reason="ΔS 0.61 ≥ τ_u 0.50",
            masks=masks,
            uncertainty=uncertainty,
        ),
        Request(frame=0, kind="object"),
        Checkpoint(frame=7, masks=masks, state=None),
    )
    return Example(image, results)
