"""Which network learns what from which pool: one recipe for each small network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from vostoolkit.networks.across_frame import ACROSS_FRAME_SMALL, AcrossFrame
from vostoolkit.networks.annotation_policy import POLICY_NANO, AnnotationPolicy
from vostoolkit.networks.click import ClickNetwork
from vostoolkit.networks.fusion import FUSION_NANO, FusionNetwork
from vostoolkit.networks.xmem import NANO, XMem
from vostoolkit.training.learn_click import LearnClick
from vostoolkit.training.learn_fusion import LearnFusion
from vostoolkit.training.learn_identities import LearnIdentities, on_encoder_of
from vostoolkit.training.learn_interaction import LearnInteraction
from vostoolkit.training.learn_policy import LearnPolicy
from vostoolkit.training.learn_propagation import LearnPropagation
from vostoolkit.training.learn_quality import LearnQuality, on_encoders_of
from vostoolkit.training.loop import Learner, Optimisation
from vostoolkit.training.outcomes import Simulation, pooled_clips
from vostoolkit.training.pool import Pool, PoolPlan
from vostoolkit.weights import load_weights


@dataclass(frozen=True)
class Recipe:
    """Everything about a training that isn't the machine's: `minutes` are for two quiet cores.

    `begins_with` says which of the first weights `network` doesn't draw by chance.
    """

    name: str
    network: Callable[[], nn.Module]
    learner: Callable[[Pool, torch.device], Learner]
    plan: PoolPlan
    optimisation: Optimisation
    minutes: float
    begins_with: str = "random weights"


def nano() -> Recipe:
    """The embedded propagation network, stride 8, 0.56 million parameters.

    Most of its clips are staged, and most of the others lifelike: bodies of many materials on
    ground, near and far.
    """
    return Recipe(
        name="nano",
        network=lambda: XMem(NANO),
        learner=lambda pool, device: LearnPropagation(pool, device),
        plan=PoolPlan(
            clips=2560, stamps=8, easy_share=0.25, seed=7, lifelike_share=0.6, staged_share=0.6
        ),
        optimisation=Optimisation(learning_rate=1e-3),
        minutes=85.0,
    )


def click() -> Recipe:
    """The embedded click network, 1.15 million parameters.

    Its pictures are larger, so that close-ups have their detail; most of them are staged, and most
    of the others lifelike.
    """
    return Recipe(
        name="click",
        network=ClickNetwork,
        learner=lambda pool, device: LearnClick(pool, device),
        plan=PoolPlan(clips=4096, stamps=2, size=192, seed=5, lifelike_share=0.7, staged_share=0.6),
        optimisation=Optimisation(learning_rate=6e-4),
        minutes=65.0,
    )


def aot_nano() -> Recipe:
    """The small network that carries ten objects in one pass; it learns from nano's clips."""
    return Recipe(
        name="aot-nano",
        network=lambda: on_encoder_of(_embedded()),
        learner=lambda pool, device: LearnIdentities(pool, device),
        plan=nano().plan,
        optimisation=Optimisation(learning_rate=1.5e-3),
        minutes=60.0,
        begins_with="the key encoder of nano, else random weights",
    )


def fusion_nano() -> Recipe:
    """The small network that fuses the masks of two rounds; it learns from nano's mistakes."""
    return Recipe(
        name="fusion-nano",
        network=lambda: FusionNetwork(FUSION_NANO),
        learner=lambda pool, device: LearnFusion(pool, device, _embedded().to(device)),
        plan=nano().plan,
        optimisation=Optimisation(learning_rate=2e-3, warmup_steps=20, average=0.98),
        minutes=10.0,
    )


def interact_nano() -> Recipe:
    """The small network that makes masks of several frames from the strokes on all of them."""
    return Recipe(
        name="interact-nano",
        network=lambda: AcrossFrame(ACROSS_FRAME_SMALL),
        learner=lambda pool, device: LearnInteraction(pool, device),
        plan=nano().plan,
        optimisation=Optimisation(),
        minutes=40.0,
    )


def quality_nano() -> Recipe:
    """The small network that rates masks: QDMN's score, and what EVA-VOS chooses frames by.

    One network serves both, since both ask how good a mask of a frame is; it begins with encoders
    that know pictures and masks already, which two trunks of EVA-VOS's kind would have to learn.
    """
    return Recipe(
        name="quality-nano",
        network=lambda: on_encoders_of(_embedded()),
        learner=lambda pool, device: LearnQuality(pool, device, _embedded().to(device)),
        plan=nano().plan,
        optimisation=Optimisation(learning_rate=1e-3),
        minutes=9.0,
        begins_with="the encoders of nano, else random weights",
    )


def policy_nano() -> Recipe:
    """EVA-VOS's annotation policy, small: it learns from what clicks did in nano's first clips.

    To simulate the clicks takes longer than to learn from them.
    """
    return Recipe(
        name="policy-nano",
        network=lambda: AnnotationPolicy(POLICY_NANO),
        learner=lambda pool, device: LearnPolicy(
            Simulation.nano()(pooled_clips(pool, 200), np.random.default_rng(0)).to(device)
        ),
        plan=nano().plan,
        optimisation=Optimisation(learning_rate=1e-3, warmup_steps=10, average=0.98),
        minutes=2.0,
    )


def _embedded() -> XMem:
    return load_weights(XMem(NANO), "nano").eval()


RECIPES: dict[str, Callable[[], Recipe]] = {
    "nano": nano,
    "click": click,
    "aot-nano": aot_nano,
    "fusion-nano": fusion_nano,
    "interact-nano": interact_nano,
    "quality-nano": quality_nano,
    "policy-nano": policy_nano,
}
