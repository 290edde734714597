"""What a person calls the objects, and the colours they have; no method knows of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from vostoolkit.arrays import ObjectId, check_object_id
from vostoolkit.colours import OKABE_ITO, Palette, Rgb, css, rgb


@dataclass(frozen=True)
class Appearance:
    """Names and colours of objects, as far as a person gave them; a value.

    Example:
        >>> session.appearance = session.appearance.named(1, "man").coloured(1, "#ff0000")
    """

    names: Mapping[ObjectId, str] = field(default_factory=lambda: MappingProxyType({}))
    colours: Mapping[ObjectId, Rgb] = field(default_factory=lambda: MappingProxyType({}))

    def named(self, object_id: ObjectId, name: str) -> "Appearance":
        """With a name for an object; an empty one takes its name away.

        Raises:
            ValueError: an unusable object id.
        """
        check_object_id(object_id)
        return replace(self, names=_with(self.names, int(object_id), name.strip()))

    def coloured(self, object_id: ObjectId, colour: str) -> "Appearance":
        """With a colour for an object, ``#rrggbb``; an empty one gives it its own back.

        Raises:
            ValueError: an unusable object id, or no colour.
        """
        check_object_id(object_id)
        given = rgb(colour) if colour else None
        return replace(self, colours=_with(self.colours, int(object_id), given))

    def colour(self, object_id: ObjectId) -> Rgb:
        """The colour of an object."""
        red, green, blue = self.palette[object_id]
        return int(red), int(green), int(blue)

    @cached_property
    def palette(self) -> Palette:
        """The colours by object id."""
        palette = OKABE_ITO.copy()
        for object_id, colour in self.colours.items():
            palette[object_id] = colour
        return palette

    def to_json(self) -> dict[str, Any]:
        """Names and colours as plain text."""
        colours = {str(o): css(colour) for o, colour in self.colours.items()}
        return {"names": {str(o): name for o, name in self.names.items()}, "colours": colours}

    @staticmethod
    def from_json(data: dict[str, Any]) -> "Appearance":
        """The appearance again."""
        return Appearance(
            MappingProxyType({int(o): name for o, name in data["names"].items()}),
            MappingProxyType({int(o): rgb(colour) for o, colour in data["colours"].items()}),
        )


def _with(
    values: Mapping[ObjectId, Any], object_id: ObjectId, value: Any
) -> Mapping[ObjectId, Any]:
    """The values with one more, or without it where there is nothing to add."""
    others = {o: own for o, own in values.items() if o != object_id}
    return MappingProxyType(others | {object_id: value} if value else others)


PLAIN = Appearance()
"""Nothing given: numbers for names, and the colours of `colour_of`."""
