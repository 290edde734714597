"""One training step of the click network: clicks on its own mistakes, round after round."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from vostoolkit.networks.click import normalised
from vostoolkit.networks.click_maps import guidance
from vostoolkit.training.click_examples import Example, random_example
from vostoolkit.training.loop import Loss
from vostoolkit.training.losses import dice_losses
from vostoolkit.training.parallel import agreed
from vostoolkit.training.pool import Pool


@dataclass(frozen=True, eq=False)
class LearnClick:
    """Draws objects from a pool, clicks on them 1 to 5 times, and asks for their masks each time.

    `rounds` are the chances that it ends after 1, 2, … clicks. A mask that overlaps less than the
    one before the click costs `monotone` times what it lost.
    """

    pool: Pool
    device: torch.device
    examples: int = 16
    side: int = 128
    rounds: tuple[float, ...] = (0.4, 0.2, 0.15, 0.13, 0.12)
    monotone: float = 1.0

    def __call__(
        self, network: nn.Module, rng: np.random.Generator, progress: float, /
    ) -> Iterator[Loss]:
        """Cross-entropy plus dice after each click, for the weights as they then are."""
        examples = [random_example(self.pool, rng, side=self.side) for _ in range(self.examples)]
        truth = torch.as_tensor(np.stack([e.truth for e in examples])).float().to(self.device)
        before = None
        further = int(agreed(float(rng.choice(len(self.rounds), p=self.rounds))))
        for left in reversed(range(1 + further)):
            logits = self._logits(network, examples)
            found = torch.sigmoid(logits)
            lost = dice_losses(found, truth)
            loss = functional.binary_cross_entropy_with_logits(logits, truth) + lost.mean()
            if before is not None:
                loss = loss + self.monotone * (lost - before).clamp_min(0).mean()
            yield Loss(loss, _overlap(logits > 0, truth > 0))
            before, masks = lost.detach(), found.detach().cpu().numpy()
            if left:
                examples = [e.clicked(m, rng) for e, m in zip(examples, masks, strict=True)]

    def _logits(self, network: nn.Module, examples: list[Example]) -> Tensor:
        pictures = np.stack([e.image for e in examples])
        image = torch.as_tensor(pictures).to(self.device).permute(0, 3, 1, 2).float() / 255
        previous = torch.as_tensor(np.stack([e.previous for e in examples])[:, None])
        maps = np.stack([guidance(e.image, e.strokes, e.box) for e in examples])
        guided = torch.as_tensor(maps).to(self.device, memory_format=torch.channels_last)
        with torch.autocast(self.device.type, torch.bfloat16):
            logits = network(normalised(image), previous.to(self.device), guided)
        return logits[:, 0].float()


def _overlap(ours: Tensor, truth: Tensor) -> float:
    union = (ours | truth).sum((1, 2)).clamp_min(1)
    return float(((ours & truth).sum((1, 2)) / union).mean())
