"""A JupyterLab server and Chromium, driven by plain Playwright; for tests and benchmarks."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
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


@dataclass(frozen=True)
class Server:
    """A running JupyterLab: its address, its folder of notebooks, and what it and kernels log."""

    address: str
    folder: Path
    log: Path


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


@contextmanager
def jupyterlab(folder: Path) -> Iterator[Server]:
    """A JupyterLab with settings of its own, all below a folder; it and its kernels end after."""
    notebooks, home = folder / "notebooks", folder / "home"
    notebooks.mkdir()
    quiet = home / "settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
    quiet.parent.mkdir(parents=True)
    quiet.write_text('{"fetchNews": "false"}')  # its toast would cover the canvas
    port = _free_port()
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--ip=127.0.0.1", f"--port={port}", f"--IdentityProvider.token={TOKEN}"]
    command += [f"--ServerApp.root_dir={notebooks}", "--LabApp.expose_app_in_browser=True"]
    made = Server(f"http://127.0.0.1:{port}", notebooks, home / "server.log")
    with made.log.open("w") as file:
        process = subprocess.Popen(command, env=_environment(home), stdout=file, stderr=file)
    try:
        _wait_for(f"{made.address}/api/status?token={TOKEN}", process, made.log)
        yield made
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
    raise TimeoutError(f"JupyterLab didn't start in {START_S} s:\n{log.read_text()[-2000:]}")


@contextmanager
def browser(folder: Path) -> Iterator[BrowserContext]:
    """A Chromium without a window, with a profile of its own in a folder."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(folder),
            headless=True,
            args=ARGUMENTS,
            executable_path=CHROMIUM,
            viewport={"width": 1360, "height": 1250},
        )
        yield context
        context.close()


class Desktop:
    """Opens notebooks in the browser, and closes them."""

    def __init__(self, server: Server, chromium: BrowserContext) -> None:
        self._server = server
        self._chromium = chromium
        self._notebooks: list[Notebook] = []

    def open(self, name: str, *cells: str, file: Path | None = None, script: str = "") -> Notebook:
        """A notebook with these cells, or a copy of a file; ``script`` runs first in its page."""
        path = self._server.folder / f"{name}.ipynb"
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
        if script:
            page.add_init_script(script)
        page.goto(f"{self._server.address}/lab/tree/{path.name}?token={TOKEN}&reset")
        made = Notebook(page, errors)
        made.wait_for_kernel()
        self._notebooks.append(made)
        return made

    def close(self) -> None:
        for notebook in self._notebooks:
            notebook.close()


@contextmanager
def desktop(folder: Path) -> Iterator[Desktop]:
    """A desktop with a server and a browser of its own, all below a folder."""
    with jupyterlab(folder) as server, browser(folder / "browser") as chromium:
        made = Desktop(server, chromium)
        yield made
        made.close()
