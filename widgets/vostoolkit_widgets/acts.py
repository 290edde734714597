"""What a person does in the Explorer, by button, key or stroke."""

from vostoolkit.appearance import Appearance
from vostoolkit.arrays import ObjectId
from vostoolkit.data.drawings import read_drawings
from vostoolkit.errors import PromptError
from vostoolkit.frames import Video
from vostoolkit.prompts import Absent, Drawing, Prompt, Propagate, Release, Skip
from vostoolkit.session import Session
from vostoolkit_widgets.driver import Driver
from vostoolkit_widgets.gaze import Gaze
from vostoolkit_widgets.scene import asked_frames, objects_of, scene_of
from vostoolkit_widgets.tools import TOOLS, Stroke, confined, prompt_of

LOOKS = frozenset({"back", "on", "last request", "next request"})
"""What only shows another frame."""


class Acts:
    """Turns what was pressed and drawn into what session and gaze become."""

    def __init__(self, session: Session, driver: Driver, gaze: Gaze) -> None:
        self._session = session
        self._driver = driver
        self._gaze = gaze

    @property
    def length(self) -> int:
        """How many frames can be shown."""
        video = self._session.video
        return len(video) if isinstance(video, Video) else (self._session.frame or 0) + 1

    def do(self, name: str) -> None:
        """Nothing; does what a button or key stands for."""
        gaze = self._gaze
        if name == "space":
            name = "stop" if self._driver.is_running else "run"
        match name:
            case "run" | "frame" | "stage":
                gaze.is_following = True
                self._driver.go(name)
            case "stop":
                self._driver.stop()
            case "undo":
                gaze.is_following = True
                self._driver.undo()
            case "redo":
                gaze.is_following = True
                self._driver.redo()
            case "accept" if self._session.round:
                self._accept_frame()
            case "propagate":
                gaze.is_following = True
                self._driver.answer(Propagate(gaze.frame, gaze.object_id))
            case "skip" | "it is gone" | "accept":
                self._give_verdict(name)
            case "not it":
                gaze.pick("click")
                gaze.is_positive = False
            case "object":
                self.choose(None)
            case "last object" | "next object":
                self._choose_beside(1 if name == "next object" else -1)
            case "sign" | "positive" | "negative":
                gaze.is_positive = name == "positive" or (name == "sign" and not gaze.is_positive)
            case "thinner" | "thicker":
                gaze.widen_by(1 if name == "thicker" else -1)
            case "back" | "on":
                self.seek(gaze.frame + (1 if name == "on" else -1))
            case "last request" | "next request":
                self._seek_request(later=name == "next request")
            case tool if tool in TOOLS:
                gaze.pick(tool)
            case digit:
                self.choose(int(digit))

    def stroke(self, stroke: Stroke) -> None:
        """Nothing; gives what was drawn with the tool in hand to the session."""
        gaze = self._gaze
        if gaze.tool == "local":
            gaze.mark_off(stroke.path)
            return
        scene = scene_of(self._session, gaze.frame, self._driver.pending)
        mask = scene.mask(gaze.object_id)
        prompt = prompt_of(stroke, gaze.tool, gaze.aim, width=gaze.width or 1.0, mask=mask)
        if prompt is not None:
            self._give(confined(prompt, gaze.place, mask) if gaze.place else prompt)

    def load(self, name: str, content: bytes) -> None:
        """Nothing; gives the masks in a file to the frame that is shown.

        Raises:
            PromptError: the file holds no masks, or none of this size.
        """
        gaze = self._gaze
        try:
            drawings = read_drawings(
                content, frame=gaze.frame, size=self._session.video.size, object_id=gaze.object_id
            )
        except PromptError as error:
            raise PromptError(f"{name}: {error}") from error
        self._give(*drawings)

    def _give(self, *prompts: Prompt) -> None:
        """Nothing; answers with prompts on the frame that is shown."""
        gaze, session = self._gaze, self._session
        gaze.is_following = not session.round and gaze.frame <= (session.frame or 0)
        for prompt in prompts:
            gaze.hide(prompt.object_id, hidden=False)
        self._driver.answer(*prompts)

    def _choose_beside(self, step: int) -> None:
        """Nothing; takes up the object before or after the one in hand, round about."""
        all_ = sorted({*self.objects, self._gaze.object_id})
        self.choose(all_[(all_.index(self._gaze.object_id) + step) % len(all_)])

    def choose(self, object_id: ObjectId | None) -> None:
        """Nothing; takes up an object, or a new one."""
        is_new = object_id is None
        self._gaze.take_up(new := max((0, *self.objects)) + 1 if object_id is None else object_id)
        if is_new:  # the name and colour of one that was deleted
            self._driver.describe(lambda seen: seen.named(new, "").coloured(new, ""))

    @property
    def objects(self) -> tuple[ObjectId, ...]:
        """The objects there are, by id."""
        pending = self._driver.pending
        return objects_of(self._session, scene_of(self._session, self._gaze.frame, pending))

    def describe(self, word: str, object_id: ObjectId, text: str) -> None:
        """Nothing; gives an object another name or colour ("rename", "colour"), or its own."""
        change = Appearance.named if word == "rename" else Appearance.coloured
        self._driver.describe(lambda seen: change(seen, object_id, text))

    def on_object(self, name: str, object_id: ObjectId) -> None:
        """Nothing; does what the button of an object stands for: choose, hide or forget."""
        gaze = self._gaze
        match name:
            case "choose":
                self.choose(object_id)
            case "hide":
                gaze.hide(object_id, hidden=object_id not in gaze.hidden)
            case _:
                self._forget(object_id)

    def _forget(self, object_id: ObjectId) -> None:
        """Nothing; an object on which nothing was given is only put down."""
        gaze = self._gaze
        gaze.hide(object_id, hidden=False)
        if any(prompt.object_id == object_id for prompt in self._session.prompts):
            gaze.is_following = True
            self._driver.forget(object_id)
        if gaze.object_id == object_id:
            gaze.take_up(min((o for o in self.objects if o != object_id), default=1))

    def seek(self, frame: int) -> None:
        """Nothing; shows a frame, or the nearest there is."""
        self.look_at(min(max(frame, 0), self.length - 1))

    def look_at(self, frame: int) -> None:
        """Nothing; shows a frame.

        Raises:
            ValueError: there is no such frame.
        """
        self._gaze.look_at(frame, self.length)
        self._gaze.is_following = frame == (self._session.frame or 0)

    def _give_verdict(self, name: str) -> None:
        request = self._session.request
        if request is None or request.object_id is None:
            return
        frame, object_id = request.frame, request.object_id
        mask = scene_of(self._session, frame).mask(object_id)
        if name == "accept" and mask.any():
            self._driver.answer(Drawing(frame, object_id, mask), is_last=True)
        else:
            self._driver.answer((Skip if name == "skip" else Absent)(frame, object_id))

    def _accept_frame(self) -> None:
        """Nothing; the masks of the frame that is shown become a person's own."""
        frame, objects = self._gaze.frame, self.objects
        scene = scene_of(self._session, frame, self._driver.pending)
        masks = {object_id: scene.mask(object_id) for object_id in objects}
        if found := [Drawing(frame, o, mask) for o, mask in masks.items() if mask.any()]:
            self._give(*found)

    def let_go(self, frame: int) -> None:
        """Nothing; a frame of a run in rounds is no longer a person's."""
        objects = {p.object_id for p in self._session.prompts if p.frame == frame}
        if objects:
            self._gaze.is_following = False
            self._driver.answer(*(Release(frame, object_id) for object_id in sorted(objects)))

    def _seek_request(self, *, later: bool) -> None:
        asked, frame = asked_frames(self._session), self._gaze.frame
        found = [f for f in asked if (f > frame if later else f < frame)]
        if found:
            self.seek(min(found) if later else max(found))
