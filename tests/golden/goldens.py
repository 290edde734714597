"""Goldens: inputs and outputs of the published systems, and the seeded weights they ran with.

Some are kept in ``data``; the others are read from ``../shared/goldens`` beside the checkout and
their tests are skipped where that folder isn't there. What ``near`` and ``same`` compare is
recorded for ``docs/parity.md``, which ``pytest tests/golden --parity`` writes.
"""

import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

HERE = Path(__file__).resolve().parent / "data"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "goldens"

_LANE_MEAN = 2.0 * 65535.0
_LANE_DEVIATION = float(np.sqrt(4.0 * (65536.0**2 - 1.0) / 12.0))


class Golden(np.ndarray):
    """An array of a golden that knows its file and name, also after slicing and transposing."""

    origin: tuple[str, str] | None = None

    def __array_finalize__(self, other: Any) -> None:
        self.origin = getattr(other, "origin", None)


@dataclass(frozen=True)
class Seen:
    """One comparison with a golden: the largest difference, the largest value, what was allowed.

    ``allowed`` 0 means equal.
    """

    file: str
    name: str
    difference: float
    scale: float
    allowed: float


SEEN: list[Seen] = []
"""Every comparison of this test run."""


def golden_path(name: str) -> Path:
    """The file of a golden; skips the test if it isn't on this machine."""
    for folder in (HERE, SHARED):
        if (folder / name).is_file():
            return folder / name
    pytest.skip(f"golden {name} is neither in tests/golden/data nor in ../shared/goldens")


def golden(name: str) -> dict[str, np.ndarray]:
    return _arrays(golden_path(name))


def _arrays(path: Path) -> dict[str, np.ndarray]:
    held: dict[str, np.ndarray] = {}
    with np.load(path) as file:
        for key in file.files:
            array = file[key].view(Golden)
            array.origin = (path.name, key)
            held[key] = array
    return held


def scene(suffix: str) -> tuple[np.ndarray, np.ndarray]:
    """The frames and labels of a golden scene; the longer ones are in the shared folder only."""
    for folder in (HERE, SHARED):
        if (folder / "scene.npz").is_file():
            with np.load(folder / "scene.npz") as file:
                if f"frames{suffix}" in file.files:
                    return file[f"frames{suffix}"], file[f"labels{suffix}"]
    pytest.skip(f"golden scene {suffix} isn't in tests/golden/data, nor is ../shared/goldens there")


def json_in(array: np.ndarray) -> Any:
    return json.loads(array.tobytes())


def manifest(name: str) -> dict[str, Any]:
    return json.loads(golden_path(name).read_text())


def seeded_weights(name: str) -> dict[str, torch.Tensor]:
    """The weights that a manifest's goldens were made with, checked by their CRC."""
    held = manifest(name)
    weights = {
        key: _seeded(key, tuple(shape), held["seed"], held["gain"])
        * np.float32(held["overrides"].get(key, 1.0))
        for key, shape in held["shapes"].items()
    }
    crc = 0
    for key in sorted(weights):
        crc = zlib.crc32(np.ascontiguousarray(weights[key]).tobytes(), crc)
    assert crc == held["weights_crc32"]
    return {key: torch.from_numpy(np.asarray(value)) for key, value in weights.items()}


def _raw(key: str, shape: tuple[int, ...], seed: int) -> np.ndarray:
    sequence = np.random.SeedSequence([seed & 0xFFFFFFFF, zlib.crc32(key.encode())])
    count = int(np.prod(shape, dtype=np.int64))
    return np.atleast_1d(np.random.PCG64(sequence).random_raw(count)).astype(np.uint64)


def _normal(key: str, shape: tuple[int, ...], seed: int) -> np.ndarray:
    raw, lane = _raw(key, shape, seed), np.uint64(0xFFFF)
    total = sum((raw >> np.uint64(bits)) & lane for bits in (0, 16, 32)) + (raw >> np.uint64(48))
    return ((total.astype(np.float64) - _LANE_MEAN) / _LANE_DEVIATION).reshape(shape)


def _seeded(key: str, shape: tuple[int, ...], seed: int, gain: float) -> np.ndarray:
    """Values that depend on name, shape and seed only; see the goldens' ``seeded_weights.py``."""
    leaf = key.rpartition(".")[2]
    if leaf == "num_batches_tracked":
        array = np.zeros(shape)
    elif leaf == "running_var":
        uniform = (_raw(key, shape, seed) >> np.uint64(40)).astype(np.float64) / float(1 << 24)
        array = 0.5 + uniform.reshape(shape)
    elif leaf == "running_mean":
        array = 0.05 * _normal(key, shape, seed)
    elif leaf.endswith("gaussian_matrix"):
        array = _normal(key, shape, seed)
    elif leaf == "weight" and len(shape) == 1:
        array = 1.0 + 0.1 * _normal(key, shape, seed)
    elif len(shape) >= 2 and leaf.endswith(("weight", "kernel")):
        fan_in = int(np.prod(shape[1:], dtype=np.int64))
        array = _normal(key, shape, seed) * (gain * float(np.sqrt(2.0 / fan_in)))
    elif len(shape) >= 2:
        array = 0.1 * _normal(key, shape, seed)
    else:
        array = 0.05 * _normal(key, shape, seed)
    return np.ascontiguousarray(array, dtype=np.float32)


def near(actual: Any, expected: np.ndarray, tolerance: float) -> None:
    """Passes if no difference is above ``tolerance``, or that share of a largest value above 1."""
    actual = np.asarray(actual)
    assert actual.shape == expected.shape
    scale = max(1.0, float(np.abs(expected).max(initial=0.0)))
    difference = _difference(actual, expected)
    _record(expected, difference, tolerance * scale)
    assert difference <= tolerance * scale, f"differs by {difference:.2e}, largest {scale:.3g}"


def same(actual: Any, expected: np.ndarray) -> None:
    """Passes if both are equal, bit for bit: for counts, masks, clicks and choices."""
    actual = np.asarray(actual)
    assert actual.shape == expected.shape
    _record(expected, _difference(actual, expected), 0.0)
    np.testing.assert_array_equal(actual, expected)


def _difference(actual: np.ndarray, expected: np.ndarray) -> float:
    if expected.dtype.kind not in "biuf":
        return float((actual != expected).any())
    both = np.asarray(actual, np.float64), np.asarray(expected, np.float64)
    is_nan = np.isnan(both[0]) & np.isnan(both[1])
    return float(np.abs(both[0] - both[1])[~is_nan].max(initial=0.0))


def _record(expected: np.ndarray, difference: float, allowed: float) -> None:
    origin = getattr(expected, "origin", None)
    if origin is not None:
        is_number = expected.dtype.kind in "biuf"
        scale = float(np.abs(np.asarray(expected, np.float64)).max(initial=0)) if is_number else 1.0
        SEEN.append(Seen(*origin, difference, scale, allowed))
