"""A table of what clicks achieved: its rows, what a perfect and a useless refiner make of it."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from vostoolkit.geometry import to_region
from vostoolkit.prompts import Click
from vostoolkit.results import Refinement
from vostoolkit.stages.propagate_flow import FlowPropagator
from vostoolkit.training.judged import Judged
from vostoolkit.training.outcomes import Outcomes, Simulation, pooled_clips
from vostoolkit.training.pool import Pool


def embed(image: np.ndarray) -> torch.Tensor:
    return torch.full((1, 2, 3, 3), float(image.mean()) / 255)


@pytest.fixture(scope="module")
def clips() -> list[Judged]:
    """A square on noise that jumps, so that what is carried on is wrong; and an empty clip."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 60, (2, 4, 64, 64, 3), dtype=np.uint8)
    labels = np.zeros((2, 4, 64, 64), np.uint8)
    for stamp in range(4):
        place = 4 + 12 * stamp
        labels[0, stamp, place : place + 18, 20:44] = 1
    images[labels == 1] = (210, 80, 40)
    return list(pooled_clips(Pool(images, labels), 2))


def test_clips_without_an_object_are_left_out(clips: list[Judged]) -> None:
    assert [clip.name for clip in clips] == ["clip 0"]
    assert clips[0].objects == (1,)


def simulated(clips: list[Judged], refine, seed: int = 0) -> Outcomes:
    simulation = Simulation(FlowPropagator(), refine, embed, steps=2, frames=3)
    return simulation(clips, np.random.default_rng(seed))


def test_a_perfect_refiner_ends_what_there_is_to_click(clips: list[Judged]) -> None:
    asked = []

    def perfect(frame, object_id, prompts, masks, /) -> Refinement:
        asked.append(prompts)
        truth = clips[0].truth(frame.index) == object_id
        like = masks.region(object_id)
        return Refinement(
            frame=frame.index,
            object_id=object_id,
            prompts=prompts,
            before=masks.of(object_id),
            after=to_region(truth, like=like).float(),
        )

    table = simulated(clips, perfect)
    assert len(table) == 3 and table.steps == 2
    assert table.embeddings.shape == (3, 2, 1, 1) and table.masks.shape == (3, 3, 64, 64)
    assert bool((table.quality[:, 0] < 1).all())
    assert bool((table.quality[:, 1:] == 1).all())
    assert len(asked) == 3 and all(isinstance(p, Click) for given in asked for p in given)
    assert torch.equal(table.masks[0, 1] > 0, torch.from_numpy(clips[0].truth(1) == 1))


def test_clicks_that_change_nothing_leave_the_quality(clips: list[Judged]) -> None:
    counts = []

    def useless(frame, object_id, prompts, masks, /) -> Refinement:
        counts.append(len(prompts))
        own = masks.of(object_id)
        return Refinement(
            frame=frame.index, object_id=object_id, prompts=prompts, before=own, after=own
        )

    table = simulated(clips, useless)
    assert torch.equal(table.quality, table.quality[:, :1].expand(-1, 3))
    assert all(later > first for first, later in zip(counts[::2], counts[1::2], strict=True))


def test_a_seed_draws_the_same_frames(clips: list[Judged]) -> None:
    simulation = Simulation.nano()
    few = replace(simulation, steps=1, frames=1)
    one, again = (few(clips, np.random.default_rng(2)) for _ in range(2))
    assert torch.equal(one.quality, again.quality)
    assert one.embeddings.shape[1] == 96
