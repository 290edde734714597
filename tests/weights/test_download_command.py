import os
import re
import signal
import subprocess
import sys
import threading
import time

import pytest
from weights.server import NAME, names

PIPES = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}


@pytest.fixture
def at_a_terminal(served, folder):
    """Runs the command at a pseudo-terminal: what it is told, and what happens while it runs."""

    def run(typed, *options, during=lambda process: None):
        code = (
            "import signal, sys; from dataclasses import replace; "
            # A shell that runs the tests in the background has it ignored.
            "signal.signal(signal.SIGINT, signal.default_int_handler); "
            "from vostoolkit.__main__ import main; "
            "from vostoolkit.weights import WEIGHTS; "
            f"WEIGHTS[{NAME!r}] = replace(WEIGHTS[{NAME!r}], url={served.url!r}); "
            f"sys.exit(main(['weights', 'download', {NAME!r}, *{options!r}]))"
        )
        person, terminal = os.openpty()
        process = subprocess.Popen([sys.executable, "-c", code], stdin=terminal, text=True, **PIPES)
        os.write(person, typed.encode())
        during(process)
        out, err = process.communicate(timeout=60)
        os.close(person)
        os.close(terminal)
        return process.returncode, out, err

    return run


def test_the_command_asks_at_a_terminal_and_downloads(at_a_terminal, folder, content):
    code, out, err = at_a_terminal("y\n")
    assert code == 0, err
    assert "160 kB or more" in out
    assert "Download it? [y/N] " in out
    assert "mivos-fusion: good" in out
    assert "100%" in err
    assert (folder / "fusion.pth").read_bytes() == content


def test_ctrl_c_keeps_what_came_and_says_how_to_go_on(at_a_terminal, served, folder, content):
    def interrupt(process):
        partial = folder / "fusion.pth.partial"
        deadline = time.monotonic() + 60
        while not (partial.is_file() and partial.stat().st_size) and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)

    # The server sends more than is read at once, and then nothing for as long as it's waited for.
    served.content = content + bytes(400_000)
    served.breaks_after, served.pause = 300_000, threading.Event()
    code, _, err = at_a_terminal("", "--yes", during=interrupt)
    assert code == 130
    assert re.search(r"stopped; \d+ kB are kept, and the same command goes on from there\n$", err)
    assert names(folder) == ["fusion.pth.partial", "fusion.pth.partial.json"]
