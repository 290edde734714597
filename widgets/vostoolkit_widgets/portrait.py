"""The whole Explorer as one picture."""

import numpy as np
from jaxtyping import UInt8

from vostoolkit_widgets import snapshot
from vostoolkit_widgets.album import Album, map_values
from vostoolkit_widgets.insight import Insight
from vostoolkit_widgets.panel import Panel
from vostoolkit_widgets.question import Asked
from vostoolkit_widgets.scene import Scene

_NARROWEST = 640


def portrait(
    scene: Scene, album: Album, panel: Panel, *, insight: Insight, asked: Asked
) -> UInt8[np.ndarray, "height width 3"]:
    """A frame; the timeline and the question below it, where the panel has them."""
    encoded = album.overlay(scene.frame, panel.gaze)
    map_ = None if encoded is None else map_values(encoded, scene.size)
    image = album.image(scene.frame)
    pictures = [snapshot.frame_picture(image, scene, map_, canvas=panel.canvas)]
    width = max(pictures[0].shape[1], _NARROWEST)
    if "timeline" in panel.parts:
        strip = snapshot.Strip(insight.timeline.length, insight.curves(), scene.frame)
        pictures.append(snapshot.timeline_picture(strip, insight.levels, width=width))
    if "question" in panel.parts:
        pictures.append(snapshot.text_picture(asked.text, width, asks=asked.asks))
    return snapshot.stacked(pictures)
