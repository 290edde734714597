"""Scores on procedural clips that no training has seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool
from torch import nn

from vostoolkit.data.synthetic.casting import LIFELIKE, MIXED, Difficulty
from vostoolkit.data.synthetic.clip import EVALUATION_SEEDS, SyntheticClip, synthetic_clip
from vostoolkit.masks import Masks
from vostoolkit.networks.across_frame import AcrossFrame
from vostoolkit.networks.annotation_policy import AnnotationPolicy
from vostoolkit.networks.aot import Aot
from vostoolkit.networks.click import ClickNetwork, predict_mask
from vostoolkit.networks.fusion import FusionNetwork
from vostoolkit.networks.quality_aware import QualityAware
from vostoolkit.networks.xmem import NANO, XMem
from vostoolkit.prompts import Click
from vostoolkit.protocols import Propagator
from vostoolkit.stages.propagate_aot import AotPropagator
from vostoolkit.stages.propagate_xmem import XMemPropagator
from vostoolkit.training.held_out_fusion import fused_overlaps
from vostoolkit.training.held_out_interaction import interacted_overlaps
from vostoolkit.training.held_out_policy import chosen_rewards
from vostoolkit.training.held_out_quality import rated, suggested_overlaps
from vostoolkit.training.judged import procedural_clips
from vostoolkit.training.simulated_clicks import error_click
from vostoolkit.weights import load_weights

_SMALLEST = 20


@dataclass(frozen=True)
class Score:
    """A measured number, what it is, and over how many clips it is a mean."""

    what: str
    value: float
    clips: int


def held_out_scores(network: nn.Module, *, clips: int = 16) -> tuple[Score, ...]:
    """Scores of a network of any recipe on the first evaluation seeds.

    Raises:
        TypeError: a network of another kind.
    """
    seeds = EVALUATION_SEEDS[:clips]
    if isinstance(network, XMem | Aot):
        examples = [_propagation_clip(seed) for seed in seeds]
        ours = np.nanmean([propagated_overlap(network, clip) for clip in examples])
        copied = np.nanmean([copied_overlap(clip) for clip in examples])
        scores = [
            Score("mean J, first mask given, 20 frames", float(ours), clips),
            Score("the same with the first mask copied", float(copied), clips),
        ]
        if isinstance(network, Aot):
            nano = load_weights(XMem(NANO), "nano").eval()
            theirs = np.nanmean([propagated_overlap(nano, clip) for clip in examples])
            scores.append(Score("the same by the embedded XMem", float(theirs), clips))
        return tuple(scores)
    if isinstance(network, ClickNetwork):
        scores: list[Score] = []
        for kind, difficulty in (("", MIXED), (", lifelike", LIFELIKE)):
            examples = [_click_clip(seed, difficulty) for seed in seeds]
            curves = [clicked_overlaps(network, clip, clicks=5) for clip in examples]
            means = np.mean(curves, axis=0)
            scores += [
                Score(f"IoU after {n} simulated click(s){kind}", float(means[n - 1]), clips)
                for n in (1, 3, 5)
            ]
        return tuple(scores)
    if isinstance(network, FusionNetwork):
        found = fused_overlaps(network, [_propagation_clip(seed) for seed in seeds])
        names = ("not fused", "blended linearly", "fused by the network")
        return tuple(
            Score(f"mean J between two annotated frames, {name}", float(value), clips)
            for name, value in zip(names, found, strict=True)
        )
    if isinstance(network, AcrossFrame):
        examples = [_propagation_clip(seed) for seed in seeds]
        names = (
            "of objects with a stroke on the frame, two frames at once",
            "of objects with one on the other frame, two frames at once",
            "of objects with a stroke on the frame, by the embedded click network",
        )
        return tuple(
            Score(f"mean J {name}", value, clips)
            for name, value in zip(names, interacted_overlaps(network, examples), strict=True)
        )
    if isinstance(network, QualityAware):
        return _quality_scores(network, clips)
    if isinstance(network, AnnotationPolicy):
        return tuple(
            Score(f"reward of an episode, quality a minute: {name}", value, clips)
            for name, value in chosen_rewards(network, list(procedural_clips(clips))).items()
        )
    raise TypeError(f"no held-out score for a {type(network).__name__}")


def _quality_scores(network: QualityAware, clips: int) -> tuple[Score, ...]:
    judged = list(procedural_clips(clips))
    scores: list[Score] = []
    for by, found in zip(
        ("by the network", "by masked entropy"), rated(network, judged), strict=True
    ):
        scores.append(Score(f"Spearman with J, median, {by}", found.correlation, clips))
        scores.append(Score(f"area under ROC for J < .5, {by}", found.failure_area, clips))
        error = "predicted J" if by == "by the network" else "the median J"
        scores.append(Score(f"mean absolute error of {error}", found.error, clips))
    names = ("the suggested frame", "a frame by chance")
    return *scores, *(
        Score(f"mean J after drawing frame 0 and {name}", value, clips)
        for name, value in zip(names, suggested_overlaps(network, judged), strict=True)
    )


def propagated_overlap(network: XMem | Aot, clip: SyntheticClip) -> float:
    """Mean J of all objects over the frames after the first, whose true mask is given."""
    propagator = _propagator(network)
    video, truth = clip.video, clip.masks(0)
    state = propagator.start(video[0], clip.objects)
    _, state = propagator.memorise(video[0], truth, state, tier="permanent")
    scores: list[float] = []
    for frame in list(video)[1:]:
        predicted, state = propagator.propagate(frame, state)
        if frame.index % 5 == 0:
            _, state = propagator.memorise(frame, predicted.masks, state, tier="working")
        scores += _overlaps(predicted.masks, clip, frame.index)
    return float(np.mean(scores)) if scores else float("nan")


def _propagator(network: XMem | Aot) -> Propagator[Any]:
    if isinstance(network, Aot):
        return AotPropagator(network, short_side=256, device="cpu")
    return XMemPropagator(network, short_side=256, is_enlarging=False, device="cpu")


def copied_overlap(clip: SyntheticClip) -> float:
    """The same for the first mask, copied to every frame: what any propagation has to beat."""
    first = clip.masks(0)
    scores = [s for i in range(1, len(clip.video)) for s in _overlaps(first, clip, i)]
    return float(np.mean(scores)) if scores else float("nan")


def clicked_overlaps(network: ClickNetwork, clip: SyntheticClip, *, clicks: int) -> list[float]:
    """IoU on frame 0 after 1, 2, … clicks, each in the middle of the largest error."""
    image, labels = clip.video.rendered(0)
    truth = (labels == 1).astype(np.uint8)
    given: list[Click] = []
    mask = torch.zeros(truth.shape)
    overlaps: list[float] = []
    for _ in range(clicks):
        click = error_click(truth, (mask > 0.5).numpy().astype(np.uint8))
        given += [] if click is None else [click]
        mask = predict_mask(network, image, given, previous=mask if given[1:] else None)
        overlaps.append(_overlap((mask > 0.5).numpy(), truth > 0))
    return overlaps


def _propagation_clip(seed: int) -> SyntheticClip:
    return synthetic_clip(seed, frames=20, size=(128, 192), objects=1 + seed % 2)


def _click_clip(seed: int, difficulty: Difficulty) -> SyntheticClip:
    return synthetic_clip(seed, frames=1, size=(240, 360), objects=1, difficulty=difficulty)


def _overlaps(masks: Masks, clip: SyntheticClip, index: int) -> list[float]:
    """J of each object that has at least 20 pixels in the frame."""
    truth, ours = clip.labels(index), masks.labels()
    seen = [o for o in clip.objects if int((truth == o).sum()) >= _SMALLEST]
    return [_overlap(ours == o, truth == o) for o in seen]


def _overlap(ours: Bool[np.ndarray, "h w"], truth: Bool[np.ndarray, "h w"]) -> float:
    return float((ours & truth).sum() / max(1, int((ours | truth).sum())))
