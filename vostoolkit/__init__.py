"""Interactive video object segmentation, stage by stage."""

from vostoolkit import _opencv as _opencv
from vostoolkit.arrays import Size
from vostoolkit.errors import (
    DeviceError,
    PromptError,
    SessionError,
    VideoError,
    VostoolkitError,
    WeightsError,
)
from vostoolkit.frames import Frame, Stream, Video
from vostoolkit.masks import Masks
from vostoolkit.methods.lazy_xmem import PRESETS, LazyXMem
from vostoolkit.prompts import Absent, Box, Click, Drawing, Prompt, Scribble, Skip
from vostoolkit.results import (
    Checkpoint,
    Decision,
    MemoryUpdate,
    Propagation,
    PseudoClick,
    Refinement,
    Request,
    StageResult,
    Uncertainty,
)
from vostoolkit.session import Session
from vostoolkit.stages.decide import EntropyJump
from vostoolkit.stages.propagate_xmem import XMemPropagator
from vostoolkit.stages.pseudo_click import DistanceFieldClick
from vostoolkit.stages.refine import (
    ClickRefiner,
    GrabCutRefiner,
    SamHqRefiner,
)
from vostoolkit.stages.uncertainty import MaskedEntropy
from vostoolkit.stages.update import MemoryRule
from vostoolkit.trace import Keep
from vostoolkit.users import Nobody, SimulatedUser
from vostoolkit.video import open_camera, open_stream, open_video

__version__ = "0.1.0"

__all__ = [
    "PRESETS",
    "Absent",
    "Box",
    "Checkpoint",
    "Click",
    "ClickRefiner",
    "Decision",
    "DeviceError",
    "DistanceFieldClick",
    "Drawing",
    "EntropyJump",
    "Frame",
    "GrabCutRefiner",
    "Keep",
    "LazyXMem",
    "MaskedEntropy",
    "Masks",
    "MemoryRule",
    "MemoryUpdate",
    "Nobody",
    "Prompt",
    "PromptError",
    "Propagation",
    "PseudoClick",
    "Refinement",
    "Request",
    "SamHqRefiner",
    "Scribble",
    "Session",
    "SessionError",
    "SimulatedUser",
    "Size",
    "Skip",
    "StageResult",
    "Stream",
    "Uncertainty",
    "Video",
    "VideoError",
    "VostoolkitError",
    "WeightsError",
    "XMemPropagator",
    "open_camera",
    "open_stream",
    "open_video",
]
