"""Drives the propagator as XMem++'s published loop does: annotated frames first, then a pass."""

from dataclasses import dataclass

import numpy as np
import torch
from golden.goldens import golden, json_in, scene
from golden.xmem_runs import drawn, frame_of, propagator

from vostoolkit.masks import Masks
from vostoolkit.stages.propagate_xmem import XMemPropagator
from vostoolkit.stages.xmem_state import XMemState


@dataclass
class PermanentRun:
    """A golden's own numbers and ours; sizes are temporary, permanent, long-term."""

    expected: dict[str, np.ndarray]
    pmfs: list[torch.Tensor]
    sizes: list[tuple[int, int, int]]
    before_last: XMemState
    last: XMemState


def annotated(
    stage: XMemPropagator, labels: np.ndarray, images: np.ndarray, frames: list[int], objects: tuple
) -> XMemState:
    """The state before the pass, with these frames in permanent memory."""
    state = stage.start(frame_of(images, 0), ())
    for t in frames:
        masks = drawn(labels[t], objects)
        _, state = stage.memorise(frame_of(images, t), masks, state, tier="permanent")
    return state


def permanent_run(name: str) -> PermanentRun:
    expected, (images, labels) = golden(f"xmem2_run_{name}.npz"), scene("12")
    config, frames = json_in(expected["_cfg"]), expected["perm"].tolist()
    objects = tuple(range(1, expected["prob"].shape[1]))
    stage = propagator(config)
    state = annotated(stage, labels, images, frames, objects)
    if "update5" in name:  # frame 5 again, its masks moved three pixels to the right
        moved = drawn(np.roll(labels[5], 3, 1), objects)
        _, state = stage.memorise(frame_of(images, 5), moved, state, tier="permanent")
    before = state = stage.restart(state)
    pmfs, sizes, last_memory = [], [_sizes(state)], 0
    for t in range(len(images)):
        frame, before = frame_of(images, t), state
        if t in frames:  # resets the clock, though it's stored already
            masks = drawn(labels[t], objects)
            _, state = stage.memorise(frame, masks, state, tier=None)
            last_memory = t
        else:
            masks, state, last_memory = _predicted(stage, frame, state, last_memory, config)
        pmfs.append(masks.pmf)
        sizes.append(_sizes(state))
    return PermanentRun(expected, pmfs, sizes, before, state)


def _predicted(stage, frame, state, last_memory: int, config: dict) -> tuple[Masks, XMemState, int]:
    result, state = stage.propagate(frame, state)
    if frame.index - last_memory >= config["mem_every"] and frame.index < 11:
        _, state = stage.memorise(frame, result.masks, state, tier="working")
        last_memory = frame.index
    return result.masks, state, last_memory


def _sizes(state: XMemState) -> tuple[int, int, int]:
    sizes = state.memory.sizes()
    return sizes["working"], sizes["permanent"], sizes["long-term"]
