"""How long a person takes for each kind of prompt and of annotation, in seconds."""

from collections.abc import Mapping
from types import MappingProxyType

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
from vostoolkit.results import AnnotationKind

SECONDS: Mapping[type[Prompt], float] = MappingProxyType(
    {Click: 1.5, Box: 7.0, Drawing: 80.0, Absent: 3.0, Scribble: 5.0, Skip: 0.0}
)
"""Those of EVA-VOS; a scribble's is our guess between a click and a box, and Skip is free."""

OVERHEAD_S = 1.0
"""For turning to a frame at all (EVA-VOS)."""

ANNOTATION_S: Mapping[AnnotationKind, float] = MappingProxyType(
    {
        "click": SECONDS[Click] + OVERHEAD_S,
        "clicks": 3 * SECONDS[Click] + OVERHEAD_S,
        "box": SECONDS[Box],
        "mask": SECONDS[Drawing],
        "stop": 0.0,
    }
)
"""What EVA-VOS's policy weighs: to find the object costs time before clicks only.

Source: EVA-VOS, section 3 (mask 80, click 1.5 and 1 to locate the object, three clicks at a time);
its released code (box 7, stop 0).
"""


def cost_s(prompts: tuple[Prompt, ...]) -> float:
    """Seconds for the prompts, and for turning to each frame once.

    Source: EVA-VOS's released code (mask 80, click 1.5, box 7, no object 3, overhead 1). Note: the
    overhead is counted for each frame and kind of prompt here, in EVA-VOS for clicks only.
    """
    given = [p for p in prompts if not isinstance(p, Skip | Propagate | Release)]
    frames = len({prompt.frame for prompt in given})
    marks = (prompt.mark if isinstance(prompt, Local) else prompt for prompt in given)
    return OVERHEAD_S * frames + sum(SECONDS[type(mark)] for mark in marks)
