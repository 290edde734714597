"""A JupyterLab server and Chromium for the tests in here."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lab_server import CHROMIUM, Desktop, Server, browser, jupyterlab
from open_notebook import Notebook
from playwright.sync_api import BrowserContext


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running JupyterLab."""
    with jupyterlab(tmp_path_factory.mktemp("jupyterlab")) as made:
        yield made


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """A browser; the tests are skipped where none is installed."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no Chromium at {CHROMIUM}: install it (Debian: chromium), or set CHROMIUM")
    with browser(tmp_path_factory.mktemp("browser")) as context:
        yield context


@pytest.fixture
def open_notebook(
    server: Server, chromium: BrowserContext, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Notebook]]:
    """Opens a notebook with the given cells, or a copy of a notebook file."""
    desktop = Desktop(server, chromium)
    yield lambda *cells, file=None: desktop.open(request.node.name, *cells, file=file)
    desktop.close()


@pytest.fixture(scope="module")
def shared_notebook(
    server: Server, chromium: BrowserContext, request: pytest.FixtureRequest
) -> Iterator[Notebook]:
    """One notebook for all tests of a module, with its CELLS, run."""
    desktop = Desktop(server, chromium)
    notebook = desktop.open(request.module.__name__.rpartition(".")[2], *request.module.CELLS)
    for index in range(len(request.module.CELLS)):
        notebook.run(index)
    notebook.let_see()
    yield notebook
    desktop.close()
