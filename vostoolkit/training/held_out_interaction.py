"""How well strokes on several frames become masks on procedural clips that no training has seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from vostoolkit.data.synthetic.clip import SyntheticClip
from vostoolkit.metrics.overlap import iou
from vostoolkit.networks.across_frame import AcrossFrame
from vostoolkit.prompts import Scribble
from vostoolkit.stages.interact_frames import InteractFrames
from vostoolkit.stages.refine import ClickRefiner
from vostoolkit.training.simulated_clicks import error_scribble

_SMALLEST = 20


def interacted_overlaps(
    network: AcrossFrame, clips: Sequence[SyntheticClip], *, frames: tuple[int, int] = (0, 10)
) -> tuple[float, float, float]:
    """Mean J of objects with a stroke on the frame, and of those with one on the other only.

    The third number is that of objects with a stroke on the frame by the embedded click network,
    which sees this frame and object alone. Objects get their strokes by turns: the first on the
    first frame, the second on the other.
    """
    interact = InteractFrames(network, short_side=None, device="cpu")
    click = ClickRefiner(device="cpu")
    near: list[float] = []
    far: list[float] = []
    alone: list[float] = []
    for number, clip in enumerate(clips):
        rng = np.random.default_rng([7, number])
        strokes = [
            stroke
            for place, object_id in enumerate(clip.objects)
            if (stroke := _stroke(clip, frames[place % 2], object_id, rng)) is not None
        ]
        if not strokes:
            continue
        found = interact([clip.video[frame] for frame in frames], strokes).after
        for stroke in strokes:
            refined = click(clip.video[stroke.frame], stroke.object_id, (stroke,), None).after
            own = clip.labels(stroke.frame) == stroke.object_id
            alone.append(iou((refined > 0.5).numpy(), own))
            for frame in frames:
                truth = clip.labels(frame) == stroke.object_id
                if int(truth.sum()) >= _SMALLEST:
                    ours = found[frame].labels() == stroke.object_id
                    (near if frame == stroke.frame else far).append(iou(ours, truth))
    return float(np.mean(near)), float(np.mean(far)), float(np.mean(alone))


def _stroke(
    clip: SyntheticClip, frame: int, object_id: int, rng: np.random.Generator
) -> Scribble | None:
    truth = np.equal(clip.labels(frame), object_id).astype(np.uint8)
    stroke = error_scribble(truth, np.zeros_like(truth), rng)
    return None if stroke is None else replace(stroke, frame=frame, object_id=object_id)
