"""How well annotations are chosen on procedural clips that no training has seen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from vostoolkit.networks.annotation_policy import AnnotationPolicy
from vostoolkit.training.judged import Judged
from vostoolkit.training.learn_policy import CLICKS, MASK, episodes_of, judged_rows
from vostoolkit.training.outcomes import Outcomes, Simulation


def chosen_rewards(network: AnnotationPolicy, clips: Sequence[Judged]) -> dict[str, float]:
    """What each way to choose earns in an episode, by its name: quality a minute.

    Source: the paper's reward (2.3), summed over an episode, times 60.
    """
    table = Simulation.nano()(clips, np.random.default_rng(0))
    return {name: reward_of(table, actions) for name, actions in _ways(network, table).items()}


def reward_of(table: Outcomes, actions: Int[Tensor, "n g"]) -> float:
    """The mean reward of an episode with these actions, in quality a minute."""
    return 60 * float(episodes_of(table.quality, actions).rewards().sum(1).mean())


@torch.no_grad()
def _ways(network: AnnotationPolicy, table: Outcomes) -> dict[str, Int[Tensor, "n g"]]:
    rows, steps = len(table), table.steps
    every = torch.arange(rows).repeat_interleave(steps)
    judged = judged_rows(network, table, every, torch.arange(steps).repeat(rows))
    generator = torch.Generator().manual_seed(0)
    shape = rows, steps
    return {
        "the policy's likeliest": judged.best().view(shape),
        "the policy's, drawn": judged.sampled(generator).view(shape),
        "always clicks": torch.full(shape, CLICKS),
        "always the mask": torch.full(shape, MASK),
        "by chance": torch.randint(2, shape, generator=generator),
        "oracle, what earns most at once": oracle(table),
    }


def oracle(table: Outcomes) -> Int[Tensor, "n g"]:
    """For each state the action that earns more at once.

    Source: EVA-VOS, section 4.2.
    """
    clicks = torch.full((len(table), table.steps), CLICKS)
    after_clicks = episodes_of(table.quality, clicks).rewards()
    best = clicks.clone()
    for step in range(table.steps):
        drawn = clicks.clone()
        drawn[:, step] = MASK
        earned = episodes_of(table.quality, drawn).rewards()
        best[:, step] = torch.where(earned[:, step] > after_clicks[:, step], MASK, CLICKS)
    return best
