"""Whole runs of XMem++ with seeded weights equal the published system's, frame by frame."""

import numpy as np
import pytest
from golden.goldens import near, same
from golden.xmem2_runs import PermanentRun, permanent_run


@pytest.fixture(scope="module", params=["perm3", "perm1", "perm3_update5", "perm3_oneobj"])
def run(request) -> PermanentRun:
    return permanent_run(request.param)


def test_masks(run):
    sub = int(run.expected["sub"])
    near(np.stack([pmf[:, ::sub, ::sub] for pmf in run.pmfs]), run.expected["prob"], 1e-4)


def test_memory_sizes(run):
    same(run.sizes, run.expected["state_temp_perm_long"])


def test_sensory_memory(run):
    near(run.before_last.hidden[None], run.expected["final_hidden"], 2e-4)


def test_permanent_and_working_memory(run):
    group = run.last.memory.groups[0]
    near(_keys(group.permanent)[:, ::4], run.expected["perm_key"], 2e-4)
    near(_keys(group.working)[:, ::4], run.expected["temp_key"], 2e-4)
    value = np.concatenate([chunk.value for chunk in group.permanent.chunks]).transpose(1, 2, 0)
    near(value[:, ::8], run.expected["perm_value"], 2e-4)


def test_long_term_memory(run):
    tier = run.last.memory.groups[0].long_term
    assert bool(tier.chunks) == ("long_key" in run.expected)
    if tier.chunks:
        near(_keys(tier), run.expected["long_key"], 2e-4)
        near(tier.usage()[None, None], run.expected["long_usage"], 1e-4)


def _keys(tier) -> np.ndarray:
    return np.concatenate([chunk.key for chunk in tier.chunks]).T[None]
