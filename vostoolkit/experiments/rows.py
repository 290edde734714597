"""The rows of Lazy-XMem's tables: the same stages with other arguments."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias, cast

from vostoolkit.errors import ExperimentError
from vostoolkit.methods.lazy_xmem import LazyXMem
from vostoolkit.stages.decide import EntropyJump
from vostoolkit.stages.decide_random import RandomCalls
from vostoolkit.stages.refine import ClickRefiner, SamHqRefiner
from vostoolkit.stages.uncertainty_quality import QualityScore

_NEVER = math.inf


@dataclass(frozen=True)
class Calibration:
    """What some rows need to know of a preset's networks.

    ``call_rate`` is the share of an object's frames at which ``lazy-xmem`` asks and at which
    ``rand-lazy-xmem`` asks at random. ``score_user`` is the masked entropy from which on Table S2's
    ``score`` rows ask; the paper doesn't give its own. ``quality`` are the weights, a name or a
    file, of the small network that rates masks for ``lazy-qdmn``; ``quality_user`` and
    ``quality_pseudo`` are the falls of its predicted IoU at which that asks and clicks, by default
    those that the paper has for the entropy's jump.
    """

    call_rate: float = RandomCalls.rate
    score_user: float = 0.5
    quality: str | Path = "quality-nano"
    quality_user: float = 0.5
    quality_pseudo: float = 0.2


CALIBRATIONS: Mapping[str, Calibration] = MappingProxyType(
    {
        "nano": Calibration(
            call_rate=0.041, score_user=0.7, quality_user=0.067, quality_pseudo=0.04
        ),
        "paper": Calibration(),
    }
)
"""By preset. Those of ``nano`` are from clips of no data set (benchmarks/calibration.py)."""


def table_row(
    name: str, method: LazyXMem, *, calibration: Calibration | None = None, seed: int = 0
) -> LazyXMem:
    """The method as a row of Lazy-XMem's tables has it; see `ROWS` for the names.

    ``method`` brings networks and thresholds. As in the paper, nobody is asked about lost objects
    but in ``lazy-xmem-lost``, which is ours.

    Raises:
        ExperimentError: no such row.
        WeightsError: the weights for ``lazy-qdmn`` aren't there.

    Source: Lazy-XMem, Tables 1, 2, S1 and S2.
    Note: the paper's Lazy-QDMN propagates with QDMN too. Here it has the method's propagator, so
    that nothing but the score differs from ``lazy-xmem``.
    """
    if name not in ROWS:
        raise ExperimentError(f"no row {name!r}: there are {', '.join(ROWS)}")
    return ROWS[name](method, calibration or Calibration(), seed)


Row: TypeAlias = Callable[[LazyXMem, Calibration, int], LazyXMem]


def _row(
    *,
    asks: bool = True,
    clicks_itself: bool = True,
    udu: bool = True,
    idu: bool = True,
    pseudo_idu: bool = False,
    about_lost: bool = False,
) -> Row:
    """A row that says who corrects and what goes into memory."""

    def made(method: LazyXMem, calibration: Calibration, seed: int) -> LazyXMem:
        own = cast(EntropyJump, method.decide)
        user = own.tau_user if asks else _NEVER
        pseudo = own.tau_pseudo if clicks_itself else user
        decide = replace(own, tau_user=user, tau_pseudo=pseudo, ask_when_lost=about_lost)
        update = replace(
            method.update,
            uncertainty_driven=udu,
            interaction_driven=idu,
            pseudo_driven=pseudo_idu,
        )
        return replace(method, decide=decide, update=update)

    return made


def _with_mask(method: LazyXMem, calibration: Calibration, seed: int) -> LazyXMem:
    """The present mask is always a prompt beside the clicks."""
    row = _row(clicks_itself=False)(method, calibration, seed)
    if not isinstance(row.refine, ClickRefiner | SamHqRefiner):
        raise ExperimentError(
            f"{type(row.refine).__name__} has no use_previous: give a method with a ClickRefiner "
            "or a SamHqRefiner"
        )
    return replace(row, refine=replace(row.refine, use_previous="always"))


def _at_random(method: LazyXMem, calibration: Calibration, seed: int) -> LazyXMem:
    """As often as ``lazy-xmem``, but at random."""
    row = _row(asks=False)(method, calibration, seed)
    return replace(row, decide=RandomCalls(calibration.call_rate, seed, row.decide))


def _by_quality(method: LazyXMem, calibration: Calibration, seed: int) -> LazyXMem:
    """Asks and clicks where the IoU that a network predicts falls."""
    row = _row()(method, calibration, seed)
    own = cast(EntropyJump, row.decide)
    decide = replace(own, tau_user=calibration.quality_user, tau_pseudo=calibration.quality_pseudo)
    return replace(row, uncertainty=QualityScore.load(calibration.quality), decide=decide)


def _by_score(*, idu: bool) -> Row:
    """Asks where the masked entropy itself is high, not where it jumps."""

    def made(method: LazyXMem, calibration: Calibration, seed: int) -> LazyXMem:
        row = _row(asks=False, clicks_itself=False, idu=idu)(method, calibration, seed)
        decide = cast(EntropyJump, row.decide)
        return replace(row, decide=replace(decide, score_user=calibration.score_user))

    return made


ROWS: Mapping[str, Row] = MappingProxyType(
    {
        "xmem": _row(asks=False, clicks_itself=False, udu=False),
        "xmem-udu": _row(asks=False, clicks_itself=False),
        "xmem-udu-user": _row(clicks_itself=False, idu=False),
        "xmem-udu-idu": _row(clicks_itself=False),
        "xmem-udu-idu-mask": _with_mask,
        "lazy-xmem": _row(),
        "lazy-xmem-pseudo-idu": _row(pseudo_idu=True),
        "lazy-xmem-dagger": _row(asks=False),
        "rand-lazy-xmem": _at_random,
        "lazy-qdmn": _by_quality,
        "score-udu-user": _by_score(idu=False),
        "score-udu-idu": _by_score(idu=True),
        "lazy-xmem-lost": _row(about_lost=True),
    }
)
"""``xmem`` is the sVOS baseline, which corrects nothing; ``-udu`` and ``-idu`` add memory rules,
``-user`` a person without IDU, ``-mask`` the mask as a prompt, ``-dagger`` is Lazy-XMem without a
person, ``lazy-qdmn`` goes by a network's rating of masks, ``score-`` asks by the entropy itself,
and ``-lost`` asks about lost objects too."""
