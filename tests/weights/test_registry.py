import math

import pytest

from vostoolkit.weights import WEIGHTS
from vostoolkit.weights.blueprints import expected_shapes

PUBLISHED = [w for w in WEIGHTS.values() if not w.is_embedded]
BLUEPRINTS = list(dict.fromkeys(w.blueprint for w in WEIGHTS.values()))


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
