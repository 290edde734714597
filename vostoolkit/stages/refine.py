"""The refiners: masks from prompts, each by other means."""

from vostoolkit.stages.local_control import LocalControl
from vostoolkit.stages.refine_click import ClickRefiner
from vostoolkit.stages.refine_grabcut import GrabCutRefiner
from vostoolkit.stages.refine_sam_hq import SamHqRefiner
from vostoolkit.stages.refine_scribble import ScribbleRefiner

__all__ = ["ClickRefiner", "GrabCutRefiner", "LocalControl", "SamHqRefiner", "ScribbleRefiner"]
