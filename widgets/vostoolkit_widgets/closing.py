"""Widgets closed with all that belongs to them, so that the kernel lets go of them."""

import ipywidgets


def close_all(*widgets: ipywidgets.Widget) -> None:
    """Nothing; closes widgets with what is in them, their layouts and styles included.

    One that is left open is kept for the life of the kernel, and so is all that it calls.
    """
    for widget in widgets:
        for part in _all_within(widget):
            part.close()


def _all_within(widget: ipywidgets.Widget) -> list[ipywidgets.Widget]:
    own = [getattr(widget, name, None) for name in ("layout", "style")]
    found = [widget, *(part for part in own if isinstance(part, ipywidgets.Widget))]
    for child in getattr(widget, "children", ()):
        found += _all_within(child)
    return found
