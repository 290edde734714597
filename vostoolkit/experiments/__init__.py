"""Notebooks run as experiments, by papermill."""

from vostoolkit.experiments.run import notebook, run_notebook

__all__ = ["notebook", "run_notebook"]
