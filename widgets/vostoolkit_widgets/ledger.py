"""Which steps and answers of a session one press of a person set off, so that one takes it back."""

from weakref import WeakKeyDictionary

from vostoolkit.history import History
from vostoolkit.session import Session


class Ledger:
    """Knows where in a session's history each act of a person begins.

    What cells do to the session in between counts one by one.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._starts: list[int] = []
        self._last = history.done

    def begin(self) -> None:
        """Nothing; what is done from now on is one act."""
        now = self._history.done
        by_cells = range(self._last, now)
        self._starts = [*(s for s in self._starts if s < min(now, self._last)), *by_cells, now]
        self._last = now

    def mark(self) -> None:
        """Nothing; an act goes as far as this, or was taken back or done again so far."""
        self._last = self._history.done

    def to_undo(self) -> int:
        """How many things the last act did; 1 where a cell did the last one."""
        now = self._history.done
        before = [start for start in self._starts if start < now]
        return now - before[-1] if before and now <= self._last else 1

    def to_redo(self) -> int:
        """How many things the act did that was taken back last; 1 where nothing is known of it."""
        now = self._history.done
        end = now + self._history.undone
        after = [start for start in self._starts if now < start < end]
        return max(1, (after[0] if after else end) - now)


_ledgers: WeakKeyDictionary[Session, Ledger] = WeakKeyDictionary()


def ledger_of(session: Session) -> Ledger:
    """The ledger of a session, also after another was shown in between."""
    return _ledgers.setdefault(session, Ledger(session.history))
