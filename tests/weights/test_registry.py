import math
from importlib.resources import files

import pytest

from vostoolkit.training.recipes import RECIPES
from vostoolkit.weights import WEIGHTS, blueprints, find_weights, verify_weights
from vostoolkit.weights.blueprints import Blueprint, expected_shapes, shapes_of

PUBLISHED = [w for w in WEIGHTS.values() if not w.is_embedded]
EMBEDDED = [w for w in WEIGHTS.values() if w.is_embedded]
BLUEPRINTS = [b for b in vars(blueprints).values() if isinstance(b, Blueprint)]


@pytest.mark.parametrize("blueprint", BLUEPRINTS, ids=lambda b: b.name)
def test_the_network_has_as_many_numbers_as_the_table_says(blueprint):
    assert sum(map(math.prod, expected_shapes(blueprint).values())) == blueprint.numbers


@pytest.mark.parametrize("weights", PUBLISHED, ids=lambda w: w.name)
def test_an_entry_says_licence_and_origin(weights):
    assert weights.licence
    assert weights.page.startswith("https://")
    assert weights.url is None or weights.url.startswith("https://")
    assert weights.url or weights.note
    assert weights.sha256 is None or len(bytes.fromhex(weights.sha256)) == 32
    # float32 numbers, and a little for the names
    assert weights.size is None or weights.size > 4 * weights.blueprint.numbers


def test_no_two_entries_share_a_file_or_an_address():
    assert len({w.file for w in PUBLISHED}) == len(PUBLISHED)
    addresses = [w.url for w in PUBLISHED if w.url]
    assert len(set(addresses)) == len(addresses)


@pytest.mark.parametrize("weights", EMBEDDED, ids=lambda weights: weights.name)
def test_what_a_recipe_trains_fits_what_is_embedded_under_its_name(weights):
    assert shapes_of(RECIPES[weights.name]().network()) == expected_shapes(weights.blueprint)


def test_every_embedded_file_is_known_has_its_card_and_fits():
    folder = files("vostoolkit") / "embedded"
    shipped = {p.name for p in folder.iterdir() if p.name.endswith(".safetensors")}
    assert shipped == {weights.file for weights in EMBEDDED} >= {"nano.safetensors"}
    for weights in EMBEDDED:
        assert (folder / f"{weights.name}.md").is_file()
        assert not verify_weights(weights.name).problem


def test_embedded_files_take_less_than_20_mb_together():
    assert sum(find_weights(w.name).stat().st_size for w in EMBEDDED) < 20_000_000
