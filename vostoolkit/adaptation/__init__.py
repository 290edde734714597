"""Adapting the propagation network to one video, from the frames that a person annotated."""

from vostoolkit.adaptation.adapt import Adapted, adapt
from vostoolkit.adaptation.background import Adapting, start_adapting
from vostoolkit.adaptation.gain import Gain, Measured
from vostoolkit.adaptation.synthesis import Annotated, annotated_frames

__all__ = [
    "Adapted",
    "Adapting",
    "Annotated",
    "Gain",
    "Measured",
    "adapt",
    "annotated_frames",
    "start_adapting",
]
