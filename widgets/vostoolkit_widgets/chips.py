"""The row of objects: a chip each, to take up, rename, hide and forget it."""

from collections.abc import Sequence

from vostoolkit.arrays import ObjectId
from vostoolkit.colours import colour_of, css
from vostoolkit.session import Session
from vostoolkit_widgets.assets import asset
from vostoolkit_widgets.bar import Bar
from vostoolkit_widgets.gaze import Gaze
from vostoolkit_widgets.wording import forgetting


class Chips(Bar):
    """A chip per object in its colour, and one for a new object."""

    _esm = asset("elements.js") + asset("chips.js")

    def show_objects(self, objects: Sequence[ObjectId], gaze: Gaze, session: Session) -> None:
        """Nothing; shows these objects and the one in hand."""
        self.show(
            chosen=gaze.object_id,
            objects=[
                {
                    "id": object_id,
                    "name": gaze.names.get(object_id, ""),
                    "colour": css(colour_of(object_id)),
                    "hidden": object_id in gaze.hidden,
                    "forget": forgetting(session, object_id),
                }
                for object_id in sorted({*objects, gaze.object_id})
            ],
        )
