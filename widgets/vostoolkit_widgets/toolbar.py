"""The row of tools under the canvas, and what a stroke with each looks like."""

from vostoolkit.colours import WHITE, Rgb, css, ink_on
from vostoolkit_widgets.assets import asset
from vostoolkit_widgets.bar import Bar
from vostoolkit_widgets.capture import Ink
from vostoolkit_widgets.gaze import NARROWEST, WIDEST, Gaze
from vostoolkit_widgets.tools import OUTLINING, SIGNED, Tool

TIPS: dict[Tool, str] = {
    "click": "Click on the object; right-click or Alt: not it  (C)",
    "scribble": "Draw a line on the object; right button or Alt: off it  (L)",
    "box": "Draw a box around the object  (R)",
    "polygon": "Outline the object, corner by corner or in one go; right or Alt cuts away  (O)",
    "brush": "Paint the object's mask; right button or Alt erases  (B)",
    "eraser": "Erase from the object's mask; right button or Alt paints  (E)",
    "local": "Draw a region: marks count in it only; again: everywhere  (G)",
}
_WHITE = "#ffffff"
_PAINT = 0.55


class Toolbar(Bar):
    """Tools, whether they mean "it" or "not it", their width, and the zoom."""

    _esm = asset("elements.js") + asset("toolbar.js")

    def show_gaze(self, gaze: Gaze, zoom: float, colour: Rgb) -> None:
        """Nothing; shows the tool in hand and how it is set, in the object's colour."""
        self.show(
            tools=[[name, tip] for name, tip in TIPS.items()],
            tool=gaze.tool,
            has_sign=gaze.tool in SIGNED,
            is_local=bool(gaze.place),
            positive=gaze.is_positive,
            width=gaze.width,
            widths=[NARROWEST, WIDEST],
            colour=css(colour),
            zoom=round(zoom, 2),
        )


def ink_of(tool: Tool, colour: Rgb, *, positive: bool, width: float) -> Ink:
    """What a stroke on an object of a colour looks like; the width is in canvas pixels."""
    own = css(colour)
    if tool == "scribble":
        return Ink("line", own if positive else _WHITE, _WHITE, max(width, 2.0))
    if tool == "box":
        return Ink("box", own if positive else "#00000000", "#00000000", 2.0)
    if tool == "brush":
        return Ink("line", own, _WHITE, width, _PAINT, has_ring=True)
    if tool == "eraser":
        return Ink("line", _WHITE, own, width, _PAINT, has_ring=True)
    if tool in OUTLINING:
        return Ink("line", own if positive and tool == "polygon" else _WHITE, _WHITE, 2.0)
    sign = css(ink_on(colour if positive else WHITE))
    return Ink("mark", own if positive else _WHITE, _WHITE, sign=sign)
