"""Whole runs of XMem++ with seeded weights equal the published system's, frame by frame."""

import numpy as np
import pytest
from golden.goldens import golden, json_in, near, same, scene
from golden.xmem2_runs import PermanentRun, annotated, permanent_run
from golden.xmem_runs import frame_of, propagator


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


def test_a_query_changes_nothing():
    expected, (images, labels) = golden("xmem2_probe.npz"), scene("12")
    stage = propagator(json_in(golden("xmem2_run_perm3.npz")["_cfg"]))
    state = stage.restart(annotated(stage, labels, images, [0, 5, 9], (1, 2)))
    result, _ = stage.propagate(frame_of(images, 3), state)
    near(result.masks.pmf, expected["prob_query3_noupdate"], 1e-4)


def test_the_released_slots_and_what_a_removal_leaves():
    expected, (images, labels) = golden("xmem2_probe.npz"), scene("12")
    stage = propagator(json_in(golden("xmem2_run_perm3.npz")["_cfg"]))
    state = annotated(stage, labels, images, [0, 5, 9], (1, 2))
    group = state.memory.groups[0]
    assert [frame for frame, _ in group.slots] == [0, 5, 9]
    same([slot for _, slot in group.slots], expected["perm_pos"])
    update, left = stage.forget(5, state)
    assert update.removed == 48
    permanent = left.memory.groups[0].permanent
    same(len(permanent), expected["after_remove5_size"])
    columns = [
        np.flatnonzero((k == _keys(group.permanent)[0].T).all(1))[0] for k in _rows(permanent)
    ]
    same(columns, expected["after_remove5_surviving_cols"])


def _rows(tier) -> np.ndarray:
    return np.concatenate([chunk.key for chunk in tier.chunks])
