"""One experiment in a process of its own: it is whole afterwards, or not there at all."""

import contextlib
import json
import math
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from vostoolkit.data.recording import SUMMARY
from vostoolkit.errors import ExperimentError
from vostoolkit.experiments.experiment import Experiment
from vostoolkit.experiments.run import run_notebook
from vostoolkit.experiments.store import Outcome

_ATTEMPTS = 3
_FAILED = 3
_LAST_LINES = 12


def folder_of(experiment: Experiment, out: Path) -> Path:
    """Where the finished notebook and what it wrote are."""
    return out / "finished" / experiment.id


@dataclass
class Launcher:
    """Runs experiments as child processes, which end when this process does."""

    out: Path
    threads: int | None = None
    _children: set[subprocess.Popen[str]] = field(
        default_factory=set["subprocess.Popen[str]"], init=False
    )
    _is_stopped: bool = field(default=False, init=False)

    def __call__(self, experiment: Experiment) -> Outcome:
        """The outcome; at once if its folder is there already.

        A child that something killed is started again, twice at most.
        """
        start = time.perf_counter()
        code, said = 0, ""
        for _ in range(_ATTEMPTS):
            if folder_of(experiment, self.out).is_dir():
                numbers = _numbers(folder_of(experiment, self.out))
                return Outcome(experiment, time.perf_counter() - start, numbers)
            if self._is_stopped:
                break
            code, said = self._run(experiment)
            if code > 0:
                break
        seconds = time.perf_counter() - start
        if code == _FAILED:
            return Outcome(experiment, seconds, error=said)
        why = f"killed by signal {-code}" if code < 0 else f"ended with code {code}"
        return Outcome(experiment, seconds, error=f"its process was {why}\n{said}")

    def stop(self) -> None:
        """Nothing; the children are killed, and no new ones start."""
        self._is_stopped = True
        for child in tuple(self._children):
            child.kill()

    def __getstate__(self) -> tuple[Path, int | None]:
        return self.out, self.threads

    def __setstate__(self, state: tuple[Path, int | None]) -> None:
        self.__init__(*state)

    def _run(self, experiment: Experiment) -> tuple[int, str]:
        """The exit code of a child, and the last lines that it said."""
        environment = dict(os.environ)
        if self.threads is not None:
            environment["OMP_NUM_THREADS"] = str(self.threads)
        child = subprocess.Popen(
            [sys.executable, "-m", "vostoolkit.experiments.launch", str(self.out)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            start_new_session=True,
        )
        self._children.add(child)
        with child:
            said: list[str] = []
            # Its standard input stays open: when it ends, the child does.
            with contextlib.suppress(BrokenPipeError):
                if child.stdin and child.stderr:
                    child.stdin.write(f"{experiment.as_json()}\n")
                    child.stdin.flush()
                    said = child.stderr.read().strip().splitlines()[-_LAST_LINES:]
            code = child.wait()
        self._children.discard(child)
        return code, "\n".join(said)


def _numbers(folder: Path) -> Mapping[str, float]:
    """The numbers of the notebook's summary; none if it wrote no summary."""
    path = folder / SUMMARY
    held = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return {
        name: float(value)
        for name, value in held.items()
        if isinstance(value, int | float) and math.isfinite(value)
    }


def _child(out: Path) -> int:
    """The exit code of a child: it reads its experiment, and ends when its parent does."""
    experiment = Experiment.from_json(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    partial = out / "partial" / f"{experiment.id}-{os.getpid()}"
    finished = folder_of(experiment, out)
    try:
        run_notebook(experiment.template, partial, experiment.parameters)
    except ExperimentError as error:
        failed = out / "failed" / experiment.id
        shutil.rmtree(failed, ignore_errors=True)
        failed.parent.mkdir(parents=True, exist_ok=True)
        if partial.is_dir():
            partial.rename(failed)
        sys.stderr.write(str(error).replace(str(partial), str(failed)))
        return _FAILED
    finished.parent.mkdir(parents=True, exist_ok=True)
    if not finished.is_dir():
        partial.rename(finished)
    return 0


def _end_with_parent() -> None:
    """Never returns: standard input ends when the parent does, and then so does this process."""
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    code = _child(Path(sys.argv[1]))
    sys.stderr.flush()
    os._exit(code)  # the thread that reads standard input would hold up an ordinary exit
