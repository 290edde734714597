"""A notebook run with parameters: what it writes, the executed notebook, and that as HTML."""

import contextlib
import logging
import re
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any, Protocol, cast, runtime_checkable

import vostoolkit
from vostoolkit.data.export import write_whole
from vostoolkit.errors import ExperimentError

_KERNEL_START_S = 180
_FOLDER = "notebooks"
_WIDGET = "application/vnd.jupyter.widget-view+json"


@runtime_checkable
class Written(Protocol):
    """Whatever text can be written to, such as ``sys.stderr``."""

    def write(self, text: str, /) -> object:
        """Anything; takes the text."""
        ...

    def flush(self) -> None:
        """Nothing; what was written is seen."""
        ...


def notebook(name: str) -> Path:
    """The path of one of the project's notebooks, such as ``"experiment"``.

    Raises:
        ExperimentError: there is no such notebook beside this installation.
    """
    folder = Path(vostoolkit.__file__).resolve().parent.parent / _FOLDER
    path = folder / f"{name}.ipynb"
    if not path.is_file():
        there = ", ".join(sorted(p.stem for p in folder.glob("*.ipynb"))) or "none"
        raise ExperimentError(
            f"no notebook {name!r} in {folder} (there: {there}): notebooks belong to the "
            "repository; clone it, or give a path to run_notebook()"
        )
    return path


def run_notebook(
    template: str | Path,
    out: str | Path,
    parameters: Mapping[str, object],
    *,
    progress: Written | None = None,
) -> Path:
    """The executed notebook, in the folder ``out`` and with an HTML page beside it.

    The notebook's parameter ``out`` is that folder. What its cells print goes to ``progress`` while
    they run. Files that it wrote before a failing cell stay, and so does the notebook with the
    error in it.

    Raises:
        ExperimentError: a parameter that the template doesn't have, or a cell that failed.
    """
    template, out = Path(template), Path(out).resolve()
    out.mkdir(parents=True, exist_ok=True)
    _check_parameters(template, parameters)
    target = out / template.name
    try:
        _execute(template, target, {**parameters, "out": str(out)}, progress)
    finally:
        if target.is_file():
            tidy(target)
            write_whole(target.with_suffix(".html"), as_html(target).encode())
    return target


def as_html(path: Path) -> str:
    """A notebook as one HTML page that shows its pictures without any network."""
    from nbconvert import HTMLExporter

    exporter: Any = HTMLExporter(embed_images=True, require_js_url="", mathjax_url="")
    return re.sub(
        r"<script\b.*?</script>",
        lambda script: "" if _reaches_out(script[0]) else script[0],
        str(exporter.from_filename(str(path))[0]),
        flags=re.DOTALL,
    )


def _reaches_out(script: str) -> bool:
    """Whether a script of the page would load others, which no part of our notebooks needs."""
    return 'src=""' in script or "https://cdn" in script


def _check_parameters(template: Path, parameters: Mapping[str, object]) -> None:
    from papermill.inspection import inspect_notebook

    if not template.is_file():
        raise ExperimentError(f"no notebook {template}: give the path of an .ipynb file")
    with _quiet():
        known = set(cast("dict[str, Any]", inspect_notebook(str(template))))
    if unknown := set(parameters) - known:
        raise ExperimentError(
            f"{template.name} has no parameter {', '.join(sorted(unknown))}: "
            f"it has {', '.join(sorted(known)) or 'none'}"
        )


def _execute(
    template: Path, target: Path, parameters: Mapping[str, object], progress: Written | None
) -> None:
    # Papermill is imported here: it brings Jupyter's libraries, which the core does without.
    from papermill.exceptions import PapermillExecutionError
    from papermill.execute import execute_notebook

    try:
        with _quiet():
            execute_notebook(
                str(template),
                str(target),
                dict(parameters),
                progress_bar=False,
                start_timeout=_KERNEL_START_S,
                stdout_file=progress,
                stderr_file=progress,
                extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
            )
    except PapermillExecutionError as error:
        raise ExperimentError(_failure(error, target)) from None


def _failure(error: Any, target: Path) -> str:
    lines = str(error.source).strip().splitlines()
    shown = "\n".join(f"    {line}" for line in lines[:8])
    return (
        f"cell {error.exec_count} of {target.name} failed: {error.ename}: {error.evalue}\n{shown}\n"
        f"the whole message is in {target}; what was made before it stays in {target.parent}"
    )


def tidy(path: Path) -> None:
    """Nothing; drops from a notebook what is of no use later: dead widgets, overwritten lines."""
    import nbformat

    content: Any = nbformat.read(path, as_version=4)
    content.metadata.pop("widgets", None)
    for cell in content.cells:
        if cell.cell_type == "code":
            cell.outputs = _merged(cell.outputs)
        for output in cell.get("outputs", ()):
            if "image/png" in output.get("data", {}):
                output.data.pop(_WIDGET, None)  # shown as an error where its kernel is gone
            if output.output_type == "stream":
                output.text = re.sub(r"[^\n]*\r(?!\n|$)", "", output.text)
    write_whole(path, nbformat.writes(content).encode())


def _merged(outputs: list[Any]) -> list[Any]:
    """The outputs with what was printed piece by piece put together."""
    merged: list[Any] = []
    for output in outputs:
        name = output.get("name")  # only streams have one
        if name and merged and merged[-1].get("name") == name:
            merged[-1].text += output.text
        else:
            merged.append(output)
    return merged


@contextlib.contextmanager
def _quiet() -> Generator[None]:
    """Papermill's own log lines are held back meanwhile; its warnings are not."""
    logger = logging.getLogger("papermill")
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)
