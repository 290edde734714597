"""Memory that was freed, handed back to the system when there is nothing else to do."""

import ctypes
import sys
import time

_PACE_S = 3.0
"""It takes up to 0.1 s for every GB that was freed, so it isn't done more often."""

_trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
_last = 0.0


def give_back() -> None:
    """Nothing; hands back what was freed, now and then; only where the C library is glibc.

    It keeps apart what each thread frees: with many threads that make and drop tensors, far more
    would lie unused than is in use.
    """
    global _last
    now = time.monotonic()
    if _trim is not None and now - _last >= _PACE_S:
        _last = now
        _trim(0)
