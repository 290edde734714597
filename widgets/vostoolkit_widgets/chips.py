"""The row of objects: a chip each, to take up, name, colour, hide and forget it."""

from collections.abc import Sequence

from vostoolkit.arrays import ObjectId
from vostoolkit.colours import OBJECT_COLOURS, css
from vostoolkit.session import Session
from vostoolkit_widgets.assets import asset
from vostoolkit_widgets.bar import Bar
from vostoolkit_widgets.gaze import Gaze
from vostoolkit_widgets.wording import forgetting

_SWATCHES = [css(colour) for colour in OBJECT_COLOURS]


class Chips(Bar):
    """A chip per object in its colour, and one for a new object."""

    _esm = asset("elements.js") + asset("chips.js")

    def show_objects(self, objects: Sequence[ObjectId], gaze: Gaze, session: Session) -> None:
        """Nothing; shows these objects and the one in hand."""
        seen = session.appearance
        self.show(
            swatches=_SWATCHES,
            chosen=gaze.object_id,
            objects=[
                {
                    "id": object_id,
                    "name": seen.names.get(object_id, ""),
                    "colour": css(seen.colour(object_id)),
                    "hidden": object_id in gaze.hidden,
                    "forget": forgetting(session, object_id),
                }
                for object_id in sorted({*objects, gaze.object_id})
            ],
        )
