"""Whole runs of Lazy-XMem's tracker with seeded weights: refused frames and substituted masks."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from golden.goldens import golden, json_in, near, same, scene
from golden.xmem_runs import drawn, frame_of, propagator

from vostoolkit.masks import Masks
from vostoolkit.results import Uncertainty
from vostoolkit.stages.propagate_xmem import XMemPropagator
from vostoolkit.stages.update import MemoryRule
from vostoolkit.stages.xmem_state import XMemState

OBJECTS = (1, 2)
NOBODY = frozenset[int]()
LAST = 11


@dataclass
class LazyRun:
    """A golden's own numbers and ours: masks before and after the policy, counters and sizes."""

    expected: dict[str, np.ndarray]
    predicted: list[torch.Tensor]
    final: list[torch.Tensor]
    counters: list[tuple[int, int, int, int]]
    before_last: XMemState


@pytest.fixture(scope="module", params=["always", "skip_3_4_6", "sub5_work"])
def run(request) -> LazyRun:
    expected, (images, labels) = golden(f"lazy_run_{request.param}.npz"), scene("12")
    config, policy = json_in(expected["_cfg"]), json_in(expected["_policy"])
    stage, rule = propagator(config), MemoryRule(config["mem_every"], scope="frame", retry=True)
    done = LazyRun(expected, [], [], [], stage.start(frame_of(images, 0), ()))
    state, counted, since = begun(stage, images, labels), 0, 0
    record(done, state, drawn(labels[0], OBJECTS), drawn(labels[0], OBJECTS), (0, 0))
    for t in range(1, len(images)):
        frame, action = frame_of(images, t), policy.get(str(t))
        done.before_last = state
        result, state = stage.propagate(frame, state)
        masks = drawn(labels[t], OBJECTS) if isinstance(action, list) else result.masks
        since += 1
        is_due = since >= rule.every
        plans, after = rule(
            OBJECTS,
            uncertain(result.masks, 1.0 if action == "s" else 0.0),
            since,
            corrected=frozenset(OBJECTS) if isinstance(action, list) else NOBODY,
            pseudo_corrected=NOBODY,
        )
        counted += plans[0].tier is not None or after == since
        since, tier = after, plans[0].tier if t < LAST else None
        if tier is not None:
            sensory = "update" if is_due else "keep"
            _, state = stage.memorise(frame, masks, state, tier=tier, sensory=sensory)
        elif action == "s" and is_due:
            _, state = stage.memorise(frame, masks, state, tier=None, sensory="undo")
        if t == LAST:
            since = counted - done.counters[-1][1]
        record(done, state, result.masks, masks, (counted, counted - since))
    return done


def begun(stage: XMemPropagator, images: np.ndarray, labels: np.ndarray) -> XMemState:
    frame = frame_of(images, 0)
    state = stage.start(frame, ())
    return stage.memorise(frame, drawn(labels[0], OBJECTS), state, tier="working")[1]


def uncertain(masks: Masks, score: float) -> Uncertainty:
    scores = dict.fromkeys(masks.objects, score)
    entropy = torch.zeros(tuple(masks.size))
    return Uncertainty(frame=0, masks=masks, entropy=entropy, regions={}, score=scores, jump={})


def record(
    done: LazyRun, state: XMemState, predicted: Masks, final: Masks, clock: tuple[int, int]
) -> None:
    sub, sizes = int(done.expected["sub"]), state.memory.sizes()
    done.predicted.append(predicted.pmf[:, ::sub, ::sub])
    done.final.append(final.pmf[:, ::sub, ::sub])
    done.counters.append((*clock, sizes["working"], sizes["long-term"]))


def test_masks(run):
    near(np.stack(run.predicted), run.expected["prob"], 1e-4)
    near(np.stack(run.final), run.expected["prob_after_policy"], 1e-4)


def test_frame_counter_and_memory_sizes(run):
    same(run.counters, run.expected["state_cur_last_work_long"])


def test_sensory_memory(run):
    near(run.before_last.hidden[None], run.expected["final_hidden"], 2e-4)


def test_predicting_without_an_update():
    expected, (images, labels) = golden("lazy_solo.npz"), scene("12")
    stage = propagator(json_in(golden("lazy_run_always.npz")["_cfg"]))
    state = begun(stage, images, labels)
    for t in range(1, 4):
        result, state = stage.propagate(frame_of(images, t), state)
        if t == 2:
            _, state = stage.memorise(frame_of(images, t), result.masks, state, tier="working")
    first = stage.propagate(frame_of(images, 5), state)[0].masks.pmf
    again = stage.propagate(frame_of(images, 5), state)[0].masks.pmf
    near(first, expected["solo_predict5"], 1e-4)
    near(again, expected["solo_predict5_again"], 1e-4)
    same(state.frame, expected["curr_ti"])
    logits = torch.from_numpy(np.asarray(expected["logits5"]))
    near(first.log()[None], expected["logits5"] - logits.logsumexp(1, True).numpy(), 2e-4)
