"""A JupyterLab server and Chromium, driven by plain Playwright."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from open_notebook import Notebook
from playwright.sync_api import BrowserContext, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TOKEN = "test"
START_S = 60


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def _environment(home: Path) -> dict[str, str]:
    names = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    }
    return os.environ | {name: str(home / folder) for name, folder in names.items()}


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of a JupyterLab and its folder of notebooks."""
    folder, home = tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("home")
    quiet = home / "settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
    quiet.parent.mkdir(parents=True)
    quiet.write_text('{"fetchNews": "false"}')  # its toast would cover the canvas
    port = _free_port()
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--ip=127.0.0.1", f"--port={port}", f"--IdentityProvider.token={TOKEN}"]
    command += [f"--ServerApp.root_dir={folder}", "--LabApp.expose_app_in_browser=True"]
    log = home / "server.log"
    with log.open("w") as file:
        process = subprocess.Popen(command, env=_environment(home), stdout=file, stderr=file)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/api/status?token={TOKEN}", process, log)
        yield address, folder
    finally:
        process.terminate()  # the server shuts its kernels down
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=2)
            return
        except OSError:
            time.sleep(0.25)
    pytest.fail(f"JupyterLab didn't start in {START_S} s:\n{log.read_text()[-2000:]}")


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """A browser; the tests are skipped where none is installed."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no Chromium at {CHROMIUM}: install it (Debian: chromium), or set CHROMIUM")
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(tmp_path_factory.mktemp("browser")),
            headless=True,
            args=ARGUMENTS,
            executable_path=CHROMIUM,
            viewport={"width": 1360, "height": 1250},
        )
        yield context
        context.close()


class Desktop:
    """Opens notebooks in the browser, and closes them."""

    def __init__(self, server: tuple[str, Path], chromium: BrowserContext) -> None:
        self._address, self._folder = server
        self._chromium = chromium
        self._notebooks: list[Notebook] = []

    def open(self, name: str, *cells: str, file: Path | None = None) -> Notebook:
        path = self._folder / f"{name}.ipynb"
        if file is not None:
            shutil.copy(file, path)
        else:
            code = [nbformat.v4.new_code_cell(cell) for cell in cells]
            kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
            written = nbformat.v4.new_notebook(cells=code, metadata={"kernelspec": kernel})
            nbformat.write(written, path)
        page, errors = self._chromium.new_page(), []
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{self._address}/lab/tree/{path.name}?token={TOKEN}&reset")
        made = Notebook(page, errors)
        made.wait_for_kernel()
        self._notebooks.append(made)
        return made

    def close(self) -> None:
        for notebook in self._notebooks:
            notebook.close()


@pytest.fixture
def open_notebook(
    server: tuple[str, Path], chromium: BrowserContext, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Notebook]]:
    """Opens a notebook with the given cells, or a copy of a notebook file."""
    desktop = Desktop(server, chromium)
    yield lambda *cells, file=None: desktop.open(request.node.name, *cells, file=file)
    desktop.close()


@pytest.fixture(scope="module")
def shared_notebook(
    server: tuple[str, Path], chromium: BrowserContext, request: pytest.FixtureRequest
) -> Iterator[Notebook]:
    """One notebook for all tests of a module, with its CELLS, run."""
    desktop = Desktop(server, chromium)
    notebook = desktop.open(request.module.__name__.rpartition(".")[2], *request.module.CELLS)
    for index in range(len(request.module.CELLS)):
        notebook.run(index)
    notebook.let_see()
    yield notebook
    desktop.close()
