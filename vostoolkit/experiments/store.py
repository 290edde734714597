"""What experiments gave: one SQLite file, readable while others write to it."""

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from vostoolkit.experiments.experiment import Experiment

_SCHEMA = """
CREATE TABLE IF NOT EXISTS experiments (
    id TEXT PRIMARY KEY,
    notebook TEXT NOT NULL,
    parameters TEXT NOT NULL,
    seconds REAL NOT NULL,
    error TEXT,
    finished TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE IF NOT EXISTS results (
    id TEXT NOT NULL REFERENCES experiments ON DELETE CASCADE,
    name TEXT NOT NULL,
    value REAL,
    PRIMARY KEY (id, name)
);
"""


@dataclass(frozen=True)
class Outcome:
    """What one experiment gave: its numbers, or the error that ended it."""

    experiment: Experiment
    seconds: float
    numbers: Mapping[str, float] = field(default_factory=dict[str, float])
    error: str | None = None


@dataclass(frozen=True)
class Store:
    """Outcomes in a file; each comes in whole, and a later one of the same id replaces it."""

    path: Path

    def __post_init__(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._open()) as file:
            file.executescript(_SCHEMA)

    def add(self, outcome: Outcome) -> None:
        """Nothing; the outcome is in the file, whatever happens afterwards."""
        experiment = outcome.experiment
        row = (
            experiment.id,
            experiment.notebook,
            json.dumps(dict(experiment.parameters)),
            outcome.seconds,
            outcome.error,
        )
        numbers = [(experiment.id, *item) for item in outcome.numbers.items()]
        with closing(self._open()) as file, file:
            file.execute("DELETE FROM experiments WHERE id = ?", (experiment.id,))
            file.execute(
                "INSERT INTO experiments (id, notebook, parameters, seconds, error) "
                "VALUES (?, ?, ?, ?, ?)",
                row,
            )
            file.executemany("INSERT INTO results VALUES (?, ?, ?)", numbers)

    def finished(self) -> frozenset[str]:
        """The ids of the experiments that ended without an error."""
        with closing(self._open()) as file:
            rows = file.execute("SELECT id FROM experiments WHERE error IS NULL").fetchall()
        return frozenset(str(row[0]) for row in rows)

    def parameters(self) -> tuple[dict[str, object], ...]:
        """The parameters of each experiment, in the order of `table`."""
        with closing(self._open()) as file:
            rows = file.execute("SELECT parameters FROM experiments ORDER BY rowid").fetchall()
        return tuple(json.loads(row[0]) for row in rows)

    def table(self) -> pd.DataFrame:
        """A row for each experiment: ``id``, parameters, numbers, seconds, and error or nothing."""
        with closing(self._open()) as file:
            experiments = file.execute(
                "SELECT id, parameters, seconds, error FROM experiments ORDER BY rowid"
            ).fetchall()
            results = file.execute("SELECT id, name, value FROM results").fetchall()
        numbers: dict[str, dict[str, float]] = {}
        for name_of, name, value in results:
            numbers.setdefault(name_of, {})[name] = value
        return pd.DataFrame(
            [
                {"id": i, **json.loads(p), **numbers.get(i, {}), "seconds": s, "error": e or ""}
                for i, p, s, e in experiments
            ]
        )

    def _open(self) -> sqlite3.Connection:
        file = sqlite3.connect(self.path, timeout=60)
        file.execute("PRAGMA journal_mode = WAL")
        file.execute("PRAGMA foreign_keys = ON")
        return file
