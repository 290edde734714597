"""Rewards, advantages and PPO's objective by hand; a policy learns what pays in a toy table."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vostoolkit.networks.annotation_policy import POLICY_NANO, AnnotationPolicy, PolicyConfig
from vostoolkit.networks.click import ClickNetwork
from vostoolkit.training.held_out import held_out_scores
from vostoolkit.training.held_out_policy import oracle, reward_of
from vostoolkit.training.learn_policy import (
    CLICKS,
    MASK,
    LearnPolicy,
    advantages,
    clipped_objective,
    episodes_of,
    judged_rows,
)
from vostoolkit.training.loop import Budget, Files, Optimisation, Trained, fit, restore, start
from vostoolkit.training.outcomes import Outcomes

TINY = PolicyConfig(embedding=1, image_width=4, widths=(4, 4, 4, 4, 4), blocks=(1, 1, 1, 1))
QUICK = Optimisation(learning_rate=1e-2, warmup_steps=2)


@pytest.fixture(scope="module")
def table() -> Outcomes:
    """Clicks bring the even rows to 0.9 at once, and the odd ones nothing; pictures tell which."""
    helps = torch.arange(32) % 2 == 0
    quality = torch.zeros(32, 3)
    quality[helps, 1:] = 0.9
    pictures = torch.where(helps, 1.0, -1.0)[:, None, None, None]
    return Outcomes(pictures, torch.zeros(32, 3, 16, 16), quality)


def test_the_papers_reward_is_the_gain_over_all_seconds_so_far() -> None:
    episodes = episodes_of(torch.tensor([[0.2, 0.5, 0.6]]), torch.tensor([[CLICKS, MASK]]))
    assert episodes.quality[0].tolist() == pytest.approx([0.2, 0.5, 1.0])
    assert episodes.is_last[0].tolist() == [False, True]
    assert episodes.rewards("paper")[0].tolist() == pytest.approx([0.3 / 5.5, 0.5 / 85.5])


def test_the_released_reward_ends_with_the_whole_gain() -> None:
    episodes = episodes_of(torch.tensor([[0.2, 0.5, 0.6]]), torch.tensor([[CLICKS, MASK]]))
    assert episodes.rewards("released")[0].tolist() == pytest.approx([0.3 / 4.5, 0.8 / 85.5])
    twice = episodes_of(torch.tensor([[0.2, 0.5, 0.6]]), torch.tensor([[CLICKS, CLICKS]]))
    assert twice.rewards("released")[0].tolist() == pytest.approx([0.3 / 4.5, 0.4 / 10])


@pytest.mark.parametrize("kind", ["paper", "released"])
def test_a_drawn_mask_ends_an_episode(kind) -> None:
    episodes = episodes_of(torch.tensor([[0.2, 0.5, 0.6]]), torch.tensor([[MASK, CLICKS]]))
    assert episodes.is_open[0].tolist() == [True, False]
    assert episodes.quality[0].tolist() == pytest.approx([0.2, 1, 1])
    assert episodes.rewards(kind)[0].tolist() == pytest.approx([0.8 / 80, 0])


def test_advantages_by_hand() -> None:
    rewards, value = torch.tensor([[1.0, 2.0]]), torch.tensor([[0.5, 1.0]])
    both, first = torch.tensor([[True, True]]), torch.tensor([[True, False]])
    found = advantages(rewards, value, both, discount=0.5, smoothing=0.5)
    assert found[0].tolist() == pytest.approx([1 + 0.25 * 1, 2 - 1])
    assert advantages(rewards, value, first, discount=0.5, smoothing=0.5)[0].tolist() == [0.5, 0]


NUMBERS = st.lists(st.floats(-2, 2, width=32), min_size=3, max_size=3)


@given(NUMBERS, NUMBERS, st.integers(1, 3), st.floats(0, 1))
def test_without_smoothing_an_advantage_is_the_return_less_the_value(
    rewards, value, length, discount
) -> None:
    is_open = (torch.arange(3) < length)[None]
    given_rewards, expected = torch.tensor([rewards]) * is_open, torch.tensor([value])
    found = advantages(given_rewards, expected, is_open, discount=discount, smoothing=1.0)
    for step in range(length):
        later = sum(discount ** (g - step) * rewards[g] for g in range(step, length))
        assert float(found[0, step]) == pytest.approx(later - value[step], abs=1e-4)
    assert not found[0, length:].any()


def test_the_clipped_objective_by_hand() -> None:
    ratio = torch.tensor([1.5, 0.5, 0.5, 1.5])
    advantage = torch.tensor([1.0, -1.0, 1.0, -1.0])
    found = clipped_objective(ratio.log(), advantage, 0.2)
    assert float(found) == pytest.approx((1.2 - 0.8 + 0.5 - 1.5) / 4)


@given(NUMBERS, NUMBERS, st.floats(0.01, 0.5))
def test_clipping_never_promises_more(log_ratio, advantage, clip) -> None:
    ratios, gains = torch.tensor(log_ratio), torch.tensor(advantage)
    bounded = float(clipped_objective(ratios, gains, clip))
    assert bounded <= float((ratios.exp() * gains).mean()) + 1e-5


def test_a_move_beyond_the_clip_has_no_gradient() -> None:
    log_ratio = torch.tensor([0.5, -0.5], requires_grad=True)
    clipped_objective(log_ratio, torch.tensor([1.0, 1.0]), 0.2).backward()
    assert log_ratio.grad is not None
    assert log_ratio.grad[0] == 0 < log_ratio.grad[1]


def test_the_oracle_takes_what_earns_more_at_once(table: Outcomes) -> None:
    actions = oracle(table)
    assert actions[0].tolist() == [CLICKS, MASK] and actions[1].tolist() == [MASK, MASK]
    good, bad = 0.9 / 5.5 + 0.1 / 85.5, 1 / 80
    assert reward_of(table, actions) == pytest.approx(60 * (good + bad) / 2)


def test_the_card_compares_the_policy_with_clicks_masks_chance_and_an_oracle() -> None:
    torch.manual_seed(0)
    scores = held_out_scores(AnnotationPolicy(POLICY_NANO).eval(), clips=1)
    found = {score.what.split(": ")[1]: score.value for score in scores}
    best = found.pop("oracle, what earns most at once")
    assert set(found) == {
        "the policy's likeliest",
        "the policy's, drawn",
        "always clicks",
        "always the mask",
        "by chance",
    }
    assert 0 < found["always the mask"] <= best


def test_a_policy_learns_which_pictures_clicks_help(table: Outcomes) -> None:
    torch.manual_seed(0)
    learner = LearnPolicy(table, episodes=16, passes=2, parts=2)
    run = start(AnnotationPolicy(TINY), QUICK)
    network = fit(run, learner, budget=Budget(steps=30), optimisation=QUICK, seed=0).average
    rows = torch.arange(len(table))
    found = judged_rows(network, table, rows, torch.zeros_like(rows))
    assert torch.equal(found.best(), torch.where(rows % 2 == 0, CLICKS, MASK))
    worth = found.value.detach()
    assert float(worth[0]) > 3 * float(worth[1])  # which videos to annotate first


def test_a_resumed_run_equals_a_straight_one(table: Outcomes, tmp_path) -> None:
    """Each step plays anew with the policy as it is, so nothing but the weights has to be kept."""

    def halting(steps: int, files: Files) -> Trained:
        torch.manual_seed(0)
        run = start(AnnotationPolicy(TINY), QUICK)
        if files.checkpoint.is_file():
            restore(run, files.checkpoint)
        learner = LearnPolicy(table, episodes=8, passes=2, parts=2)
        for step in range(run.step, steps):
            budget = Budget(steps=step + 1)
            fit(run, learner, budget=budget, optimisation=QUICK, seed=0, files=files)
        return run

    straight = halting(3, Files(tmp_path / "straight"))
    halting(1, Files(tmp_path / "halted"))
    resumed = halting(3, Files(tmp_path / "halted"))
    for name, value in straight.network.state_dict().items():
        assert torch.equal(value, resumed.network.state_dict()[name])


def test_a_click_network_cannot_choose(table: Outcomes) -> None:
    with pytest.raises(TypeError, match="give an AnnotationPolicy"):
        next(LearnPolicy(table)(ClickNetwork((8, 8, 8, 8, 8)), np.random.default_rng(0), 0.0))


@pytest.mark.parametrize("wrong", [{"passes": 0}, {"episodes": 2, "parts": 3}])
def test_settings_that_cannot_be_are_refused(table: Outcomes, wrong) -> None:
    with pytest.raises(ValueError, match="give"):
        LearnPolicy(table, **wrong)
