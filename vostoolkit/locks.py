"""A file that one process at a time may hold."""

import contextlib
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any


@contextlib.contextmanager
def only_one(file: Path, refusal: Exception) -> Generator[None]:
    """Nothing; the file is held meanwhile. The system lets go of it however its holder ends.

    Raises:
        Exception: ``refusal``, if another holds it.
    """
    with file.open("w") as held:
        try:
            _lock(held.fileno())
        except OSError:
            raise refusal from None
        yield


def _lock(descriptor: int) -> None:
    if os.name == "nt":
        import msvcrt

        windows: Any = msvcrt
        windows.locking(descriptor, windows.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
