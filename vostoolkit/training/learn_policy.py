"""Training EVA-VOS's annotation policy by PPO, on a table of what annotations achieved.

Source: Delatolas et al., EVA-VOS, section 2.3; Schulman et al., Proximal Policy Optimization (2017)
and Generalized Advantage Estimation (2016).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from vostoolkit.networks.annotation_policy import AnnotationPolicy, Judged
from vostoolkit.prompts import Click, Drawing
from vostoolkit.training.loop import Loss
from vostoolkit.training.outcomes import Outcomes
from vostoolkit.users.costs import OVERHEAD_S, SECONDS

Reward: TypeAlias = Literal["paper", "released"]
"""``paper``: each annotation's gain over all seconds so far. ``released``: its gain over its own
seconds, and for an episode's last one the whole gain over all seconds."""

CLICKS, MASK = 0, 1
"""The policy's actions, in the order of ``EVA_KINDS``."""

_WORK_S = torch.tensor([3 * SECONDS[Click], SECONDS[Drawing]])
_FIND_S = torch.tensor([OVERHEAD_S, 0.0])


@dataclass(frozen=True, eq=False)
class Episodes:
    """What happened in some episodes, action by action.

    ``is_open`` says which actions took place: none after a mask was drawn. ``quality`` is that
    before the first action and after each.
    """

    actions: Int[Tensor, "b g"]
    is_open: Bool[Tensor, "b g"]
    quality: Float[Tensor, "b g1"]

    def rewards(self, kind: Reward = "paper") -> Float[Tensor, "b g"]:
        """Quality per second of each action; 0 where none took place.

        Source: EVA-VOS, section 2.3, r = (SQ_{g+1} - SQ_g) / tc.
        """
        work, locate = (
            self.is_open * seconds.to(self.quality)[self.actions] for seconds in (_WORK_S, _FIND_S)
        )
        gain = self.quality.diff(dim=1)
        if kind == "paper":
            return self.is_open * gain / (work + locate).cumsum(1)
        total = work.cumsum(1) + locate.cummax(1).values
        whole = (self.quality[:, 1:] - self.quality[:, :1]) / total
        return torch.where(self.is_last, whole, gain / work.clamp_min(1)) * self.is_open

    @property
    def is_last(self) -> Bool[Tensor, "b g"]:
        """Whether an action ended its episode."""
        after = torch.cat([self.is_open[:, 1:], torch.zeros_like(self.is_open[:, :1])], 1)
        return self.is_open & ~after


def episodes_of(quality: Float[Tensor, "b g1"], actions: Int[Tensor, "b g"]) -> Episodes:
    """The episodes in which these actions are taken, until a mask is drawn.

    ``quality`` is that with no annotation, and with clicks alone after each.
    """
    is_drawn = (actions == MASK).cumsum(1) > 0
    before = torch.cat([torch.zeros_like(is_drawn[:, :1]), is_drawn[:, :-1]], 1)
    after = torch.where(is_drawn, torch.ones_like(quality[:, 1:]), quality[:, 1:])
    return Episodes(actions, ~before, torch.cat([quality[:, :1], after], 1))


def judged_rows(
    network: AnnotationPolicy, table: Outcomes, rows: Int[Tensor, " m"], steps: Int[Tensor, " m"]
) -> Judged:
    """What the policy makes of rows of a table, after so many annotations with clicks."""
    return network(table.embeddings[rows], table.masks[rows, steps][:, None])


def advantages(
    rewards: Float[Tensor, "b g"],
    value: Float[Tensor, "b g"],
    is_open: Bool[Tensor, "b g"],
    *,
    discount: float,
    smoothing: float,
) -> Float[Tensor, "b g"]:
    """How much better each action was than what the critic expected; 0 where none took place.

    Source: Generalized Advantage Estimation, Eq. 16; nothing follows an episode's end.
    """
    found = torch.zeros_like(rewards)
    value = value * is_open
    after, value_after = torch.zeros_like(rewards[:, 0]), torch.zeros_like(rewards[:, 0])
    for step in reversed(range(rewards.shape[1])):
        surprise = rewards[:, step] + discount * value_after - value[:, step]
        after = is_open[:, step] * (surprise + discount * smoothing * after)
        found[:, step], value_after = after, value[:, step]
    return found


def clipped_objective(
    log_ratio: Float[Tensor, " m"], advantage: Float[Tensor, " m"], clip: float
) -> Float[Tensor, ""]:
    """What the actor maximises: no gain from moving a probability by more than ``clip``.

    Source: Proximal Policy Optimization, Eq. 7.
    """
    ratio = log_ratio.exp()
    bounded = ratio.clamp(1 - clip, 1 + clip)
    return torch.minimum(ratio * advantage, bounded * advantage).mean()


@dataclass(frozen=True, eq=False)
class LearnPolicy:
    """Plays episodes with the policy as it is, then moves it by PPO, some times over all of them.

    ``overlap`` of its losses is the mean quality at the episodes' ends. Batch norms stay as they
    are, so that the old policy is the same when it is compared with.

    Source: EVA-VOS's release (``clip`` to ``smoothing``); it plays 40 episodes at once and goes
    over them up to 40 times. Note: the paper doesn't say whether advantages are normalised; here
    they are. Actions are three clicks, as at test; the release learns from single ones.
    """

    table: Outcomes
    reward: Reward = "paper"
    episodes: int = 256
    passes: int = 4
    parts: int = 4
    clip: float = 0.2
    value_weight: float = 0.5
    entropy_weight: float = 1e-4
    discount: float = 0.99
    smoothing: float = 0.97

    def __post_init__(self) -> None:
        if self.reward not in get_args(Reward):
            kinds = ", ".join(map(repr, get_args(Reward)))
            raise ValueError(f"reward={self.reward!r}: give one of {kinds}")
        if self.passes < 1 or not 1 <= self.parts <= self.episodes:
            raise ValueError(
                f"{self.passes} passes over {self.episodes} episodes in {self.parts} parts: give "
                "at least 1 pass, and an episode for each part"
            )

    def __call__(
        self, network: nn.Module, rng: np.random.Generator, progress: float, /
    ) -> Iterator[Loss]:
        """The losses of all parts of all passes.

        Raises:
            TypeError: a network that chooses no annotations.
        """
        if not isinstance(network, AnnotationPolicy):
            raise TypeError(f"a {type(network).__name__} can't choose: give an AnnotationPolicy")
        network.eval()
        device = self.table.quality.device
        generator = torch.Generator(device).manual_seed(int(rng.integers(2**62)))
        drawn = torch.as_tensor(rng.integers(len(self.table), size=self.episodes), device=device)
        known = self._played(network, drawn, generator)
        open_places = known.episodes.is_open.nonzero()
        for _ in range(self.passes):
            order = torch.as_tensor(rng.permutation(len(open_places)), device=device)
            for part in open_places[order].tensor_split(self.parts):
                yield self._loss(network, known, part)

    @torch.no_grad()
    def _played(
        self, network: AnnotationPolicy, rows: Int[Tensor, " b"], generator: torch.Generator
    ) -> _Known:
        """Episodes that begin with these rows of the table, with what the old policy thought."""
        steps = self.table.steps
        every = rows.repeat_interleave(steps)
        at = torch.arange(steps, device=rows.device).repeat(len(rows))
        judged = judged_rows(network, self.table, every, at)
        actions = judged.sampled(generator)
        log_probability, value = (
            x.view(-1, steps) for x in (judged.log_probability(actions), judged.value)
        )
        episodes = episodes_of(self.table.quality[rows], actions.view(-1, steps))
        advantage = advantages(
            episodes.rewards(self.reward),
            value,
            episodes.is_open,
            discount=self.discount,
            smoothing=self.smoothing,
        )
        return _Known(rows, episodes, log_probability, value, advantage)

    def _loss(self, network: AnnotationPolicy, known: _Known, part: Int[Tensor, "m 2"]) -> Loss:
        at = tuple(part.T)
        judged = judged_rows(network, self.table, known.rows[at[0]], at[1])
        advantage = known.advantage[at]
        normal = (advantage - advantage.mean()) / (advantage.std(correction=0) + 1e-8)
        ratio = judged.log_probability(known.episodes.actions[at]) - known.log_probability[at]
        loss = -clipped_objective(ratio, normal, self.clip)
        surprise = judged.value - (advantage + known.value[at])
        loss = loss + self.value_weight * surprise.square().mean()
        loss = loss - self.entropy_weight * judged.entropy().mean()
        return Loss(loss, float(known.episodes.quality[:, -1].mean()))


@dataclass(frozen=True, eq=False)
class _Known:
    """Episodes, what the old policy thought of them, and how good their actions were."""

    rows: Int[Tensor, " b"]
    episodes: Episodes
    log_probability: Float[Tensor, "b g"]
    value: Float[Tensor, "b g"]
    advantage: Float[Tensor, "b g"]
