"""Set up `.venv` once, then run one of the project's commands: demo, test, lab, check, benchmark.

It needs nothing but Python's standard library, so that `make demo` on Linux and macOS and
`py tools/bootstrap.py demo` on Windows do the same. Which build of torch is installed is left to
pip: its own settings (an extra index, a folder of wheels) are honoured.
"""

import argparse
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
STAMP = ENVIRONMENT / "installed.stamp"
OLDEST_PYTHON = (3, 11)
IN_PARALLEL = ("-n", "auto", "--maxprocesses", "4", "--dist", "loadfile")
"""A notebook's cells stay together. One torch needs about 1 GB."""
NBVAL = ("--nbval", "--nbval-current-env", "--nbval-sanitize-with", "tests/nbval.cfg")


def main() -> int:
    """The exit code of the command that was asked for."""
    arguments, extra = _parse()
    python = ensure_environment()
    for command in _commands(arguments, extra):
        if code := _run_to_its_end([python, *command]):
            return code
    return 0


def ensure_environment() -> str:
    """The path of the environment's Python, after creating or renewing it where that is needed."""
    binaries = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
    python = str(binaries / ("python.exe" if os.name == "nt" else "python"))
    wanted = _fingerprint()
    if STAMP.is_file() and STAMP.read_text() == wanted and Path(python).exists():
        return python
    began = time.monotonic()
    _say(f"setting up {ENVIRONMENT} (only the first time; some minutes)")
    if not Path(python).exists():
        _run(sys.executable, "-m", "venv", str(ENVIRONMENT))
    pip = (python, "-m", "pip", "--disable-pip-version-check", "--no-input", "install")
    volume = () if sys.stderr.isatty() else ("-qq",)
    _run(*pip, *volume, "--constraint", "constraints.txt", "--editable", ".[dev]")
    STAMP.write_text(wanted)
    _say(f"set up in {time.monotonic() - began:.0f} s")
    return python


def _parse() -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=("setup", "demo", "test", "lab", "check", "benchmark"))
    parser.add_argument("--video", type=Path, help="demo: your own instead of the embedded clip")
    parser.add_argument("--click", default="", help="demo: X,Y on the object in its first frame")
    return parser.parse_known_args()


def _commands(arguments: argparse.Namespace, extra: list[str]) -> list[tuple[str, ...]]:
    match arguments.command:
        case "demo":
            video = [str(arguments.video.absolute())] if arguments.video else []
            clicks = [f"--click={click}" for click in arguments.click.split()]
            return [("-m", "vostoolkit", "demo", *video, *clicks, "--out", "out/demo", *extra)]
        case "test":
            chosen = extra or (*IN_PARALLEL, "tests", "notebooks")
            return [("-m", "pytest", *NBVAL, *chosen)]
        case "lab":
            return [("-m", "jupyterlab", "--notebook-dir", "notebooks", *extra)]
        case "check":
            return [
                ("-m", "ruff", "check", "."),
                ("-m", "ruff", "format", "--check", "."),
                ("-m", "pyright", *extra),
                ("-m", "pytest", "-q", "tests/test_project.py"),
            ]
        case "benchmark":
            return [("benchmarks/long_stream.py", *extra)]
        case _:
            return []


def _fingerprint() -> str:
    digest = hashlib.sha256(sys.version.encode())
    for name in ("pyproject.toml", "constraints.txt"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def _quiet_threads() -> dict[str, str]:
    # Spinning OpenMP threads make a busy machine several times slower; sleeping ones don't.
    return {"OMP_WAIT_POLICY": "PASSIVE", **os.environ}


def _run_to_its_end(command: list[str]) -> int:
    process = subprocess.Popen(command, cwd=ROOT, env=_quiet_threads())
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # the command got the same Ctrl-C and saves what it has


def _run(*command: str) -> None:
    try:
        subprocess.run(command, cwd=ROOT, check=True)
    except subprocess.CalledProcessError as error:
        hint = ""
        if "venv" in command:
            hint = "\nOn Debian and Ubuntu: apt-get install python3-venv, then try again."
        sys.exit(f"this step of the set-up failed: {' '.join(command)}{hint}\n{error}")


def _say(text: str) -> None:
    sys.stderr.write(f"bootstrap: {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    if sys.version_info < OLDEST_PYTHON:
        sys.exit(f"vostoolkit needs Python 3.11 or newer; this is {sys.version.split()[0]}")
    sys.exit(main())
