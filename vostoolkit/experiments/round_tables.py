"""What the papers of methods in rounds report, line by line; shown beside ours, never mixed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

import pandas as pd

from vostoolkit.errors import ExperimentError
from vostoolkit.experiments.report import interval, percent, verdict

_NOT_RUN = "not run"
_FEWEST = 5
"""Clips of which an interval says something."""


@dataclass(frozen=True)
class Line:
    """One value: whose runs it is of, by which of `rounds.by_round`'s numbers, and the paper's.

    ``paper`` is in percent, None where the paper has no number for it.
    """

    row: str
    measure: str
    paper: float | None = None


@dataclass(frozen=True)
class RoundTable:
    """Lines by name, pairs of names of which the first is higher in the paper, and on what."""

    lines: Mapping[str, Line]
    claims: tuple[tuple[str, str], ...]
    data: str


def beside_paper(rows: pd.DataFrame, table: str) -> pd.DataFrame:
    """Our mean over clips with its interval beside the paper's value, a row for each line, in %.

    Raises:
        ExperimentError: no such table, or none of its rows was run.
    """
    known = _table(rows, table)
    found: dict[str, dict[str, object]] = {}
    for name, line in known.lines.items():
        own = _values(rows, line)
        found[name] = {
            "clips": len(own),
            "here: mean [95 %]": percent(interval(own.tolist())) if len(own) else _NOT_RUN,
            f"published: {known.data}": "–" if line.paper is None else f"{line.paper:.1f}",
        }
    return pd.DataFrame.from_dict(found, orient="index")


def claims_beside_paper(rows: pd.DataFrame, table: str) -> pd.DataFrame:
    """Which of the paper's orderings hold: differences clip by clip, with their intervals.

    The last column is "holds" or "reversed" where the interval leaves 0 out, and "open" otherwise;
    of fewer than five clips it says nothing.

    Raises:
        ExperimentError: no such table, or none of its rows was run.
    """
    known = _table(rows, table)
    found: dict[str, dict[str, object]] = {}
    for higher, lower in known.claims:
        pair = [known.lines[name] for name in (higher, lower)]
        differences = (_values(rows, pair[0]) - _values(rows, pair[1])).dropna()
        if differences.empty:
            continue
        held = interval(differences.tolist())
        papers = [line.paper for line in pair if line.paper is not None]
        found[f"{higher} > {lower}"] = {
            "published": f"{papers[0] - papers[1]:+.1f}" if len(papers) == 2 else "higher",
            "here": percent(held, sign="+"),
            "clips": len(differences),
            "": verdict(held) if len(differences) >= _FEWEST else "too few clips",
        }
    return pd.DataFrame.from_dict(found, orient="index")


def _table(rows: pd.DataFrame, table: str) -> RoundTable:
    if table not in ROUND_TABLES:
        raise ExperimentError(f"no table {table!r}: there are {', '.join(ROUND_TABLES)}")
    known = ROUND_TABLES[table]
    if "row" not in rows or not {line.row for line in known.lines.values()} & set(rows["row"]):
        raise ExperimentError(
            f"none of these experiments is of table {table!r}: run the paper's grid, see "
            "examples/grids"
        )
    return known


def _values(rows: pd.DataFrame, line: Line) -> Any:
    """One value for each clip, the mean over seeds."""
    own = rows[rows["row"] == line.row]
    if line.measure not in own:
        return pd.Series(dtype=float)
    means: Any = own.groupby("clip")[line.measure].mean()
    return means.dropna()


Values: TypeAlias = tuple[float, float, float, float, float]


def _annotated(data: str, paper: Values) -> RoundTable:
    """XMem++ beside XMem, at 1, 5 and 10 frames."""
    names = ("XMem, 1 frame", "XMem, 5", "XMem, 10", "XMem++, 5", "XMem++, 10")
    cells = ("xmem-5", 1), ("xmem-5", 2), ("xmem-10", 2), ("xmem++-5", 2), ("xmem++-10", 2)
    return RoundTable(
        {
            name: Line(row, f"others@{number}", value)
            for name, (row, number), value in zip(names, cells, paper, strict=True)
        },
        (
            ("XMem++, 5", "XMem, 5"),
            ("XMem++, 10", "XMem, 10"),
            ("XMem++, 5", "XMem, 10"),
            ("XMem++, 10", "XMem++, 5"),
        ),
        data,
    )


_DAVIS = "DAVIS 2017 val"

ROUND_TABLES: Mapping[str, RoundTable] = MappingProxyType(
    {
        "xmem++, 1": _annotated("LVOS val", (48.2, 61.2, 67.9, 72.7, 81.0)),
        "xmem++, 2": _annotated("MOSE train", (60.6, 72.2, 81.5, 80.8, 86.5)),
        "xmem++, frames": RoundTable(
            {
                "suggested": Line("xmem++-5-suggested", "others@2"),
                "uniform": Line("xmem++-5", "others@2"),
                "random": Line("xmem++-5-random", "others@2"),
            },
            (("suggested", "random"), ("suggested", "uniform"), ("uniform", "random")),
            "no table, only said",
        ),
        "mivos, 5": RoundTable(
            {
                "baseline": Line("mivos-full", "J&F@3", 86.6),
                "+ top-k": Line("mivos-none", "J&F@3", 88.0),
                "+ linear blending": Line("mivos-linear", "J&F@3"),
                "+ difference-aware fusion": Line("mivos", "J&F@3", 88.5),
                "drawn masks": Line("mivos-masks", "J&F@3", 90.7),
                "baseline, every frame kept": Line("mivos-full-every", "J&F@3"),
                "+ top-k, every frame kept": Line("mivos-none-every", "J&F@3"),
            },
            (
                ("+ top-k", "baseline"),
                ("+ top-k, every frame kept", "baseline, every frame kept"),
                ("+ difference-aware fusion", "+ top-k"),
                ("+ difference-aware fusion", "+ linear blending"),
                ("drawn masks", "+ difference-aware fusion"),
            ),
            f"{_DAVIS}, at 60 s",
        ),
        "mivos, 6": RoundTable(
            {
                "J after round 1": Line("mivos", "J@1", 83.8),
                "J after round 2": Line("mivos", "J@2", 85.4),
                "J after round 3": Line("mivos", "J@3", 86.0),
            },
            (("J after round 2", "J after round 1"), ("J after round 3", "J after round 2")),
            "5 videos, 10 people",
        ),
        "idpro, 3": RoundTable(
            {
                f"{f} frame{'s' * (f > 1)}, round {r}": Line(f"idpro-{f}", f"J&F@{r}", paper)
                for f, r, paper in (
                    (1, 1, 85.4),
                    (1, 3, 87.3),
                    (2, 1, 86.2),
                    (2, 3, 87.9),
                    (3, 1, 87.0),
                    (3, 3, 89.1),
                )
            },
            (
                ("3 frames, round 1", "1 frame, round 1"),
                ("1 frame, round 3", "3 frames, round 1"),
                ("3 frames, round 3", "1 frame, round 3"),
            ),
            f"{_DAVIS}, R50, at 60 s",
        ),
        "idpro, 2": RoundTable(
            {
                "each frame alone": Line("idpro-3-alone", "J&F@3"),
                "carried once": Line("idpro-3-once", "J&F@3", 89.3),
                "the method": Line("idpro-3", "J&F@3", 89.6),
            },
            (("the method", "carried once"), ("the method", "each frame alone")),
            f"{_DAVIS}, Swin-B, at 60 s",
        ),
        "eva-vos, 3": RoundTable(
            {
                "EVA-VOS": Line("eva", "area@300s"),
                "random frames and kinds": Line("eva-random", "area@300s"),
                "random frames, clicks": Line("eva-clicks", "area@300s"),
                "random frames, masks": Line("eva-masks", "area@300s"),
                "oracle of both": Line("eva-oracle", "area@300s"),
                "its frames, masks": Line("eva-frames", "area@300s"),
                "oracle's frames, masks": Line("eva-frames-oracle", "area@300s"),
            },
            (
                ("EVA-VOS", "random frames and kinds"),
                ("EVA-VOS", "random frames, masks"),
                ("EVA-VOS", "random frames, clicks"),
                ("oracle of both", "EVA-VOS"),
                ("its frames, masks", "random frames, masks"),
                ("oracle's frames, masks", "its frames, masks"),
            ),
            "MOSE, curves only",
        ),
    }
)
"""By paper and table or figure. XMem++'s J&F are the means of its J and F. MiVOS's line "+ top-k"
is the paper's with BL30K too. IDPro's Table I is in its Table III. EVA-VOS has curves and says of
them: J&F 0.85 after 29.8 hours, with masks only 3.5 times later, and with masks on its frames after
80.7 hours, 26.7 sooner than on random ones."""
