"""The rows of the tables of methods in rounds: a method, and what its person does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, cast

from vostoolkit.errors import ExperimentError
from vostoolkit.experiments.temporary import Temporary
from vostoolkit.methods.eva_vos import EvaVos
from vostoolkit.methods.idpro import IDPro
from vostoolkit.methods.mivos import MiVOS
from vostoolkit.methods.xmem_plus_plus import XMemPlusPlus
from vostoolkit.protocols import FrameSelector, Method, Propagator
from vostoolkit.schedule import until_corrected
from vostoolkit.stages.fuse import LinearBlend
from vostoolkit.stages.select_annotation import RandomAnnotation
from vostoolkit.stages.select_frame import RandomFrames, UniformFrames
from vostoolkit.users.truth import Truth
from vostoolkit.users.worst_frame import WorstFrame

Person: TypeAlias = Literal["marks", "clicks", "masks", "asked", "best"]
"""``marks`` scribbles, or where the networks take clicks, clicks three times, looking each time;
``clicks`` gives three at once; ``masks`` draws; ``asked`` gives what the method asks for, and
``best`` what brings most a second."""


@dataclass(frozen=True, eq=False)
class Setting:
    """What a row is made for: the networks ("nano", "paper"), a device, lots, and a truth."""

    networks: str
    truth: Truth
    device: str | None = None
    seed: int = 0


Where: TypeAlias = Callable[[Setting], FrameSelector]


@dataclass(frozen=True)
class RoundRow:
    """A method, and a person who annotates so many ``frames`` in each of some ``rounds``.

    The first round's are spread over the video, or it is frame 0 alone; then ``where`` chooses
    (None: the method does).
    """

    method: Callable[[Setting], Method]
    person: Person
    where: Where | None = None
    rounds: int = 3
    frames: int = 1
    is_spread: bool = False


def round_method(row: str, setting: Setting) -> Method:
    """The method of a row; see `ROUND_ROWS` for the names.

    Raises:
        ExperimentError: no such row.
    """
    return round_row(row).method(setting)


def round_row(name: str) -> RoundRow:
    """The row of this name.

    Raises:
        ExperimentError: there is none.
    """
    if name not in ROUND_ROWS:
        raise ExperimentError(f"no row {name!r}: there are {', '.join(ROUND_ROWS)}")
    return ROUND_ROWS[name]


def _worst(setting: Setting) -> FrameSelector:
    return WorstFrame(setting.truth)


def _uniform(setting: Setting) -> FrameSelector:
    return UniformFrames()


def _random(setting: Setting) -> FrameSelector:
    return RandomFrames(setting.seed)


def _suggested(setting: Setting) -> FrameSelector:
    method = XMemPlusPlus.preset(setting.networks, device=setting.device)
    return cast(FrameSelector, method.suggest)


def _xmem_plus_plus(setting: Setting) -> XMemPlusPlus:
    method = XMemPlusPlus.preset(setting.networks, device=setting.device)
    return replace(method, suggest=None)


def _xmem(setting: Setting) -> XMemPlusPlus:
    method = _xmem_plus_plus(setting)
    return replace(method, propagator=Temporary(method.propagator))


def _mivos(*, top_k: bool = True, **changes: Any) -> Callable[[Setting], Method]:
    def made(setting: Setting) -> Method:
        method = replace(MiVOS.preset(setting.networks, device=setting.device), **changes)
        return method if top_k else replace(method, propagator=_full(method.propagator))

    return made


def _full(propagator: Any) -> Propagator[Any]:
    """The propagator, each place of which reads all of memory."""
    return replace(propagator, top_k=None)


def _idpro(**changes: Any) -> Callable[[Setting], Method]:
    def made(setting: Setting) -> Method:
        return replace(IDPro.preset(setting.networks, device=setting.device), **changes)

    return made


def _eva(**changes: Any) -> Callable[[Setting], Method]:
    def made(setting: Setting) -> Method:
        return replace(EvaVos.preset(setting.networks, device=setting.device), **changes)

    return made


def _by_chance(setting: Setting) -> Method:
    choose = RandomAnnotation(seed=setting.seed)
    return _eva(suggest=RandomFrames(setting.seed), choose=choose)(setting)


def _several(frames: int, method: Callable[[Setting], Method], where: Where = _uniform) -> RoundRow:
    """Frame 0, then so many in all; each with its mask."""
    return RoundRow(method, "masks", where, rounds=2, frames=frames - 1)


_EVA_ROUNDS = 5

ROUND_ROWS: Mapping[str, RoundRow] = MappingProxyType(
    {
        **{f"xmem-{k}": _several(k, _xmem) for k in (5, 10)},
        **{f"xmem++-{k}": _several(k, _xmem_plus_plus) for k in (5, 10)},
        "xmem++-5-suggested": _several(5, _xmem_plus_plus, _suggested),
        "xmem++-5-random": _several(5, _xmem_plus_plus, _random),
        "mivos": RoundRow(_mivos(), "marks", _worst),
        "mivos-linear": RoundRow(_mivos(fuse=LinearBlend()), "marks", _worst),
        "mivos-none": RoundRow(_mivos(fuse=None), "marks", _worst),
        "mivos-full": RoundRow(_mivos(top_k=False, fuse=None), "marks", _worst),
        "mivos-none-every": RoundRow(_mivos(fuse=None, every=1), "marks", _worst),
        "mivos-full-every": RoundRow(_mivos(top_k=False, fuse=None, every=1), "marks", _worst),
        "mivos-masks": RoundRow(_mivos(), "masks", _worst),
        **{
            f"idpro-{f}": RoundRow(_idpro(), "marks", _worst, frames=f, is_spread=True)
            for f in (1, 2, 3)
        },
        "idpro-3-alone": RoundRow(_idpro(across=None), "marks", _worst, frames=3, is_spread=True),
        "idpro-3-once": RoundRow(
            _idpro(schedule=until_corrected),
            "marks",
            _worst,
            frames=3,
            is_spread=True,
        ),
        "eva": RoundRow(_eva(), "asked", rounds=_EVA_ROUNDS),
        "eva-random": RoundRow(_by_chance, "asked", rounds=_EVA_ROUNDS),
        "eva-clicks": RoundRow(_eva(suggest=None), "clicks", _random, rounds=_EVA_ROUNDS),
        "eva-masks": RoundRow(_eva(suggest=None), "masks", _random, rounds=_EVA_ROUNDS),
        "eva-oracle": RoundRow(_eva(suggest=None), "best", _worst, rounds=_EVA_ROUNDS),
        "eva-frames": RoundRow(_eva(), "masks", rounds=_EVA_ROUNDS),
        "eva-frames-oracle": RoundRow(_eva(suggest=None), "masks", _worst, rounds=_EVA_ROUNDS),
    }
)
"""XMem++ beside XMem, with so many annotated frames, spread evenly, suggested or drawn; MiVOS with
its fusion, linear blending, none, without top-k too (``full``), with every frame in memory
(``every``) and with drawn masks; IDPro with so many frames a round, each ``alone``, or carried up
to the next annotated frame ``once``; EVA-VOS's frames and kinds, and what they're compared with."""
