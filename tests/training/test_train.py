import pytest
import torch

from vostoolkit.cli.train import NETWORKS
from vostoolkit.errors import WeightsError
from vostoolkit.networks.click import ClickNetwork
from vostoolkit.training.export import export, model_card, shipped
from vostoolkit.training.held_out import held_out_scores
from vostoolkit.training.loop import Files
from vostoolkit.training.recipes import RECIPES
from vostoolkit.training.train import facts_of, find_recipe, resumed, train
from vostoolkit.weights import load_weights

from .conftest import PLAN


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    """A cache folder of the tests' own, where pools are drawn once; other processes see it too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory, cache):
    out = tmp_path_factory.mktemp("run")
    seen = []
    assert train("click", steps=1, out=out, plan=PLAN, watch=seen.append) == out
    train("click", steps=2, out=out, plan=PLAN)
    return out


def test_training_goes_on_where_it_was(folder):
    recipe = find_recipe("click")
    assert resumed(recipe, Files(folder), seed=0, device="cpu").step == 2
    assert facts_of(folder).recipe == "click"


def test_a_seed_makes_the_same_weights_again(tmp_path):
    runs = [train("click", steps=2, out=tmp_path / str(n), plan=PLAN, seed=3) for n in range(2)]
    one, two = (resumed(find_recipe("click"), Files(run), seed=0, device="cpu") for run in runs)
    for name, value in one.average.state_dict().items():
        assert value.equal(two.average.state_dict()[name])


def test_shipped_weights_are_half_as_large_and_load_again(folder, tmp_path):
    trained = resumed(find_recipe("click"), Files(folder), seed=0, device="cpu")
    tensors = shipped(trained.average)
    kinds = {(value.ndim > 1, value.dtype) for value in tensors.values()}
    assert kinds == {(True, torch.float16), (False, torch.float32), (False, torch.int64)}


def test_export_writes_weights_that_load_and_a_card_with_the_scores(folder, tmp_path):
    path = export(folder, tmp_path, clips=2)
    network = load_weights(ClickNetwork(), path)
    card = path.with_suffix(".md").read_text()
    score = held_out_scores(network.eval(), clips=2)[0]
    assert "2 steps" in card
    assert f"| {score.what} | {score.value:.2f}"[:-1] in card
    assert path.stat().st_size < 6_000_000


def test_export_without_a_checkpoint(folder, tmp_path):
    (tmp_path / "run.json").write_text((folder / "run.json").read_text())
    with pytest.raises(FileNotFoundError, match="train for a minute"):
        export(tmp_path, tmp_path)


def test_card_tells_what_was_seen(folder):
    recipe = find_recipe("nano")
    run = resumed(recipe, Files(folder / "none"), seed=0, device="cpu")
    card = model_card(recipe, facts_of(folder), run, ())
    assert "no other photograph, no video" in card
    assert "563,642 parameters" in card


def test_training_begins_with_given_weights(folder, tmp_path):
    weights = export(folder, tmp_path / "first", clips=1)
    recipe, files = find_recipe("click"), Files(tmp_path / "second")
    begun = resumed(recipe, files, seed=5, device="cpu", weights=weights)
    given = load_weights(ClickNetwork(), weights)
    assert begun.step == 0
    for name, value in begun.network.state_dict().items():
        assert torch.equal(value, given.state_dict()[name])
    train("click", steps=1, out=files.folder, plan=PLAN, weights=weights, seed=5)
    assert facts_of(files.folder).began_with == "click.safetensors"
    with pytest.raises(WeightsError):
        train("nano", steps=1, out=tmp_path / "third", plan=PLAN, weights=weights)


def test_unknown_recipe_lists_the_known_ones():
    with pytest.raises(ValueError, match=", ".join(sorted(RECIPES))):
        train("huge")


def test_the_command_line_offers_every_recipe():
    assert set(NETWORKS) == set(RECIPES)


def test_no_process_at_all():
    with pytest.raises(ValueError, match="0 processes"):
        train("click", processes=0)


def test_two_processes_train_one_network(tmp_path):
    """Each would end after another number of clicks, and then wait for ever for the other."""
    train("click", steps=6, processes=2, out=tmp_path, plan=PLAN, seed=5)
    recipe = find_recipe("click")
    assert resumed(recipe, Files(tmp_path), seed=5, device="cpu").step == 6
