"""Tables and figures of finished experiments, with confidence intervals over clips."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from vostoolkit.data.export import write_whole
from vostoolkit.errors import ExperimentError

_RESAMPLINGS = 2000


@dataclass(frozen=True)
class Interval:
    """A mean and the ends of its 95 % confidence interval."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        digits = 3 if max(abs(self.low), abs(self.high)) < 2 else 1
        mean, low, high = (f"{value:.{digits}f}" for value in (self.mean, self.low, self.high))
        return f"{mean} [{low}, {high}]"


def interval(values: Sequence[float], *, seed: int = 0) -> Interval:
    """The mean of one value per clip, and its interval: a bootstrap over clips, percentiles.

    Raises:
        ValueError: no values.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.
    """
    held = np.asarray(values, float)
    if not held.size:
        raise ValueError("no values: an interval needs at least one")
    draws = np.random.default_rng(seed).integers(len(held), size=(_RESAMPLINGS, len(held)))
    low, high = np.quantile(held[draws].mean(1), [0.025, 0.975])
    return Interval(float(held.mean()), float(low), float(high))


def percent(held: Interval, *, sign: str = "") -> str:
    """The interval in percent, with "+" as ``sign`` if differences are meant."""
    mean, low, high = (100 * end for end in (held.mean, held.low, held.high))
    return f"{mean:{sign}.1f} [{low:{sign}.1f}, {high:{sign}.1f}]"


def verdict(held: Interval) -> str:
    """What a difference that should be above 0 is: "holds", "reversed", or "open"."""
    if held.low > 0:
        return "holds"
    return "reversed" if held.high < 0 else "open"


def summary_table(
    rows: pd.DataFrame, by: Sequence[str], values: Sequence[str], *, over: str = "clip"
) -> pd.DataFrame:
    """An `Interval` of each value for each combination of ``by``, over the means of each clip.

    ``rows`` are those of `Store.table`. Columns are ``by``, ``clips`` and the values.

    Raises:
        ExperimentError: a column that the rows don't have.
    """
    if missing := [name for name in (*by, *values, over) if name not in rows]:
        raise ExperimentError(
            f"the results have no {', '.join(missing)}: they have {', '.join(map(str, rows))}"
        )
    found: list[dict[str, object]] = []
    good: Any = rows[rows["error"] == ""]
    for key, group in good.groupby(list(by), dropna=False, sort=False):
        means: Any = group.groupby(over)[list(values)].mean()
        line: dict[str, object] = dict(zip(by, cast("tuple[object, ...]", key), strict=True))
        line["clips"] = len(means)
        for name in values:
            known = means[name].dropna().tolist()
            line[name] = interval(known) if known else None
        found.append(line)
    return pd.DataFrame(found)


def write_report(
    rows: pd.DataFrame,
    out: str | Path,
    by: Sequence[str],
    values: Sequence[str],
    *,
    over: str = "clip",
) -> Path:
    """The page ``report.html`` with a table and a figure for each value.

    Beside it are the table as ``report.md``, ``report.tex`` and ``report.csv`` (means and interval
    ends in columns of their own), and all rows as ``results.csv``.

    Raises:
        ExperimentError: a column that the rows don't have.
    """
    out = Path(out)
    table = summary_table(rows, by, values, over=over)
    text = table.map(lambda cell: "–" if cell is None else str(cell))
    flat = table[[*by, "clips"]].copy()
    for name in values:
        for part in ("mean", "low", "high"):
            flat[f"{name} {part}"] = [getattr(c, part, None) for c in table[name]]
    write_whole(out / "results.csv", rows.to_csv(index=False).encode())
    write_whole(out / "report.csv", flat.to_csv(index=False).encode())
    write_whole(out / "report.md", _markdown(text).encode())
    write_whole(out / "report.tex", _latex(text).encode())
    page = out / "report.html"
    failed = sum(error != "" for error in rows["error"])
    runs = f"{len(rows) - failed} runs" + (f"; {failed} more failed" if failed else "")
    write_whole(page, _page(table, text, by, values, f"{runs}. Means over {over}s").encode())
    return page


def _markdown(table: pd.DataFrame) -> str:
    lines = [list(map(str, table.columns)), ["---"] * table.shape[1]]
    lines += [[str(cell).replace("|", "\\|") for cell in row] for row in table.to_numpy()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _latex(table: pd.DataFrame) -> str:
    rows = [[str(c) for c in table.columns], *([str(c) for c in row] for row in table.to_numpy())]
    escaped = [" & ".join(_escaped(cell) for cell in row) + r" \\" for row in rows]
    body = [r"\toprule", escaped[0], r"\midrule", *escaped[1:], r"\bottomrule"]
    columns = "l" * table.shape[1]
    return "\n".join([rf"\begin{{tabular}}{{{columns}}}", *body, r"\end{tabular}"]) + "\n"


def _escaped(text: str) -> str:
    return "".join(f"\\{c}" if c in "&%$#_{}" else c for c in text).replace("–", "--")


def _page(
    table: pd.DataFrame, text: pd.DataFrame, by: Sequence[str], values: Sequence[str], what: str
) -> str:
    from plotly import graph_objects as figures  # here: the core starts without plotly

    names = [", ".join(map(str, row)) for row in table[list(by)].to_numpy()]
    parts: list[str] = []
    for number, value in enumerate(values):
        cells = table[value].tolist()
        points = figures.Scatter(
            x=[getattr(c, "mean", None) for c in cells],
            y=names,
            mode="markers",
            error_x={
                "type": "data",
                "array": [c.high - c.mean if c else 0 for c in cells],
                "arrayminus": [c.mean - c.low if c else 0 for c in cells],
            },
            marker={"color": "#0072B2", "size": 9},
        )
        figure: Any = figures.Figure(points)
        figure.update_layout(
            title=value,
            template="simple_white",
            height=170 + 26 * len(names),
            yaxis={"autorange": "reversed", "automargin": True, "type": "category"},
            xaxis={"showgrid": True},
        )
        parts.append(figure.to_html(full_html=False, include_plotlyjs=number == 0))
    shown = text.to_html(index=False, border=0)
    return _HTML.format(what=what, table=shown, figures="\n".join(parts))


_HTML = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Experiments</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 80em; margin: 2em auto; padding: 0 1em; }}
table {{ border-collapse: collapse; }}
th, td {{ padding: .3em .8em; text-align: left; border-bottom: 1px solid #ddd;
  white-space: nowrap; font-variant-numeric: tabular-nums; }}
</style></head><body>
<h1>Experiments</h1>
<p>{what}, with 95 % confidence intervals (bootstrap).</p>
{table}
{figures}
</body></html>
"""
