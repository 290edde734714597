"""Whole runs of XMem with seeded weights equal the published system's, frame by frame.

Two threads instead of one move the published probabilities by up to 5e-6; tolerances leave a
factor of ten and more for another processor.
"""

import numpy as np
import pytest
from golden.goldens import near, same
from golden.xmem_runs import GoldenRun, golden_run

RUNS = {
    "lt": "12",
    "nolt": "12",
    "lt_evict20": "20",
    "lt_nousage": "12",
    "pad90x140": "12_90x140",
    "one_object": "12",
    "new_object_t4": "12",
    "remask_t5": "12",
    "defaults": "12",
    "hidden0": "12",
}


@pytest.fixture(scope="module", params=RUNS)
def run(request) -> GoldenRun:
    return golden_run(request.param, RUNS[request.param])


def test_masks(run):
    sub = int(run.expected["sub"])
    same([len(pmf) for pmf in run.pmfs], run.expected["nch"])
    for t, _ in enumerate(run.pmfs):
        pmf = run.pmfs[t][:, ::sub, ::sub]
        near(pmf, run.expected["prob"][t][: len(pmf)], 1e-4)


def test_memory_sizes(run):
    same(run.sizes, run.expected["mem_state_work_long_lastti"])


def test_sensory_memory(run):
    if "final_hidden" in run.expected:
        near(run.before_last.hidden[None], run.expected["final_hidden"], 2e-4)


def test_working_memory(run):
    working = run.last.memory.groups[0].working
    key = np.concatenate([chunk.key for chunk in working.chunks]).T[None]
    near(key[:, ::4], run.expected["final_work_key"], 2e-4)
    if "final_work_usage" in run.expected:
        near(working.usage()[None, None], run.expected["final_work_usage"], 1e-4)


def test_long_term_memory(run):
    tier = run.last.memory.groups[0].long_term
    if "final_long_key" not in run.expected:
        assert not tier.chunks
        return
    key = np.concatenate([chunk.key for chunk in tier.chunks]).T[None]
    near(key, run.expected["final_long_key"], 2e-4)
    shrinkage = np.concatenate([chunk.shrinkage for chunk in tier.chunks])
    near(shrinkage[None, None], run.expected["final_long_shrinkage"], 2e-4)
    value = np.concatenate([chunk.value for chunk in tier.chunks]).transpose(1, 2, 0)
    near(value[:, ::8], run.expected["final_long_value0"], 2e-4)
    if "final_long_usage" in run.expected:
        near(tier.usage()[None, None], run.expected["final_long_usage"], 1e-4)
