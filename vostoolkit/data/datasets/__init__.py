"""Data sets by name: their clips, with ground truth."""

from vostoolkit.data.datasets.dataset import Clip, Dataset
from vostoolkit.data.datasets.opening import DATASETS, open_dataset

__all__ = ["DATASETS", "Clip", "Dataset", "open_dataset"]
