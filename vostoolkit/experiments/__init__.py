"""Notebooks run as experiments, by papermill."""

from vostoolkit.experiments.material import FirstFrames, Material, open_material
from vostoolkit.experiments.run import notebook, run_notebook

__all__ = ["FirstFrames", "Material", "notebook", "open_material", "run_notebook"]
