"""What the embedded networks can do and can't, as a table and as a page with plots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

_COLOURS = {
    "nano": "#0072B2",
    "click": "#0072B2",
    "flow warp": "#E69F00",
    "colour matcher": "#999999",
    "GrabCut": "#E69F00",
}


@dataclass(frozen=True)
class Row:
    """A line of the table; ``where`` names the clips, ``least`` is False for an upper bound."""

    what: str
    who: str
    where: str
    value: float
    target: float | None = None
    least: bool = True

    @property
    def is_met(self) -> bool | None:
        """Whether the value reaches its target; None without one."""
        if self.target is None:
            return None
        return self.value >= self.target if self.least else self.value <= self.target

    def cells(self) -> list[str]:
        """The line as it is shown."""
        value = [self.what, self.who, self.where, f"{self.value:.3f}"]
        if self.target is None:
            return [*value, "", ""]
        sign = ">=" if self.least else "<="
        return [*value, f"{sign} {self.target:.2f}", "yes" if self.is_met else "no"]


def write_report(rows: Sequence[Row], file: Path) -> Path:
    """The page: a plot of each measure that several methods have, and the whole table."""
    file.parent.mkdir(parents=True, exist_ok=True)
    plotted = [w for w in dict.fromkeys(r.what for r in rows) if _is_compared(rows, w)]
    plots = [
        bars_of([r for r in rows if r.what == what], what).to_html(
            full_html=False, include_plotlyjs=number == 0
        )
        for number, what in enumerate(plotted)
    ]
    body = "".join(
        f"<tr class='{'no' if row.is_met is False else ''}'>"
        + "".join(f"<td>{escape(cell)}</td>" for cell in row.cells())
        + "</tr>"
        for row in rows
    )
    file.write_text(_PAGE.format(plots="\n".join(plots), body=body), encoding="utf-8")
    return file


def bars_of(rows: Sequence[Row], title: str) -> Any:
    """A plotly figure: a group of bars for each set of clips, dashes at the targets."""
    from plotly import graph_objects as figures  # here: the core starts without plotly

    figure: Any = figures.Figure()
    for who in dict.fromkeys(row.who for row in rows):
        own = [row for row in rows if row.who == who]
        figure.add_bar(
            name=who,
            x=[row.where for row in own],
            y=[row.value for row in own],
            marker_color=_COLOURS.get(who),
        )
    aimed = [row for row in rows if row.target is not None]
    if aimed:
        figure.add_scatter(
            name="target",
            x=[row.where for row in aimed],
            y=[row.target for row in aimed],
            mode="markers",
            marker={"symbol": "line-ew", "size": 36, "line": {"width": 2, "color": "#D55E00"}},
        )
    figure.update_layout(title=title, template="simple_white", height=360, barmode="group")
    figure.update_yaxes(range=[0, 1])
    return figure


def _is_compared(rows: Sequence[Row], what: str) -> bool:
    return len({row.who for row in rows if row.what == what}) > 1


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Embedded networks</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 70em; margin: 2em auto; padding: 0 1em; }}
table {{ border-collapse: collapse; }}
th, td {{ padding: .2em .8em; text-align: left; border-bottom: 1px solid #ddd; }}
tr.no td {{ background: #fdeee6; }}
</style></head><body>
<h1>Embedded networks</h1>
<p>Clips with true masks that no training has seen. Rows with a tint miss their target.</p>
{plots}
<table><tr><th>measure</th><th>by</th><th>clips</th><th>value</th><th>target</th><th>met</th></tr>
{body}</table>
</body></html>
"""
