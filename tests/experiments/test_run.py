import io
import re

import nbformat
import pytest

from vostoolkit.errors import ExperimentError
from vostoolkit.experiments import notebook, run_notebook

PROGRESS = """import time
for i in (0, 1, 2):
    print(f'\\r{i} of 2', end='', flush=True)
    time.sleep(0.2)"""
WRITE = """from pathlib import Path
Path(out, 'number.txt').write_text(str(number))"""
PICTURE = """from IPython.display import HTML
HTML('<img src="data:image/png;base64,iVBORw0KGgo=">')"""


@pytest.fixture
def template(tmp_path):
    def write(*cells):
        parameters = nbformat.v4.new_code_cell("number = 1\nout = '.'")
        parameters.metadata.tags = ["parameters"]
        rest = [nbformat.v4.new_code_cell(cell) for cell in cells]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        content = nbformat.v4.new_notebook(
            cells=[parameters, *rest], metadata={"kernelspec": kernel}
        )
        path = tmp_path / "templates" / "tiny.ipynb"
        path.parent.mkdir()
        nbformat.write(content, path)
        return path

    return write


def test_a_notebook_runs_with_its_parameters_and_leaves_a_page(template, tmp_path):
    printed = io.StringIO()
    path = template(PROGRESS, WRITE, PICTURE)
    done = run_notebook(path, tmp_path / "out", {"number": 7}, progress=printed)
    assert done == tmp_path / "out" / "tiny.ipynb"
    assert (tmp_path / "out" / "number.txt").read_text() == "7"
    assert printed.getvalue().endswith("\r2 of 2")
    content = nbformat.read(done, as_version=4)
    (progress,) = [c.outputs[0].text for c in content.cells if c.source == PROGRESS]
    assert progress == "2 of 2"
    assert "widgets" not in content.metadata
    page = done.with_suffix(".html").read_text()
    assert "data:image/png;base64,iVBORw0KGgo=" in page
    assert not re.search(r'<script[^>]*src=|import\("https|from "https', page)


def test_a_failing_cell_is_named_and_what_was_made_stays(template, tmp_path):
    path = template(WRITE, "raise ValueError('a fish is no bicycle')")
    with pytest.raises(ExperimentError, match=r"cell \d of tiny.ipynb failed: ValueError: a fish"):
        run_notebook(path, tmp_path / "out", {"number": 7})
    assert (tmp_path / "out" / "number.txt").read_text() == "7"
    assert "a fish is no bicycle" in (tmp_path / "out" / "tiny.html").read_text()


def test_an_unknown_parameter_is_refused_before_anything_runs(template, tmp_path):
    with pytest.raises(ExperimentError, match="no parameter nmber: it has number, out"):
        run_notebook(template(WRITE), tmp_path / "out", {"nmber": 7})
    assert not (tmp_path / "out" / "tiny.ipynb").exists()


def test_missing_notebooks_are_named(tmp_path):
    with pytest.raises(ExperimentError, match="no notebook 'nothing'"):
        notebook("nothing")
    with pytest.raises(ExperimentError, match="give the path"):
        run_notebook(tmp_path / "none.ipynb", tmp_path / "out", {})
