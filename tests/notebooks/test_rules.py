"""What every notebook promises; nbval checks that its cells still give the stored outputs."""

import ast
from pathlib import Path

import nbformat
import pytest

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def cells(path, kind):
    return [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == kind]


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request):
    return request.param


def test_the_lessons_and_the_template_are_there():
    names = {path.stem for path in NOTEBOOKS}
    lessons = {"01-first-clicks", "02-one-frame-through-lazy-xmem", "04-memory", "experiment"}
    assert lessons | {"03-uncertainty-and-pseudo-clicks"} <= names


def test_it_is_short_and_begins_with_its_question(path):
    content = nbformat.read(path, as_version=4)
    assert len(content.cells) < 20
    first = content.cells[0]
    assert first.cell_type == "markdown"
    title = first.source.splitlines()[0]
    assert title.startswith("# ")
    assert title.endswith("?")


def test_definitions_are_at_most_five_lines_long(path):
    for cell in cells(path, "code"):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                assert node.end_lineno - node.lineno < 5, node.name


def test_it_was_run_from_top_to_bottom_without_errors(path):
    code = cells(path, "code")
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert not [o for cell in code for o in cell.outputs if o.output_type == "error"]


def test_no_widget_state_is_stored(path):
    assert "widgets" not in nbformat.read(path, as_version=4).metadata


def test_templates_have_parameters():
    for name in ("experiment", "01-first-clicks"):
        code = cells(FOLDER / f"{name}.ipynb", "code")
        assert ["parameters" in c.metadata.get("tags", ()) for c in code].count(True) == 1
