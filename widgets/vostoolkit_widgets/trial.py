"""Thresholds that a person tries on a run: what they would have decided, and a run with them."""

import math
from collections.abc import Mapping
from dataclasses import replace

from vostoolkit.errors import SessionError
from vostoolkit.frames import Video
from vostoolkit.session import Session
from vostoolkit.stages.decide import EntropyJump
from vostoolkit.what_if import Place, WhatIf, as_decided, what_if
from vostoolkit_widgets.assets import asset
from vostoolkit_widgets.bar import Bar
from vostoolkit_widgets.levels import Change, moved, short
from vostoolkit_widgets.scene import rows_so_far

_NAMES = ("tau_user", "tau_pseudo")


class Trial:
    """The thresholds of a session's rule, and others in their place.

    A method whose decisions aren't an `EntropyJump`'s has none that could be tried.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._tried: dict[str, float] = {}

    @property
    def rule(self) -> EntropyJump | None:
        """The rule of the session's method."""
        rule = getattr(self._session.method, "decide", None)
        return rule if isinstance(rule, EntropyJump) else None

    @property
    def own(self) -> dict[str, float]:
        """The thresholds of the rule; those that nothing reaches are left out."""
        rule = self.rule
        known = {} if rule is None else {name: getattr(rule, name) for name in _NAMES}
        return {name: value for name, value in known.items() if math.isfinite(value)}

    @property
    def thresholds(self) -> dict[str, float]:
        """Those that are tried, or else the rule's own."""
        return {**self.own, **self._tried}

    @property
    def is_other(self) -> bool:
        """Whether others than the rule's own are tried."""
        return self.thresholds != self.own

    def put(self, thresholds: Mapping[str, float]) -> None:
        """Nothing; tries these. An empty mapping goes back to the rule's own."""
        self._tried = {name: value for name, value in thresholds.items() if name in self.own}

    def put_one(self, name: str, value: float) -> None:
        """Nothing; tries another value of one, or as near as their order allows."""
        self.put(moved(self.thresholds, name, value))

    def change(self) -> Change | None:
        """What was decided so far and what would have been; None where nothing else is tried."""
        tried = self._rule_tried()
        if tried is None or not self.is_other:
            return None
        rows = rows_so_far(self._session)
        return Change(as_decided(rows), what_if(rows, tried))

    def branch(self, frame: int) -> Session:
        """A session that does a frame and all later ones with the thresholds tried.

        A finished frame stays as it is; then the branch begins behind it.

        Raises:
            SessionError: there is no frame that could be done again.
        """
        if not self.can_branch(frame):
            raise SessionError(
                f"no branch behind frame {frame}: it needs a finished frame that isn't the last; a "
                "live stream has none, and in rounds it is session.branch(round, …)"
            )
        rule = self._rule_tried()
        return self._session.branch(self.begin(frame), **({} if rule is None else {"decide": rule}))

    def begin(self, frame: int) -> int:
        """The first frame that a branch at a frame does again."""
        here = min(frame, self._session.frame or 0)
        return here + 1 if here in self._session.trace.rows else here

    def can_branch(self, frame: int) -> bool:
        """Whether there is a frame yet that a branch could do again."""
        session = self._session
        in_rounds = getattr(session.method, "in_rounds", False)
        if not isinstance(session.video, Video) or session.frame is None or in_rounds:
            return False
        return 0 < self.begin(frame) < len(session.video)

    def code(self, frame: int) -> str:
        """The branch as a Python expression."""
        taus = ", ".join(f"{name}={value:g}" for name, value in self.thresholds.items())
        rule = f"replace(session.method.decide, {taus})"
        return f"session.branch({self.begin(frame)}, decide={rule})"

    def _rule_tried(self) -> EntropyJump | None:
        return None if self.rule is None else replace(self.rule, **self.thresholds)


def words(change: Change | None, counted: WhatIf) -> str:
    """What thresholds would have decided, in numbers, or what was decided."""
    if change is None:
        was = f"Asked {times(counted.asked)}, clicked itself {times(counted.pseudo)}"
        return f"{was}. Drag a line to see what another threshold would have done."
    was, would = change.was, change.would
    text = (
        f"Would have asked {times(would.asked)} (was {len(was.asked)}) and clicked itself "
        f"{times(would.pseudo)} (was {len(was.pseudo)}). "
    )
    first = would.differs_at(was)
    if first is None:
        return text + "No decision differs: the run would be the same."
    return text + (
        f"Counted on this run's numbers, which hold up to frame {first}; from there on masks and "
        "numbers would have changed."
    )


def compared(left: Session, right: Session, names: tuple[str, str]) -> str:
    """How often each of two runs asked, on the frames that both have finished."""
    common = left.trace.rows.keys() & right.trace.rows.keys()
    if not common:
        return "No frame is finished in both."
    counted = [
        as_decided({frame: session.trace.rows[frame] for frame in sorted(common)})
        for session in (left, right)
    ]
    did = [
        f"{name} asked {times(c.asked)} and clicked itself {times(c.pseudo)}"
        for name, c in zip(names, counted, strict=True)
    ]
    return f"Up to frame {max(common)}, {did[0]}; {did[1]}."


class Thresholds(Bar):
    """The row under the timeline: thresholds as numbers, what they would do, and what to do."""

    _esm = asset("elements.js") + asset("thresholds.js")

    def show_trial(self, trial: Trial, frame: int, change: Change | None, was: WhatIf) -> None:
        """Nothing; shows what is tried; ``frame`` is where a branch would begin."""
        self.show(
            thresholds=[
                [name, f"τ_{name.removeprefix('tau_')[0]}", float(short(value))]
                for name, value in trial.thresholds.items()
            ],
            other=trial.is_other,
            text=words(change, was),
            begin=trial.begin(frame),
            can_branch=trial.is_other and trial.can_branch(frame),
            code=trial.code(frame),
        )


def times(places: frozenset[Place]) -> str:
    """How often, in words."""
    few = ("never", "once", "twice")
    return few[len(places)] if len(places) < len(few) else f"{len(places)} times"
