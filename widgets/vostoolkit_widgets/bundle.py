"""A widget as a notebook's output, with a picture for pages that have no kernel."""

import base64
from typing import Any

import ipywidgets
import numpy as np

from vostoolkit_widgets import render


def bundle_of(widget: ipywidgets.Widget, text: str, picture: np.ndarray | None) -> dict[str, Any]:
    """The widget, a text that is always the same, and a small picture (RGB) if there is one."""
    bundle: Any = getattr(widget, "_repr_mimebundle_")()  # noqa: B009
    data = dict(bundle[0] if isinstance(bundle, tuple) else bundle) | {"text/plain": text}
    if picture is not None:
        data["image/png"] = base64.b64encode(render.small_png(picture)).decode()
    return data
