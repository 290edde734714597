"""Run the notebooks and store what they show: after a change of weights, pictures or wording.

    .venv/bin/python tools/refresh_notebooks.py [NOTEBOOK ...]

Widgets are stored as their picture alone: without its kernel a widget is an error message.
"""

import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from vostoolkit.experiments.run import tidy

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"
KEPT_METADATA = ("kernelspec", "language_info")


def refresh(path: Path) -> None:
    """Nothing; the notebook holds the outputs of this run."""
    content: Any = nbformat.read(path, as_version=4)
    client = NotebookClient(
        content,
        timeout=600,
        resources={"metadata": {"path": str(path.parent)}},
        store_widget_state=False,
        record_timing=False,
    )
    client.execute()
    content.metadata = {k: v for k, v in content.metadata.items() if k in KEPT_METADATA}
    nbformat.write(content, path)
    tidy(path)


if __name__ == "__main__":
    for path in [Path(name) for name in sys.argv[1:]] or sorted(FOLDER.glob("*.ipynb")):
        sys.stderr.write(f"{path.name}\n")
        refresh(path)
