"""Simulated people by name, for notebooks' parameters."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from vostoolkit.errors import ExperimentError
from vostoolkit.protocols import User
from vostoolkit.users.davis_robot import ScribblingUser
from vostoolkit.users.eva import EvaAnnotator
from vostoolkit.users.imperfect import ImperfectUser
from vostoolkit.users.nobody import Nobody
from vostoolkit.users.simulated import SimulatedUser
from vostoolkit.users.truth import Truth

PEOPLE: Mapping[str, Callable[[Truth], User]] = MappingProxyType(
    {
        "simulated": SimulatedUser,
        "simulated-error": lambda truth: SimulatedUser(truth, aim="error"),
        "scribbling": ScribblingUser,
        "box": lambda truth: EvaAnnotator(truth, gives="box"),
        "mask": lambda truth: EvaAnnotator(truth, gives="mask"),
        "nobody": lambda truth: Nobody(),
    }
)
"""``simulated`` clicks in the middle of the object, ``simulated-error`` in the largest error;
``scribbling`` draws as DAVIS's robot does, ``box`` and ``mask`` draw these, and ``nobody`` leaves
all as it is."""


def simulated_person(
    name: str,
    truth: Truth | None,
    *,
    jitter: float = 0.0,
    misses: float = 0.0,
    delay: int = 0,
    last_frame: int | None = None,
    seed: int = 0,
) -> User:
    """The person of this name, with mistakes (see `ImperfectUser`); without a truth, nobody.

    Raises:
        ExperimentError: no such person.
    """
    if name not in PEOPLE:
        raise ExperimentError(f"nobody is called {name!r}: there are {', '.join(PEOPLE)}")
    if truth is None:
        return Nobody()
    perfect = PEOPLE[name](truth)
    if not (jitter or misses or delay):
        return perfect
    return ImperfectUser(perfect, jitter, misses, delay, last_frame, seed)
