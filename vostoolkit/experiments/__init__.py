"""Notebooks run as experiments, by papermill."""

from vostoolkit.experiments.experiment import Experiment, read_grid
from vostoolkit.experiments.grid import Progress, run_grid
from vostoolkit.experiments.material import FirstFrames, Material, clicks_at, open_material
from vostoolkit.experiments.report import Interval, interval, summary_table, write_report
from vostoolkit.experiments.run import notebook, run_notebook
from vostoolkit.experiments.scores import scores, with_iou
from vostoolkit.experiments.start import show_objects
from vostoolkit.experiments.store import Outcome, Store

__all__ = [
    "Experiment",
    "FirstFrames",
    "Interval",
    "Material",
    "Outcome",
    "Progress",
    "Store",
    "clicks_at",
    "interval",
    "notebook",
    "open_material",
    "read_grid",
    "run_grid",
    "run_notebook",
    "scores",
    "show_objects",
    "summary_table",
    "with_iou",
    "write_report",
]
