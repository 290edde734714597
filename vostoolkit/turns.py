"""Methods that one thread calls after the other."""

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

_P = ParamSpec("_P")
_R = TypeVar("_R")


def in_turn(method: Callable[Concatenate[Any, _P], _R]) -> Callable[Concatenate[Any, _P], _R]:
    """The method, called while the object's lock ``turn`` is held; then its ``watchers`` are.

    A widget's thread and a notebook's cells share a session: one waits for the other.
    """

    @functools.wraps(method)
    def waiting(self: Any, /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        with self.turn:
            result = method(self, *args, **kwargs)
            for watcher in tuple(self.watchers):
                watcher()
            return result

    return waiting
