"""The scripts and style sheets that run in the page."""

from pathlib import Path


def asset(name: str) -> str:
    """The text of a file in the folder ``static``.

    As text: given a path, anywidget watches the file and keeps every widget alive.
    """
    return (Path(__file__).parent / "static" / name).read_text()
