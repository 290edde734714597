"""How well masks are rated on procedural clips that no training has seen, and of what use it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

from vostoolkit.methods.eva_vos import EvaVos
from vostoolkit.metrics.overlap import iou
from vostoolkit.networks.quality_aware import QualityAware
from vostoolkit.protocols import FrameSelector
from vostoolkit.session import Session
from vostoolkit.stages.propagate_xmem import XMemPropagator
from vostoolkit.stages.refine import ClickRefiner
from vostoolkit.stages.select_annotation import FixedAnnotation
from vostoolkit.stages.select_frame import QualityDistance, RandomFrames
from vostoolkit.stages.uncertainty import MaskedEntropy
from vostoolkit.stages.uncertainty_quality import QualityScore
from vostoolkit.training.judged import Judged, Scored, carried, failure_area, rank_correlation
from vostoolkit.users import EvaAnnotator, EvaRounds

_SMALLEST = 20


@dataclass(frozen=True)
class Rated:
    """How well a score tells good masks from bad ones.

    ``correlation`` is Spearman's with J, ``failure_area`` the chance that a failed mask gets the
    worse score, ``error`` the mean absolute error where the score is one minus a predicted J.
    """

    correlation: float
    failure_area: float
    error: float


def rated(network: QualityAware, clips: Sequence[Judged]) -> tuple[Rated, Rated]:
    """How well the network rates the embedded network's masks, and how well their entropy does.

    The error beside the entropy is that of always saying the median J.
    """
    propagator = XMemPropagator.nano(device="cpu")
    measures = (QualityScore(network, 256, device="cpu"), MaskedEntropy())
    by_network, by_entropy = (
        [scored for clip in clips for scored in carried(propagator, clip, uncertainty=measure)]
        for measure in measures
    )
    middle = median(scored.j for scored in by_entropy)
    return (
        _rated(by_network, fmean(abs(1 - s.score - s.j) for s in by_network)),
        _rated(by_entropy, fmean(abs(s.j - middle) for s in by_entropy)),
    )


def suggested_overlaps(network: QualityAware, clips: Sequence[Judged]) -> tuple[float, float]:
    """Mean J after a second frame was drawn: the suggested one, and one drawn by chance.

    The first frame is drawn too; masks are carried on from both.
    """
    by_features = QualityDistance(network, side=128, device="cpu")
    found = [(_after(clip, by_features), _after(clip, RandomFrames())) for clip in clips]
    suggested, random = zip(*found, strict=True)
    return fmean(suggested), fmean(random)


def _after(clip: Judged, suggest: FrameSelector) -> float:
    method = EvaVos(
        XMemPropagator.nano(device="cpu"),
        ClickRefiner(device="cpu"),
        suggest=suggest,
        choose=FixedAnnotation("mask"),
    )
    session = Session(method, clip.video)
    session.play(EvaRounds(EvaAnnotator(clip.truth, objects=clip.objects), rounds=2))
    scores: list[float] = []
    for index in range(len(clip.video)):
        truth, ours = clip.truth(index), session.labels(index)
        if truth is not None:
            seen = [o for o in clip.objects if int((truth == o).sum()) >= _SMALLEST]
            scores += [iou(ours == o, truth == o) for o in seen]
    return fmean(scores)


def _rated(scored: Sequence[Scored], error: float) -> Rated:
    return Rated(rank_correlation(scored), failure_area(scored), error)
