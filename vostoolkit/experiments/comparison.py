"""Results beside published ones, and whether the paper's orderings hold here."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from vostoolkit.errors import ExperimentError
from vostoolkit.experiments.grid import RESULTS
from vostoolkit.experiments.published import CLAIMS, SETTINGS, TABLES
from vostoolkit.experiments.report import interval, percent, verdict
from vostoolkit.experiments.store import Store

_NOT_RUN = "not run"
SHARES = ("J&F", "R@0.1", "R@0.25", "R@0.5")
HERE, PAPER = "here: mean over clips [95 %]", "published: LVOS val, the paper's networks"


def read_results(path: str | Path) -> pd.DataFrame:
    """The finished experiments of a grid's folder, or of the ``results.csv`` of a report.

    Raises:
        ExperimentError: there are none.
    """
    path = Path(path)
    if path.suffix == ".csv" and path.is_file():
        return pd.read_csv(path)
    if not (path / RESULTS).is_file():
        raise ExperimentError(f"no results in {path}: give a grid's folder, or a results.csv")
    rows: Any = Store(path / RESULTS).table()
    if rows.empty:
        raise ExperimentError(f"{path} holds no finished experiment yet")
    return rows[rows["error"] == ""]


def beside_published(rows: pd.DataFrame, table: str) -> pd.DataFrame:
    """A line for each row of a table, and for what was run beside: our numbers, and the paper's.

    What was run with other settings than the table's (`SETTINGS`) is left out, and a row that
    wasn't run is said to be so. J&F and R@ are in percent. NoI is the sum over clips, ΔI is pooled
    over all objects as the paper's seems to be, N_ΔI a mean over clips of the mean over objects.

    Raises:
        ExperimentError: no such table, or none of its rows was run.
    """
    rows = _of_table(rows, table)
    found: dict[str, dict[tuple[str, str], object]] = {}
    published = {name for names in TABLES.values() for name in names}
    for name in [*TABLES[table], *(r for r in _names(rows) if r not in published)]:
        own = _of(rows, name)
        paper = TABLES[table][name].values() if name in TABLES[table] else {}
        line: dict[tuple[str, str], object] = {(HERE, "clips"): len(own)}
        for share in SHARES:
            known = own[share].dropna().tolist()
            line[HERE, share] = percent(interval(known)) if known else _NOT_RUN
        line |= {(HERE, measure): text for measure, text in _work(own).items()}
        for measure in (*SHARES, "NoI", "ΔI in s", "N_ΔI"):
            line[PAPER, measure] = _published(paper, measure)
        found[name] = line
    return pd.DataFrame.from_dict(found, orient="index")


def orderings(rows: pd.DataFrame, table: str, measure: str = "J&F") -> pd.DataFrame:
    """Which of the paper's orderings hold: differences clip by clip, with their intervals.

    ``here`` is "holds" or "reversed" where the interval leaves 0 out, and "open" otherwise.

    Raises:
        ExperimentError: no such table, or none of its rows was run.
    """
    rows = _of_table(rows, table)
    found: list[dict[str, object]] = []
    for better, worse in CLAIMS[table]:
        pair = [_of(rows, name)[measure] for name in (better, worse)]
        difference = (pair[0] - pair[1]).dropna()
        if difference.empty:
            continue
        held = interval(difference.tolist())
        paper = [TABLES[table][name].values()[measure] or 0.0 for name in (better, worse)]
        found.append(
            {
                "ordering": f"{better} > {worse}",
                "published difference": f"{100 * (paper[0] - paper[1]):+.1f}",
                "difference here": percent(held, sign="+"),
                "clips": len(difference),
                "here": verdict(held),
            }
        )
    return pd.DataFrame(found).set_index("ordering") if found else pd.DataFrame(found)


def _of_table(rows: pd.DataFrame, table: str) -> pd.DataFrame:
    """The rows that were run with the settings of a table."""
    if table not in TABLES:
        raise ExperimentError(f"no table {table!r}: there are {', '.join(TABLES)}")
    held: Any = rows
    for name, wanted in SETTINGS[table].items():
        if name in held:
            held = held[held[name].fillna(SETTINGS["1"][name]) == wanted]
        elif wanted != SETTINGS["1"][name]:
            held = held[:0]
    if "row" not in held or not set(_names(held)) & set(TABLES[table]):
        settings = ", ".join(f"{name}={value}" for name, value in SETTINGS[table].items())
        raise ExperimentError(
            f"none of these experiments is a row of table {table} ({settings}): run "
            f"examples/grids/lazy-xmem-table-{table.lower()}.toml"
        )
    return held


def _names(rows: pd.DataFrame) -> Sequence[str]:
    return [str(name) for name in rows["row"].dropna().unique()]


def _of(rows: pd.DataFrame, name: str) -> Any:
    """The numbers of one row of a table, a mean over seeds for each clip."""
    return rows[rows["row"] == name].groupby("clip").mean(numeric_only=True)


def _work(own: Any) -> dict[str, str]:
    """A person's work; a dash where none was called."""
    if not own["NoI"].any():
        return dict.fromkeys(("NoI", "ΔI in s", "N_ΔI"), "–")
    intervals = own["NoI"] + own["objects"]
    pooled = float((own["dI_s"] * intervals).sum() / intervals.sum())
    dispersed = interval(own["NDI_mean"].tolist())
    numbers = (f"{own['NoI'].sum():.0f}", f"{pooled:.1f}", f"{dispersed.mean:.2f}")
    return dict(zip(("NoI", "ΔI in s", "N_ΔI"), numbers, strict=True))


def _published(paper: dict[str, float | None], measure: str) -> str:
    key = {"ΔI in s": "dI_s", "N_ΔI": "NDI_mean"}.get(measure, measure)
    value = paper.get(key)
    if value is None:
        return "–"
    return f"{100 * value:.1f}" if measure in SHARES else f"{value:g}"
