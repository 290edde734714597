"""Notebooks run as experiments, by papermill."""

from vostoolkit.experiments.material import FirstFrames, Material, clicks_at, open_material
from vostoolkit.experiments.run import notebook, run_notebook
from vostoolkit.experiments.scores import scores, with_iou
from vostoolkit.experiments.start import show_objects

__all__ = [
    "FirstFrames",
    "Material",
    "clicks_at",
    "notebook",
    "open_material",
    "run_notebook",
    "scores",
    "show_objects",
    "with_iou",
]
