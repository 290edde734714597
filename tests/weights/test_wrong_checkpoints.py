"""Each network refuses a checkpoint that lacks a key, has one too many, or isn't its own."""

from functools import cache

import pytest
import torch

from vostoolkit.errors import WeightsError
from vostoolkit.weights import WEIGHTS, load_weights, verify_weights
from vostoolkit.weights.blueprints import expected_shapes
from vostoolkit.weights.matching import names_for

BLUEPRINTS = list(dict.fromkeys(w.blueprint for w in WEIGHTS.values()))
EACH = pytest.mark.parametrize("blueprint", BLUEPRINTS, ids=lambda b: b.name)


def tensors_of(blueprint):
    """Tensors of the right shapes that take a single number each, on the disk too."""
    shapes = expected_shapes(blueprint)
    return {key: torch.zeros(()).expand(shape) for key, shape in shapes.items()}


@cache
def built(blueprint):
    with torch.device("meta"):
        return blueprint.build()


def refusal(blueprint, tensors, path):
    torch.save(tensors, path)
    network = built(blueprint)
    with pytest.raises(WeightsError) as caught:
        load_weights(network, path)
    assert f"{path} doesn't fit this {type(network).__name__}: " in str(caught.value)
    return str(caught.value)


@EACH
def test_its_own_is_known(blueprint, tmp_path):
    torch.save(tensors_of(blueprint), tmp_path / "right.pth")
    assert verify_weights(tmp_path / "right.pth").network == blueprint.name


@EACH
def test_a_missing_key_is_named(blueprint, tmp_path):
    tensors = tensors_of(blueprint)
    key = list(tensors)[len(tensors) // 2]
    del tensors[key]
    said = refusal(blueprint, tensors, tmp_path / "wrong.pth")
    assert said.endswith(f": 1 missing: {key}")


@EACH
def test_a_key_too_many_is_named(blueprint, tmp_path):
    tensors = {**tensors_of(blueprint), "decoder.surprise": torch.zeros(1)}
    said = refusal(blueprint, tensors, tmp_path / "wrong.pth")
    assert said.endswith(": 1 not expected: decoder.surprise")


@EACH
def test_another_shape_is_named(blueprint, tmp_path):
    tensors = tensors_of(blueprint)
    key = list(tensors)[-1]
    shape = tuple(tensors[key].shape)
    tensors[key] = torch.zeros(3, 1, 3)
    said = refusal(blueprint, tensors, tmp_path / "wrong.pth")
    assert said.endswith(f": 1 of another shape: {key} (3, 1, 3) instead of {shape}")


@EACH
def test_the_weights_of_another_network_are_named(blueprint, tmp_path):
    other = BLUEPRINTS[BLUEPRINTS.index(blueprint) - 1]
    said = refusal(blueprint, tensors_of(other), tmp_path / "wrong.pth")
    missing = [k for k in expected_shapes(blueprint) if k not in expected_shapes(other)]
    extra = [k for k in expected_shapes(other) if k not in expected_shapes(blueprint)]
    assert f"{len(missing)} missing: {missing[0]}" in said if missing else "missing" not in said
    assert f"{len(extra)} not expected: {extra[0]}" in said if extra else "not exp" not in said
    assert said.endswith(
        f". It looks like weights of {' or '.join(names_for(other))} ({other.name})"
    )


def test_a_strangers_network_is_refused_with_a_few_of_its_keys(tmp_path):
    tensors = torch.nn.Linear(2, 2).state_dict()
    said = refusal(WEIGHTS["xmem"].blueprint, tensors, tmp_path / "wrong.pth")
    assert said.endswith("and 407 more; 2 not expected: weight, bias")
