"""The row that says how frames are shown: masks, map, outlines."""

from vostoolkit.colours import UNCERTAINTY, css
from vostoolkit_widgets.assets import asset
from vostoolkit_widgets.bar import Bar
from vostoolkit_widgets.canvas import FrameCanvas
from vostoolkit_widgets.maps import NO_MAP, STAGE_MAPS


class Looks(Bar):
    """How opaque masks and map are, which map is shown, and whether objects are outlined."""

    _esm = asset("elements.js") + asset("looks.js")

    def show_canvas(self, canvas: FrameCanvas, maps: tuple[str, ...], chosen: str) -> None:
        """Nothing; shows how a canvas is set, and which of these maps is chosen."""
        red, green, blue = UNCERTAINTY[::51].T.tolist()
        self.show(
            masks=canvas.mask_opacity,
            map=canvas.map_opacity,
            outlines=canvas.is_outlined,
            maps=list(maps),
            chosen=chosen,
            ends=[] if chosen == NO_MAP else STAGE_MAPS.get(chosen, ("sure", "unsure")),
            scale=[css(step) for step in zip(red, green, blue, strict=True)],
        )
