"""The refiners: masks from prompts, each by other means."""

from vostoolkit.stages.refine_click import ClickRefiner
from vostoolkit.stages.refine_grabcut import GrabCutRefiner
from vostoolkit.stages.refine_sam_hq import SamHqRefiner

__all__ = ["ClickRefiner", "GrabCutRefiner", "SamHqRefiner"]
