"""What a person looks at and works with; the session knows nothing of it."""

from dataclasses import dataclass, field

from vostoolkit.arrays import ObjectId, Size, check_object_id
from vostoolkit_widgets.maps import NO_MAP, STAGE_MAPS, UNCERTAINTY
from vostoolkit_widgets.tools import TOOLS, Aim, Tool
from vostoolkit_widgets.viewport import Point

NARROWEST, WIDEST = 1.0, 200.0
_STEP = 1.25


@dataclass
class Gaze:
    """The frame that is shown, the object and tool in hand, and whether the left button means "it".

    ``is_following`` says that the frame at work is shown. Widths of tools are in image pixels.
    ``hidden`` objects aren't drawn. ``map`` names what lies over the frame: `UNCERTAINTY`, one of
    `STAGE_MAPS`, or `NO_MAP`. ``region`` is where marks count at the frame ``region_at``; without
    points that is everywhere.
    """

    frame: int = 0
    object_id: ObjectId = 1
    is_positive: bool = True
    is_following: bool = True
    tool: Tool = "click"
    widths: dict[Tool, float] = field(default_factory=dict[Tool, float])
    hidden: set[ObjectId] = field(default_factory=set[ObjectId])
    map: str = UNCERTAINTY
    region: tuple[Point, ...] = ()
    region_at: int = -1
    before_region: Tool = "click"

    @staticmethod
    def on(frame: int, size: Size) -> "Gaze":
        """What to begin with on a video of this size."""
        side = max(size)
        brush = float(max(3, round(side / 32)))
        thin = float(max(2, round(side / 160)))
        return Gaze(frame, widths={"scribble": thin, "brush": brush, "eraser": brush})

    @property
    def aim(self) -> Aim:
        """What the next stroke is about."""
        return Aim(self.frame, self.object_id, self.is_positive)

    @property
    def width(self) -> float | None:
        """How wide the tool in hand is; None if it has no width."""
        return self.widths.get(self.tool)

    @property
    def place(self) -> tuple[Point, ...]:
        """The region in which marks on the frame that is shown count; () is everywhere."""
        return self.region if self.region_at == self.frame else ()

    def mark_off(self, region: tuple[Point, ...]) -> None:
        """Nothing; marks on this frame count in a region; the tool from before is in hand again."""
        self.region, self.region_at, self.tool = region, self.frame, self.before_region

    def lay_over(self, name: str) -> None:
        """Nothing; a stage's map lies over frames, none, or by any other name the measure's."""
        self.map = name if name in STAGE_MAPS or name == NO_MAP else UNCERTAINTY

    def widen(self, width: float) -> None:
        """Nothing; the tool in hand is this wide, or as near as there is."""
        if self.tool in self.widths:
            self.widths[self.tool] = min(max(round(width), NARROWEST), WIDEST)

    def widen_by(self, steps: int) -> None:
        """Nothing; the tool in hand is so many steps wider."""
        if (width := self.width) is not None:
            self.widen(max(width + steps, 1) if width < 5 else width * _STEP**steps)

    def look_at(self, frame: int, length: int) -> None:
        """Nothing; another frame is shown.

        Raises:
            ValueError: there is no such frame.
        """
        if not 0 <= frame < length:
            raise ValueError(f"frame {frame}: give a frame from 0 to {length - 1}")
        self.frame = int(frame)

    def take_up(self, object_id: ObjectId) -> None:
        """Nothing; another object is in hand, and the left button means "it".

        Raises:
            ValueError: no id of an object.
        """
        check_object_id(object_id)
        self.object_id, self.is_positive = int(object_id), True

    def hide(self, object_id: ObjectId, *, hidden: bool) -> None:
        """Nothing; the object isn't drawn, or is again. The session keeps it in any case."""
        check_object_id(object_id)
        (self.hidden.add if hidden else self.hidden.discard)(object_id)

    def pick(self, tool: str) -> None:
        """Nothing; another tool is in hand.

        With "local" a region is drawn, or the one that is there is given up.

        Raises:
            ValueError: there is no such tool.
        """
        if tool not in TOOLS:
            raise ValueError(f"no tool {tool!r}: there are {', '.join(TOOLS)}")
        if tool == "local" and self.place:
            self.region = ()
            return
        if tool == "local" and self.tool != "local":
            self.before_region = self.tool
        self.tool = tool
