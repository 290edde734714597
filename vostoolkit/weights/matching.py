"""Whether tensors are a network's weights, which keys differ, and whose weights they look like."""

from collections.abc import Mapping

from torch import Tensor, nn

from vostoolkit.networks.xmem_checkpoints import with_other_masks
from vostoolkit.weights.blueprints import Blueprint, Shape, expected_shapes, shapes_of
from vostoolkit.weights.registry import WEIGHTS

_MOST_NAMED = 5
_ALIKE = 0.8


def mismatch(network: nn.Module, tensors: Mapping[str, Tensor]) -> str:
    """How tensors differ from what a network wants, in words; empty if they fit."""
    return differences(shapes_of(network), tensors)


def differences(wanted: Mapping[str, Shape], tensors: Mapping[str, Tensor]) -> str:
    """Which keys are missing, not expected or of another shape, and whose they are, in words.

    Empty if the tensors are as wanted. Older XMem checkpoints count as today's.
    """
    shapes = _shapes(tensors)
    missing = [key for key in wanted if key not in shapes]
    extra = [key for key in shapes if key not in wanted]
    other = [
        f"{key} {shapes[key]} instead of {shape}"
        for key, shape in wanted.items()
        if key in shapes and shapes[key] != shape
    ]
    parts = (("missing", missing), ("not expected", extra), ("of another shape", other))
    problem = "; ".join(f"{len(keys)} {what}: {_some(keys)}" for what, keys in parts if keys)
    return problem and problem + _advice(wanted, shapes)


def recognised(tensors: Mapping[str, Tensor]) -> Blueprint | None:
    """The known network that these tensors are weights of, if there is one."""
    shapes = _shapes(tensors)
    return next((b for b in _blueprints() if expected_shapes(b) == shapes), None)


def names_for(blueprint: Blueprint) -> list[str]:
    """The names of all known weights for this network."""
    return [w.name for w in WEIGHTS.values() if w.blueprint == blueprint]


def _blueprints() -> list[Blueprint]:
    return list(dict.fromkeys(w.blueprint for w in WEIGHTS.values()))


def _shapes(tensors: Mapping[str, Tensor]) -> dict[str, Shape]:
    return {key: tuple(value.shape) for key, value in with_other_masks(tensors).items()}


def _advice(wanted: Mapping[str, Shape], shapes: Mapping[str, Shape]) -> str:
    """Whose weights they look like if that isn't the network that wants them."""

    def alike(expected: Mapping[str, Shape]) -> float:
        same = sum(shapes.get(key) == shape for key, shape in expected.items())
        return same / max(len(expected), len(shapes))

    best = max(_blueprints(), key=lambda b: alike(expected_shapes(b)))
    likeness = alike(expected_shapes(best))
    if likeness < _ALIKE or likeness <= alike(wanted):
        return ""
    return f". It looks like weights of {' or '.join(names_for(best))} ({best.name})"


def _some(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
