"""One training step of the click network: clicks on its own mistakes, round after round."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from vostoolkit.networks.click import normalised
from vostoolkit.networks.click_maps import guidance
from vostoolkit.training.click_examples import Example, random_example
from vostoolkit.training.loop import Loss
from vostoolkit.training.losses import dice_loss
from vostoolkit.training.pool import Pool


@dataclass(frozen=True, eq=False)
class LearnClick:
    """Draws objects from a pool, clicks on them 1 to 5 times, and asks for their masks."""

    pool: Pool
    device: torch.device
    examples: int = 16
    side: int = 128
    rounds: tuple[float, ...] = (0.4, 0.2, 0.15, 0.13, 0.12)

    def __call__(self, network: nn.Module, rng: np.random.Generator, progress: float, /) -> Loss:
        """Cross-entropy plus dice of the last round."""
        examples = [random_example(self.pool, rng, side=self.side) for _ in range(self.examples)]
        for _ in range(int(rng.choice(len(self.rounds), p=self.rounds))):
            network.eval()
            with torch.no_grad():
                masks = torch.sigmoid(self._logits(network, examples)).cpu().numpy()
            network.train()
            examples = [e.clicked(m, rng) for e, m in zip(examples, masks, strict=True)]
        logits = self._logits(network, examples)
        truth = torch.as_tensor(np.stack([e.truth for e in examples])).float().to(self.device)
        loss = functional.binary_cross_entropy_with_logits(logits, truth)
        return Loss(loss + dice_loss(torch.sigmoid(logits), truth), _overlap(logits > 0, truth > 0))

    def _logits(self, network: nn.Module, examples: list[Example]) -> Tensor:
        pictures = np.stack([e.image for e in examples]).transpose(0, 3, 1, 2)
        image = torch.as_tensor(np.ascontiguousarray(pictures)).to(self.device).float() / 255
        previous = torch.as_tensor(np.stack([e.previous for e in examples])[:, None])
        maps = np.stack([guidance(e.image, e.strokes, e.box) for e in examples])
        with torch.autocast(self.device.type, torch.bfloat16):
            logits = network(
                normalised(image), previous.to(self.device), torch.as_tensor(maps).to(self.device)
            )
        return logits[:, 0].float()


def _overlap(ours: Tensor, truth: Tensor) -> float:
    union = (ours | truth).sum((1, 2)).clamp_min(1)
    return float(((ours & truth).sum((1, 2)) / union).mean())
