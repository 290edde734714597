"""The style sheet that every widget brings along."""

import ipywidgets

from vostoolkit.colours import ASK, css
from vostoolkit_widgets.assets import asset


def style() -> ipywidgets.HTML:
    """An invisible widget with the style sheet in it."""
    sheet = asset("explorer.css") + asset("insight.css") + asset("work.css")
    made = ipywidgets.HTML(f"<style>{sheet.replace('VOS_ASK', css(ASK))}</style>")
    made.layout.display = "none"
    return made
