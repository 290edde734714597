"""The page docs/parity.md, from the comparisons of one test run."""

import platform
from itertools import groupby

import torch
from golden.goldens import SEEN, Seen

_HEAD = """\
# Parity with the published systems

Written by `pytest tests/golden --parity`; don't edit. The goldens are inputs and outputs of the
published code under seeded random weights; a test compares ours with every array. *Difference* is
the largest seen over all its elements and all comparisons with it, *largest value* that of the
golden, *allowed* what the test accepts; 0 allows none, for counts, masks and choices. What the
released code does that its paper doesn't is [here](differences.md).

Seen with torch {torch} on {machine}. Two threads instead of one move the published outputs
themselves by up to 2e-5 of the largest value.

In `mivos_core` some places' 50th and 51st most similar memory elements are equal but for rounding.
Which of them is read decides up to 40 of the 245,760 mask pixels of its second round: these, where
both objects are about equally likely, are left out of the comparison of its masks.
"""


def page() -> str:
    """The page as Markdown, one table for each golden file."""
    parts = [_HEAD.format(torch=torch.__version__, machine=platform.machine())]
    for file, seen in groupby(sorted(SEEN, key=lambda s: (s.file, s.name)), lambda s: s.file):
        parts.append(f"## {file}\n\n| array | difference | largest value | allowed |")
        rows = ["|---|---|---|---|"]
        rows += [_row(list(own)) for _, own in groupby(seen, lambda s: s.name)]
        parts[-1] += "\n" + "\n".join(rows) + "\n"
    return "\n".join(parts)


def _row(seen: list[Seen]) -> str:
    worst = max(seen, key=lambda s: s.difference / s.allowed if s.allowed else s.difference)
    numbers = f"{worst.difference:.2g} | {worst.scale:.3g} | {worst.allowed:.2g}"
    return f"| `{worst.name}` | {numbers} |"
