"""Which weights there are, where they're looked for, and how they're got, checked and loaded."""

from vostoolkit.weights.download import download_weights
from vostoolkit.weights.folder import (
    FOLDER_VARIABLE,
    WeightsStatus,
    add_weights,
    find_weights,
    list_weights,
    verify_weights,
    weights_folder,
)
from vostoolkit.weights.loading import load_weights, load_xmem
from vostoolkit.weights.matching import mismatch
from vostoolkit.weights.reading import read_tensors
from vostoolkit.weights.registry import WEIGHTS, Weights

__all__ = [
    "FOLDER_VARIABLE",
    "WEIGHTS",
    "Weights",
    "WeightsStatus",
    "add_weights",
    "download_weights",
    "find_weights",
    "list_weights",
    "load_weights",
    "load_xmem",
    "mismatch",
    "read_tensors",
    "verify_weights",
    "weights_folder",
]
