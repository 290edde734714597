"""Interactive video object segmentation, stage by stage."""

from vostoolkit import _opencv as _opencv
from vostoolkit.appearance import Appearance
from vostoolkit.arrays import Size
from vostoolkit.autosave import Autosave
from vostoolkit.data.datasets import open_dataset
from vostoolkit.data.davis_scribbles import read_scribbles
from vostoolkit.data.drawings import read_drawings
from vostoolkit.data.exporting import export
from vostoolkit.errors import (
    DeviceError,
    ExportError,
    PromptError,
    SessionError,
    VideoError,
    VostoolkitError,
    WeightsError,
)
from vostoolkit.frames import Frame, Stream, Video
from vostoolkit.masks import Masks
from vostoolkit.methods.eva_vos import EvaVos
from vostoolkit.methods.idpro import IDPro
from vostoolkit.methods.lazy_xmem import LazyXMem
from vostoolkit.methods.mivos import MiVOS
from vostoolkit.methods.presets import PRESETS, method
from vostoolkit.methods.xmem_plus_plus import XMemPlusPlus
from vostoolkit.prompts import (
    Absent,
    Box,
    Click,
    Drawing,
    Local,
    Prompt,
    Propagate,
    Release,
    Scribble,
    Skip,
)
from vostoolkit.results import (
    AnnotationChoice,
    Checkpoint,
    Decision,
    FrameSelection,
    Fusion,
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
from vostoolkit.stages.fuse import DifferenceAwareFusion, LinearBlend
from vostoolkit.stages.interact_frames import InteractFrames
from vostoolkit.stages.interact_memory import InteractByMemory
from vostoolkit.stages.propagate_aot import AotPropagator
from vostoolkit.stages.propagate_ensemble import DropoutPropagator, EnsemblePropagator
from vostoolkit.stages.propagate_stm import StmPropagator
from vostoolkit.stages.propagate_xmem import XMemPropagator
from vostoolkit.stages.pseudo_click import DistanceFieldClick
from vostoolkit.stages.refine import (
    ClickRefiner,
    GrabCutRefiner,
    LocalControl,
    SamHqRefiner,
    ScribbleRefiner,
)
from vostoolkit.stages.select_annotation import (
    FixedAnnotation,
    LearnedAnnotation,
    RandomAnnotation,
)
from vostoolkit.stages.select_frame import (
    HighestScore,
    KeyDissimilarity,
    QualityDistance,
    RandomFrames,
    UniformFrames,
)
from vostoolkit.stages.uncertainty import MaskedEntropy
from vostoolkit.stages.uncertainty_ensemble import EpistemicVariance, MutualInformation
from vostoolkit.stages.uncertainty_quality import QualityScore
from vostoolkit.stages.update import MemoryRule
from vostoolkit.trace import Keep
from vostoolkit.users import (
    EvaAnnotator,
    EvaRounds,
    Nobody,
    RoundUser,
    ScribblingUser,
    SimulatedUser,
)
from vostoolkit.video import open_camera, open_stream, open_video
from vostoolkit.what_if import WhatIf, as_decided, what_if

__version__ = "0.1.0"

__all__ = [
    "PRESETS",
    "Absent",
    "AnnotationChoice",
    "AotPropagator",
    "Appearance",
    "Autosave",
    "Box",
    "Checkpoint",
    "Click",
    "ClickRefiner",
    "Decision",
    "DeviceError",
    "DifferenceAwareFusion",
    "DistanceFieldClick",
    "Drawing",
    "DropoutPropagator",
    "EnsemblePropagator",
    "EntropyJump",
    "EpistemicVariance",
    "EvaAnnotator",
    "EvaRounds",
    "EvaVos",
    "ExportError",
    "FixedAnnotation",
    "Frame",
    "FrameSelection",
    "Fusion",
    "GrabCutRefiner",
    "HighestScore",
    "IDPro",
    "InteractByMemory",
    "InteractFrames",
    "Keep",
    "KeyDissimilarity",
    "LazyXMem",
    "LearnedAnnotation",
    "LinearBlend",
    "Local",
    "LocalControl",
    "MaskedEntropy",
    "Masks",
    "MemoryRule",
    "MemoryUpdate",
    "MiVOS",
    "MutualInformation",
    "Nobody",
    "Prompt",
    "PromptError",
    "Propagate",
    "Propagation",
    "PseudoClick",
    "QualityDistance",
    "QualityScore",
    "RandomAnnotation",
    "RandomFrames",
    "Refinement",
    "Release",
    "Request",
    "RoundUser",
    "SamHqRefiner",
    "Scribble",
    "ScribbleRefiner",
    "ScribblingUser",
    "Session",
    "SessionError",
    "SimulatedUser",
    "Size",
    "Skip",
    "StageResult",
    "StmPropagator",
    "Stream",
    "Uncertainty",
    "UniformFrames",
    "Video",
    "VideoError",
    "VostoolkitError",
    "WeightsError",
    "WhatIf",
    "XMemPlusPlus",
    "XMemPropagator",
    "as_decided",
    "export",
    "method",
    "open_camera",
    "open_dataset",
    "open_stream",
    "open_video",
    "read_drawings",
    "read_scribbles",
    "what_if",
]
