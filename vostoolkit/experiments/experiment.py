"""An experiment: a notebook and its parameters, with an id that says what they are."""

import fnmatch
import hashlib
import itertools
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias, cast

from vostoolkit.errors import ExperimentError
from vostoolkit.experiments.run import notebook

Value: TypeAlias = str | int | float | bool | Sequence[str | int | float | bool | None] | None
_TABLES = ("notebook", "parameters", "grid", "variants")


@dataclass(frozen=True)
class Experiment:
    """A parameterised notebook, by name (one of the project's) or path, and its parameters.

    Raises:
        ExperimentError: there is no such notebook, or a parameter that JSON can't hold.
    """

    notebook: str
    parameters: Mapping[str, Value] = field(default_factory=dict[str, Value])

    def __post_init__(self) -> None:
        _ = self.id  # says what is wrong with it now, not when it is to run

    @cached_property
    def template(self) -> Path:
        """The notebook's file."""
        path = Path(self.notebook)
        return path.resolve() if path.suffix == ".ipynb" else notebook(self.notebook)

    @cached_property
    def id(self) -> str:
        """Twelve hexadecimal digits, from the code of the notebook's cells and the parameters.

        Two experiments with the same id do the same; a changed notebook makes a new experiment.
        """
        if not self.template.is_file():
            raise ExperimentError(f"no notebook {self.template}: give the path of an .ipynb file")
        cells = json.loads(self.template.read_text(encoding="utf-8"))["cells"]
        code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        try:
            text = json.dumps([code, dict(self.parameters)], sort_keys=True, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise ExperimentError(
                f"parameters {dict(self.parameters)}: {error}; give texts, numbers, true or false, "
                "null, or lists of them"
            ) from None
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def as_json(self) -> str:
        """What `from_json` makes it again from."""
        return json.dumps({"notebook": self.notebook, "parameters": dict(self.parameters)})

    @staticmethod
    def from_json(text: str) -> "Experiment":
        """The experiment of this JSON."""
        return Experiment(**json.loads(text))


def varied(parameters: Sequence[Mapping[str, object]]) -> tuple[str, ...]:
    """The names of the parameters that aren't the same in all of them, in their order."""
    names = dict.fromkeys(name for held in parameters for name in held)
    return tuple(n for n in names if len({repr(held.get(n)) for held in parameters}) > 1)


def read_grid(
    path: str | Path, changes: Mapping[str, Value] | None = None
) -> tuple[Experiment, ...]:
    """The experiments of a grid: every combination of its lists, for each of its variants.

    A grid is a TOML file::

        notebook = "experiment"        # one of the project's, or a path from this file
        [parameters]                   # the same everywhere
        first_clicks = 2
        [grid]                         # every combination of these
        clip = ["demo", "clips/chair"]
        tau_user = [0.1, 0.3]
        [[variants]]                   # parameters that change together; optional
        user = "nobody"
        [[variants]]
        user = "simulated"

    Equal experiments come once. Where ``dataset`` is a parameter, a clip with ``*`` or ``?`` stands
    for all clips of that data set that match. ``changes`` replace parameters and lists of the grid,
    whatever its variants say.

    Raises:
        ExperimentError: the file is missing or isn't such a grid; the message says where.
        VideoError: no such data set.
    """
    path = Path(path)
    try:
        held = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ExperimentError(f"no grid {path}: {error.strerror}; give a .toml file") from None
    except tomllib.TOMLDecodeError as error:
        raise ExperimentError(f"{path} isn't TOML: {error}") from None
    if unknown := sorted(set(held) - set(_TABLES)):
        raise ExperimentError(
            f"{path}: no entry {', '.join(unknown)}; a grid has {', '.join(_TABLES)}"
        )
    notebook_name = str(held.get("notebook", "experiment"))
    if notebook_name.endswith(".ipynb"):
        notebook_name = str((path.parent / notebook_name).resolve())
    same, axes = _table(held, "parameters", path), _table(held, "grid", path)
    fixed = {name: value for name, value in (changes or {}).items() if name not in axes}
    for name in axes.keys() & (changes or {}).keys():
        value = (changes or {})[name]
        axes[name] = value if isinstance(value, list) else [value]
    same |= fixed
    for axis, values in axes.items():
        if not isinstance(values, list) or not values:
            raise ExperimentError(
                f"{path}: [grid] {axis} = {values!r}: give a list of at least one value, or put "
                "it under [parameters]"
            )
    if "dataset" in same and "clip" in axes:
        axes["clip"] = _matching(axes["clip"], str(same["dataset"]), same.get("root"))
    variants = cast("list[dict[str, Value]]", held.get("variants", [{}]))
    combinations = [dict(zip(axes, v, strict=True)) for v in itertools.product(*axes.values())]
    made = (
        Experiment(notebook_name, {**same, **combination, **variant, **fixed})
        for combination in combinations
        for variant in variants
    )
    return tuple({experiment.id: experiment for experiment in made}.values())


def _table(held: Mapping[str, Any], name: str, path: Path) -> dict[str, Any]:
    table = held.get(name, {})
    if not isinstance(table, dict):
        raise ExperimentError(f"{path}: {name} = {table!r}: write it as a table, [{name}]")
    return cast("dict[str, Any]", table)


def _matching(patterns: Sequence[str], dataset: str, root: str | None) -> list[str]:
    """The clips of a data set that are named, or that a pattern stands for."""
    from vostoolkit.data.datasets import open_dataset  # here: most grids need no data set

    names, found = open_dataset(dataset, root).names, list[str]()
    for pattern in patterns:
        own = [pattern] if pattern in names else fnmatch.filter(names, pattern)
        if not own:
            some = ", ".join(names[:8])
            raise ExperimentError(f"{dataset} has no clip like {pattern!r}: it has {some}, …")
        found += own
    return list(dict.fromkeys(found))
