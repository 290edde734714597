"""Strokes lie where they must; a few steps learn."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vostoolkit.networks.across_frame import AcrossFrame, AcrossFrameConfig
from vostoolkit.networks.click import ClickNetwork
from vostoolkit.training.held_out import held_out_scores
from vostoolkit.training.learn_interaction import LearnInteraction, strokes_on
from vostoolkit.training.loop import Budget, Optimisation, fit, start
from vostoolkit.training.pool import Pool

CPU = torch.device("cpu")
QUICK = Optimisation(learning_rate=5e-3, warmup_steps=2)


def truth(frames: int) -> np.ndarray:
    labels = np.zeros((frames, 48, 48), np.uint8)
    labels[:, 6:22, 6:40] = 1
    labels[:, 26:44, 10:30] = 2
    return labels


@pytest.fixture
def network() -> AcrossFrame:
    torch.manual_seed(0)
    return AcrossFrame(
        AcrossFrameConfig(
            identities=4,
            identity_width=4,
            stem=8,
            widths=(8, 8, 8, 8),
            blocks=(1, 1, 1, 1),
            bottleneck=False,
            width=16,
            low_width=8,
            heads=2,
            points=1,
        )
    )


@given(seed=st.integers(0, 10_000), frames=st.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_first_strokes_mark_every_object_and_nothing_else(seed: int, frames: int) -> None:
    labels = truth(frames)
    found = strokes_on(labels, np.random.default_rng(seed), is_later=False)
    assert (found.previous == -1).all()
    assert set(np.unique(found.strokes)) == {-1, 1, 2}
    inside = found.strokes > 0
    near = (found.strokes == labels)[inside].mean()
    assert near > 0.6  # strokes are some pixels wide: their rims may lie outside


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_later_strokes_lie_on_what_is_wrong(seed: int) -> None:
    """Where strokes say background, there was too much; where they name an object, too little."""
    labels = truth(2)
    found = strokes_on(labels, np.random.default_rng(seed), is_later=True)
    assert (found.previous >= 0).all()
    for frame in range(2):
        for label in (1, 2):
            own = labels[frame] == label
            wrong = own != (found.previous[frame] == label)
            marked = found.strokes[frame] == label
            if marked.any():
                assert (own & wrong)[marked].any()


def test_some_steps_lower_the_loss(network: AcrossFrame, pool: Pool) -> None:
    step = LearnInteraction(pool, CPU, clips=2)

    def mean_loss() -> float:
        network.train()
        losses = [step(network, np.random.default_rng(seed), 0.0).total for seed in range(4)]
        return float(torch.stack(losses).mean().detach())

    before = mean_loss()
    fit(start(network, QUICK), step, budget=Budget(steps=30), optimisation=QUICK, seed=0)
    assert mean_loss() < 0.9 * before


def test_a_step_is_equal_for_one_seed(network: AcrossFrame, pool: Pool) -> None:
    step = LearnInteraction(pool, CPU, clips=2)
    one, again, other = (
        float(step(network, np.random.default_rng(seed), 0.0).total.detach()) for seed in (1, 1, 2)
    )
    assert one == again != other


def test_the_card_tells_strokes_on_the_frame_from_those_on_the_other(network: AcrossFrame) -> None:
    scores = held_out_scores(network.eval(), clips=2)
    near, far, alone = (score.what.removeprefix("mean J of objects ") for score in scores)
    assert near.startswith("with a stroke on the frame, two frames")
    assert far.startswith("with one on the other frame")
    assert alone.endswith("by the embedded click network")
    assert all(0 <= score.value <= 1 for score in scores)


def test_a_click_network_sees_one_frame(pool: Pool) -> None:
    with pytest.raises(TypeError, match="give an AcrossFrame"):
        LearnInteraction(pool, CPU)(ClickNetwork((8, 8, 8, 8, 8)), np.random.default_rng(0), 0.0)
