"""What a command says: its results on standard output, everything else on standard error."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence


def say(text: str = "") -> None:
    """Nothing; a line of the result."""
    sys.stdout.write(f"{text}\n")


def complain(text: str) -> None:
    """Nothing; a line about what went wrong, headed by the program's name."""
    sys.stderr.write(f"vostoolkit: {text}\n")


def table(rows: Iterable[Sequence[str]]) -> str:
    """The rows in columns that stand under each other."""
    lines = [list(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def listed(facts: Mapping[str, object]) -> str:
    """Names and values in two columns, numbers rounded for reading."""
    return table((name, _readable(value)) for name, value in facts.items())


def _readable(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
