"""Widgets for vostoolkit in Jupyter: look at a session, answer it, and correct it."""

from vostoolkit_widgets.canvas import FrameCanvas
from vostoolkit_widgets.chart import Curve, curves_of
from vostoolkit_widgets.explorer import Explorer
from vostoolkit_widgets.timeline import Timeline
from vostoolkit_widgets.work import ExportMenu

__all__ = ["Curve", "Explorer", "ExportMenu", "FrameCanvas", "Timeline", "curves_of"]
