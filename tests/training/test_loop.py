import itertools
import json

import numpy as np
import pytest
import torch
from torch import nn

from vostoolkit.networks.click import ClickNetwork
from vostoolkit.networks.xmem import XMem
from vostoolkit.training.learn_click import LearnClick
from vostoolkit.training.learn_propagation import LearnPropagation, Rung
from vostoolkit.training.loop import Budget, Files, Loss, Optimisation, fit, restore, save, start

CPU = torch.device("cpu")
QUICK = Optimisation(learning_rate=5e-3, warmup_steps=2)


def click_run(pool):
    torch.manual_seed(0)
    learner = LearnClick(pool, CPU, examples=4, rounds=(0.7, 0.3))
    return start(ClickNetwork((8, 8, 8, 8, 8)), QUICK), learner


def nano_run(pool, config):
    torch.manual_seed(0)
    return start(XMem(config), QUICK), LearnPropagation(pool, CPU, ladder=(Rung(0, 3, 3),))


def loss_of(network, learner):
    network.train()
    with torch.no_grad():
        seeds = range(3)
        found = [learner(network, np.random.default_rng(s), 0.5) for s in seeds]
        steps = [[loss] if isinstance(loss, Loss) else list(loss) for loss in found]
        return np.mean([loss.total for losses in steps for loss in losses])


def test_ten_steps_lower_the_loss_of_propagation(pool, tiny):
    run, learner = nano_run(pool, tiny)
    before = loss_of(run.network, learner)
    fit(run, learner, budget=Budget(steps=10), optimisation=QUICK, seed=0)
    assert loss_of(run.network, learner) < 0.9 * before


def test_ten_steps_lower_the_loss_of_clicking(pool):
    run, learner = click_run(pool)
    before = loss_of(run.network, learner)
    fit(run, learner, budget=Budget(steps=10), optimisation=QUICK, seed=0)
    assert loss_of(run.network, learner) < 0.9 * before


class InTurn(nn.Module):
    """Says `first` everywhere at the first click, `second` at the next."""

    def __init__(self, first: float, second: float) -> None:
        super().__init__()
        self.answers = [second, first]

    def forward(self, image, previous, guidance):
        return torch.full_like(previous, self.answers.pop())


@pytest.mark.parametrize("answers", [(-6.0, 6.0), (6.0, -6.0)])
def test_a_click_that_makes_it_worse_costs_what_the_mask_lost(pool, answers):
    """All of the picture overlaps each object better than nearly nothing does."""

    def losses(monotone: float) -> list[float]:
        learner = LearnClick(pool, CPU, examples=4, rounds=(0.0, 1.0), monotone=monotone)
        found = learner(InTurn(*answers), np.random.default_rng(2), 0.5)
        return [float(loss.total) for loss in found]

    (first, plain), (again, strict), (_, stricter) = losses(0.0), losses(1.0), losses(2.0)
    assert first == again
    lost = strict - plain
    assert stricter - strict == pytest.approx(lost, abs=1e-5)
    assert 0.1 < lost < 1 if answers[0] > 0 else lost == 0


def test_resumed_run_equals_a_straight_one(pool, tmp_path):
    straight, learner = click_run(pool)
    fit(straight, learner, budget=Budget(steps=4), optimisation=QUICK, seed=0)
    first, learner = click_run(pool)
    budget = Budget(steps=4)

    class Stopped(Exception):
        pass

    def stop_after_two(network, rng, progress, /):
        if progress >= 0.5:
            raise Stopped
        return learner(network, rng, progress)

    with pytest.raises(Stopped):
        fit(first, stop_after_two, budget=budget, optimisation=QUICK, seed=0)
    save(first, tmp_path / "checkpoint.pt")
    second, learner = click_run(pool)
    restore(second, tmp_path / "checkpoint.pt")
    assert second.step == 2
    fit(second, learner, budget=budget, optimisation=QUICK, seed=0)
    for ours, theirs in (
        (second.network, straight.network),
        (second.average, straight.average),
    ):
        for a, b in zip(ours.state_dict().values(), theirs.state_dict().values(), strict=True):
            assert a.equal(b)


def test_a_kill_while_saving_leaves_the_last_checkpoint(pool, tmp_path, monkeypatch):
    run, _ = click_run(pool)
    path = tmp_path / "checkpoint.pt"
    save(run, path)
    before = path.read_bytes()

    def interrupted(_, file):
        file.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(torch, "save", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save(run, path)
    assert path.read_bytes() == before


def test_files_hold_the_curve_and_the_end(pool, tmp_path):
    run, learner = click_run(pool)
    points = []
    fit(
        run,
        learner,
        budget=Budget(steps=4),
        optimisation=QUICK,
        seed=0,
        files=Files(tmp_path, curve_every=2),
        watch=points.append,
    )
    lines = [json.loads(line) for line in (tmp_path / "curve.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [2, 4] == [point.step for point in points]
    assert Files(tmp_path).checkpoint.is_file()


@pytest.mark.parametrize("wrong", [{}, {"steps": 2, "minutes": 1}, {"steps": 0}, {"minutes": -1.0}])
def test_budgets_that_say_nothing(wrong):
    with pytest.raises(ValueError, match="either steps or minutes"):
        Budget(**wrong)


def test_a_click_network_cannot_learn_propagation(pool, tiny):
    _, learner = nano_run(pool, tiny)
    with pytest.raises(TypeError, match="give an XMem"):
        learner(ClickNetwork((8, 8, 8, 8, 8)), np.random.default_rng(0), 0.0)


def test_a_learner_may_move_the_weights_several_times_a_step():
    """Each loss is asked for when the weights have followed the one before."""
    seen = []

    def twice(network, rng, progress, /):
        for _ in range(2):
            seen.append(float(network.bias.detach()))
            yield Loss(network.bias.sum(), float(len(seen)))

    run = start(torch.nn.Linear(1, 1), QUICK)
    points = []
    fit(run, twice, budget=Budget(steps=25), optimisation=QUICK, seed=0, watch=points.append)
    assert run.step == 25 and len(seen) == 50
    assert all(later < earlier for earlier, later in itertools.pairwise(seen))
    assert points[0].overlap == pytest.approx(25.5)
