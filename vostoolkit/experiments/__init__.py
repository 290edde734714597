"""Notebooks run as experiments, by papermill."""

from vostoolkit.experiments.comparison import beside_published, orderings, read_results
from vostoolkit.experiments.effort import effort_curves, effort_figure
from vostoolkit.experiments.experiment import Experiment, read_grid
from vostoolkit.experiments.following import Followed, follow
from vostoolkit.experiments.grid import Progress, run_grid
from vostoolkit.experiments.judging import boundary_scores, correlation, uncertainties, workload
from vostoolkit.experiments.material import Excerpt, Material, clicks_at, open_material
from vostoolkit.experiments.object_count import seconds_by_objects
from vostoolkit.experiments.online import Clock, LiveRun, LiveVideo, Online
from vostoolkit.experiments.people import PEOPLE, simulated_person
from vostoolkit.experiments.published import CLAIMS, SETTINGS, TABLES, Published
from vostoolkit.experiments.report import Interval, interval, summary_table, write_report
from vostoolkit.experiments.round_people import round_person
from vostoolkit.experiments.round_rows import ROUND_ROWS, RoundRow, Setting, round_method
from vostoolkit.experiments.round_tables import ROUND_TABLES, beside_paper, claims_beside_paper
from vostoolkit.experiments.rounds import by_round, play_rounds
from vostoolkit.experiments.rows import CALIBRATIONS, ROWS, Calibration, table_row
from vostoolkit.experiments.run import notebook, run_notebook
from vostoolkit.experiments.scores import scores, with_iou
from vostoolkit.experiments.start import Newcomers, show_objects
from vostoolkit.experiments.store import Outcome, Store

__all__ = [
    "CALIBRATIONS",
    "CLAIMS",
    "PEOPLE",
    "ROUND_ROWS",
    "ROUND_TABLES",
    "ROWS",
    "SETTINGS",
    "TABLES",
    "Calibration",
    "Clock",
    "Excerpt",
    "Experiment",
    "Followed",
    "Interval",
    "LiveRun",
    "LiveVideo",
    "Material",
    "Newcomers",
    "Online",
    "Outcome",
    "Progress",
    "Published",
    "RoundRow",
    "Setting",
    "Store",
    "beside_paper",
    "beside_published",
    "boundary_scores",
    "by_round",
    "claims_beside_paper",
    "clicks_at",
    "correlation",
    "effort_curves",
    "effort_figure",
    "follow",
    "interval",
    "notebook",
    "open_material",
    "orderings",
    "play_rounds",
    "read_grid",
    "read_results",
    "round_method",
    "round_person",
    "run_grid",
    "run_notebook",
    "scores",
    "seconds_by_objects",
    "show_objects",
    "simulated_person",
    "summary_table",
    "table_row",
    "uncertainties",
    "with_iou",
    "workload",
    "write_report",
]
