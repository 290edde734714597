"""Which part of a method a result comes from, the paper it follows, and the result as Python."""

import inspect
import re
import sys
from typing import Any

from vostoolkit.protocols import Event
from vostoolkit.records import FrameRecord
from vostoolkit.results import (
    Decision,
    MemoryUpdate,
    Propagation,
    PseudoClick,
    Refinement,
    StageResult,
    Uncertainty,
)

_ONE = {Propagation: "propagation", Uncertainty: "uncertainty", Decision: "decision"}
_SEVERAL = {PseudoClick: "pseudo_clicks", Refinement: "refinements", MemoryUpdate: "updates"}
_FIELDS = {Propagation: "propagator", MemoryUpdate: "update"}
_END = re.compile(r"\n\n|Note:|;|(?<!Eq)\.\s")
"""A paragraph, a note, or a sentence that isn't the first; an equation's number goes on."""


def code_of(result: StageResult, record: FrameRecord) -> str:
    """A result of a record as a Python expression about ``session``."""
    at = f"session.at({record.frame})"
    for kind, name in _ONE.items():
        if isinstance(result, kind) and getattr(record, name) is result:
            return f"{at}.{name}"
    for kind, name in _SEVERAL.items():
        if isinstance(result, kind):
            return f"{at}.{name}[{_index(result, getattr(record, name))}]"
    return f"{at}.events[{_index(result, record.events)}]"


def source_of(result: StageResult, method: object) -> str:
    """The part of a method that makes such results, and what its documentation says it follows.

    Empty where no part of the method makes them.
    """
    part = _maker(result, method)
    if part is None:
        return ""
    owner: Any = part if inspect.isroutine(part) else type(part)
    module = sys.modules.get(owner.__module__)
    found = _source(inspect.getdoc(owner)) or _source(module and module.__doc__)
    return f"{owner.__name__}: {found}" if found else owner.__name__


def _maker(result: StageResult, method: object) -> Any:
    """The field of a method whose call returns such results."""
    parts = getattr(method, "__dict__", {})
    for part in parts.values():
        if callable(part):
            returned = inspect.signature(part).return_annotation
            if inspect.isclass(returned) and isinstance(result, returned):
                return part
    known = (parts.get(field) for kind, field in _FIELDS.items() if isinstance(result, kind))
    return next(known, None)


def _source(text: str | None) -> str:
    """The first sentence behind "Source:"."""
    _, _, rest = (text or "").partition("Source:")
    return " ".join(_END.split(f"{rest}\n\n", maxsplit=1)[0].split()).rstrip(".")


def _index(result: Event, among: tuple[Event, ...]) -> int:
    return next(index for index, other in enumerate(among) if other is result)
