"""What each round of a run was worth: quality and a person's seconds, round by round."""

import time
from typing import Any, cast

import pandas as pd

from vostoolkit.errors import ExperimentError
from vostoolkit.frames import Video
from vostoolkit.metrics.curves import Curve
from vostoolkit.metrics.evaluation import Conventions, Evaluation, evaluate
from vostoolkit.prompts import Prompt, Propagate
from vostoolkit.protocols import User
from vostoolkit.results import Request
from vostoolkit.session import Session
from vostoolkit.users.costs import cost_s
from vostoolkit.users.truth import Truth, labels_of

MEASURES = ("J&F", "J", "F", "others", "frames", "objects", "person_s", "machine_s")
"""``others`` is J&F over the frames that nobody annotated, ``frames`` how many somebody did."""

LIMITS_S = (60, 300)
"""DAVIS's challenge reports areas up to a minute; a drawn mask takes longer."""


def play_rounds(session: Session, user: User, truth: Truth) -> pd.DataFrame:
    """A row for each round that a user completes, with the `MEASURES` after it.

    All frames with a truth count, as in DAVIS's interactive challenge; what a person annotated as
    it came out. Seconds are counted from the start: a person's as `users.cost_s` has them, the
    machine's without the time to judge it.

    Raises:
        ExperimentError: the method doesn't work in rounds.
    """
    if not session.round:
        raise ExperimentError("this method doesn't work in rounds: play it with session.play()")
    rows: list[dict[str, float]] = []
    began, judging_s = time.perf_counter(), 0.0

    def watched(request: Request) -> tuple[Prompt, ...]:
        nonlocal judging_s
        start = time.perf_counter()
        if request.round > len(rows) + 1:
            rows.append({"round": request.round - 1, **_judged(session, truth)})
            rows[-1]["machine_s"] = start - began - judging_s
        given = user(request)
        judging_s += time.perf_counter() - start
        return given

    session.play(watched)
    return pd.DataFrame(rows, columns=["round", *MEASURES])


def by_round(rounds: pd.DataFrame) -> dict[str, float]:
    """The numbers of `play_rounds` for a summary: ``J&F@1``, ``J&F@2``, …, ``person_s@1``, ….

    ``area@60s`` and ``area@300s`` are the areas under J&F over a person's seconds for each object.
    """
    table = cast("list[dict[str, Any]]", rounds.to_dict("records"))
    found = {f"{name}@{row['round']}": float(row[name]) for row in table for name in MEASURES}
    seconds = tuple(row["person_s"] / row["objects"] for row in table)
    curve = Curve(seconds, tuple(row["J&F"] for row in table))
    return {**found, **{f"area@{limit}s": curve.area(limit) for limit in LIMITS_S}}


def _judged(session: Session, truth: Truth) -> dict[str, float]:
    count = len(cast(Video, session.video))
    known = ((frame, labels_of(truth, frame)) for frame in range(count))
    pairs = ((f, session.labels(f), true) for f, true in known if true is not None)
    rules = Conventions(void="background")
    found = evaluate(pairs, conventions=rules)
    annotated = {p.frame for p in session.prompts if not isinstance(p, Propagate)}
    left: Any = found.frames[~found.frames["frame"].isin(list(annotated))]
    means: Any = found.mean()
    others: Any = Evaluation(left, rules).mean()["J&F"] if len(left) else float("nan")
    return {
        "J&F": float(means["J&F"]),
        "J": float(means["J mean"]),
        "F": float(means["F mean"]),
        "others": float(others),
        "frames": len(annotated),
        "objects": len(found.summary()),
        "person_s": cost_s(session.prompts),
    }
