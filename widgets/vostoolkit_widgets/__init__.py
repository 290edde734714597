"""Widgets for vostoolkit in Jupyter: look at a session, answer it, and correct it."""

from vostoolkit_widgets.adaptation import Adaptation
from vostoolkit_widgets.canvas import FrameCanvas
from vostoolkit_widgets.chart import Curve, curves_of
from vostoolkit_widgets.comparison import Comparison
from vostoolkit_widgets.explorer import Explorer
from vostoolkit_widgets.inspector import Inspector
from vostoolkit_widgets.memory_view import MemoryView
from vostoolkit_widgets.recall import recalled
from vostoolkit_widgets.timeline import Timeline
from vostoolkit_widgets.work import ExportMenu

__all__ = [
    "Adaptation",
    "Comparison",
    "Curve",
    "Explorer",
    "ExportMenu",
    "FrameCanvas",
    "Inspector",
    "MemoryView",
    "Timeline",
    "curves_of",
    "recalled",
]
