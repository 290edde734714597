"""What was freed between things that stay is handed back, but not all the time."""

import sys

import numpy as np
import psutil
import pytest
from vostoolkit_widgets import idle

MB = 2**20


def size() -> int:
    return psutil.Process().memory_info().rss


@pytest.mark.skipif(sys.platform != "linux", reason="it is about glibc")
def test_freed_memory_goes_back_now_and_then(monkeypatch):
    monkeypatch.setattr(idle, "_last", 0.0)
    for is_time in (True, False):  # the second comes too soon
        blocks = [np.ones(60_000, np.uint8) for _ in range(3000)]  # too small to be mapped apart
        stays = blocks[::500]
        before = size()
        del blocks
        idle.give_back()
        assert (before - size() > 80 * MB) == is_time and stays
