"""Things that were numbered from 0 when they were sent, in that order again."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

PATIENCE_S = 1.0
"""What is missing for longer is taken as lost when the next thing comes."""


@dataclass
class Queue(Generic[T]):
    """Holds back what came before its turn."""

    turn: int = 0
    early: dict[int, T] = field(default_factory=dict[int, T])
    since: float = 0.0
    now: Callable[[], float] = time.monotonic

    def put(self, number: int, item: T) -> Iterator[T]:
        """What it is the turn of now, in order; nothing while an earlier one is missing."""
        is_late = bool(self.early) and self.now() - self.since > PATIENCE_S
        if not self.early:
            self.since = self.now()
        self.early[number] = item
        if is_late:
            self.turn = min(self.early)
        while self.turn in self.early:
            self.turn += 1
            yield self.early.pop(self.turn - 1)
