"""Drives the propagator as the published inference loop does: memory every n-th frame, masks."""

import dataclasses
from dataclasses import dataclass

import numpy as np
import torch
from golden.goldens import golden, json_in, scene, seeded_weights

from vostoolkit.frames import Frame
from vostoolkit.masks import Masks, soft_aggregate
from vostoolkit.memory.consolidate import Limits
from vostoolkit.networks.xmem import XMEM, XMem
from vostoolkit.stages.propagate_xmem import XMemPropagator
from vostoolkit.stages.xmem_state import XMemState

_NETWORKS: dict[int, XMem] = {}


def network(hidden_dim: int = 64) -> XMem:
    if hidden_dim not in _NETWORKS:
        name = "xmem_manifest.json" if hidden_dim else "xmem_hidden0_manifest.json"
        made = XMem(dataclasses.replace(XMEM, hidden_dim=hidden_dim)).eval()
        made.load_state_dict(seeded_weights(name))
        _NETWORKS[hidden_dim] = made
    return _NETWORKS[hidden_dim]


@dataclass
class GoldenRun:
    """A golden's own numbers and ours: one pmf and one pair of sizes a frame."""

    expected: dict[str, np.ndarray]
    pmfs: list[torch.Tensor]
    sizes: list[tuple[int, int, int]]
    before_last: XMemState
    last: XMemState


def propagator(config: dict) -> XMemPropagator:
    return XMemPropagator(
        network(config["hidden_dim"]),
        short_side=None,
        top_k=config["top_k"],
        limits=dataclasses.replace(
            Limits.released(),
            working_min=config["min_mid_term_frames"],
            working_max=config["max_mid_term_frames"],
            prototypes=config["num_prototypes"],
            long_term_max=config["max_long_term_elements"],
            is_consolidating=config["enable_long_term"],
        ),
        deep_update_every=config["deep_update_every"],
        device="cpu",
    )


def golden_run(name: str, suffix: str = "12") -> GoldenRun:
    expected, (images, labels) = golden(f"xmem_run_{name}.npz"), scene(suffix)
    config, given = json_in(expected["_cfg"]), json_in(expected["_masks"])
    stage = propagator(config)
    state = before = stage.start(frame_of(images, 0), ())
    pmfs, sizes, last_memory = [], [], 0
    for t in range(len(images)):
        frame, is_end = frame_of(images, t), t == len(images) - 1
        _, valid, objects = given.get(str(t), (0, (), state.objects))
        before, masks = state, None
        if t > 0 and len(valid) < len(objects):
            predicted, state = stage.propagate(frame, state)
            masks = predicted.masks
        if valid:
            masks = _with_drawn(masks, labels[t], tuple(objects), valid)
        if (valid or t - last_memory >= config["mem_every"]) and not is_end:
            _, state = stage.memorise(frame, masks, state, tier="working")
            last_memory = t
        pmfs.append(masks.pmf)
        group = state.memory.groups[0]
        sizes.append((len(group.working), len(group.long_term), last_memory))
    return GoldenRun(expected, pmfs, sizes, before, state)


def frame_of(images: np.ndarray, index: int) -> Frame:
    return Frame(index, images[index], index / 25)


def _with_drawn(
    predicted: Masks | None, labels: np.ndarray, objects: tuple[int, ...], drawn: list[int]
) -> Masks:
    """Drawn masks over predictions, which leave the places that any drawn mask covers."""
    ours = {o: torch.from_numpy(labels == o).float() for o in drawn}
    free = 1 - torch.stack(list(ours.values())).amax(0)
    for o in objects:
        if o not in ours:
            assert predicted is not None
            ours[o] = predicted.of(o) * free
    logits = soft_aggregate(torch.stack([ours[o] for o in objects]))
    return Masks(torch.softmax(logits, 0), objects)


def drawn(labels: np.ndarray, objects: tuple[int, ...]) -> Masks:
    """Drawn masks of all objects, aggregated as the published systems do."""
    given = torch.stack([torch.from_numpy(labels == o).float() for o in objects])
    return Masks(torch.softmax(soft_aggregate(given), 0), objects)
