"""Scores kept on disk, so that judging goes on where it was stopped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vostoolkit.training.judged import Scored
from vostoolkit.training.judged_clicks import ClickScores
from vostoolkit.weights import find_weights

Key = tuple[object, ...]


class Kept:
    """Parts of an evaluation in a folder, one file each; with None nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def scored(self, key: Key, compute: Callable[[], list[Scored]]) -> list[Scored]:
        """The part of this key, computed if it isn't there yet."""
        rows = self._part(key, lambda: [asdict(one) for one in compute()])
        return [Scored(**row) for row in rows]

    def clicks(self, key: Key, compute: Callable[[], ClickScores]) -> ClickScores:
        """The part of this key, computed if it isn't there yet."""
        found = self._part((*key, "strokes"), lambda: asdict(compute()))
        clicked = tuple(map(tuple, found["clicked"]))
        return ClickScores(clicked, tuple(found["scribbled"]), tuple(found["robot"]))

    def _part(self, key: Key, compute: Callable[[], Any]) -> Any:
        if self._folder is None:
            return compute()
        name = "-".join(str(part).replace(" ", "_") for part in key if str(part))
        file = self._folder / f"{name}.json"
        if not file.is_file():
            found = compute()
            self._folder.mkdir(parents=True, exist_ok=True)
            partial = file.with_suffix(".partial")
            partial.write_text(json.dumps(found))
            partial.replace(file)
        return json.loads(file.read_text())


def weights_digest(name: str) -> str:
    """Eight letters that change with the weights of this name."""
    return hashlib.sha256(Path(find_weights(name)).read_bytes()).hexdigest()[:8]
