"""Choosing by name, where a command line or papermill gives strings."""

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


def named(what: str, name: str, table: Mapping[str, T]) -> T:
    """What a table has under a name.

    Raises:
        ValueError: it has nothing.
    """
    if name not in table:
        raise ValueError(f"no {what} {name!r}: there are {', '.join(map(repr, table))}")
    return table[name]
