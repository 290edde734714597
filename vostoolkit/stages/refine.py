"""The refiners: masks from prompts, each by other means."""

from vostoolkit.stages.refine_click import ClickRefiner
from vostoolkit.stages.refine_grabcut import GrabCutRefiner

__all__ = ["ClickRefiner", "GrabCutRefiner"]
