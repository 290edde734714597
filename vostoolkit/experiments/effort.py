"""Quality against a person's seconds, way by way: EVA-VOS's Figure 3 of one's own runs."""

from collections.abc import Mapping
from itertools import count, takewhile
from typing import Any, cast

import pandas as pd

from vostoolkit.errors import ExperimentError
from vostoolkit.metrics.curves import Curve, mean_curve

_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe and Ito's, which colour-blind people tell apart."""


def effort_curves(rows: pd.DataFrame, names: Mapping[str, str]) -> dict[str, Curve]:
    """For each name the mean curve over clips: J&F after each round over seconds for each object.

    ``names`` has the names of rows (see `ROUND_ROWS`) and what to call them; rows that weren't run
    are left out. Only clips count of which all the others were run too, so that the curves can be
    compared.

    Raises:
        ExperimentError: none of these rows was run, or no clip with all of them.
    """
    known: Any = rows[rows["row"].isin(list(names))]
    ran = [row for row in names if row in set(known["row"])]
    clips = known.groupby("clip")["row"].nunique()
    shared = clips.index[clips == len(ran)]
    if not ran or shared.empty:
        raise ExperimentError(
            f"no clip was run with all of {', '.join(ran or names)}: run the paper's grid, see "
            "examples/grids"
        )
    of_clips = known[known["clip"].isin(shared)]
    return {
        names[row]: mean_curve([_curve(r) for r in _records(of_clips[of_clips["row"] == row])])
        for row in ran
    }


def effort_figure(curves: Mapping[str, Curve]) -> Any:
    """A plotly figure of `effort_curves`: seconds for each object across, J&F in percent up."""
    from plotly import graph_objects as figures  # here: the core starts without plotly

    figure: Any = figures.Figure()
    for number, (name, curve) in enumerate(curves.items()):
        figure.add_scatter(
            x=[round(second, 1) for second in curve.seconds],
            y=[round(100 * quality, 2) for quality in curve.quality],
            mode="lines+markers",
            name=name,
            line={"color": _COLOURS[number % len(_COLOURS)]},
        )
    figure.update_layout(
        template="simple_white",
        height=420,
        xaxis={"title": "a person's seconds for each object", "type": "log", "showgrid": True},
        yaxis={"title": "J&F of all frames, %", "showgrid": True},
    )
    return figure


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", rows.to_dict("records"))


def _curve(row: Mapping[str, Any]) -> Curve:
    """One run's rounds, from `rounds.by_round`'s numbers."""
    rounds = list(takewhile(lambda n: row.get(f"J&F@{n}", float("nan")) >= 0, count(1)))
    seconds = tuple(row[f"person_s@{n}"] / row[f"objects@{n}"] for n in rounds)
    return Curve(seconds, tuple(row[f"J&F@{n}"] for n in rounds))
