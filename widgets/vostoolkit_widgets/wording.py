"""What the Explorer says: where the run stands, why it asks, what a stage found. Plain text."""

from collections.abc import Mapping

from vostoolkit.arrays import ObjectId
from vostoolkit.frames import Video
from vostoolkit.results import (
    Request,
)
from vostoolkit.session import Session

_NOT_IT = "right-click: not it"


def place(session: Session, frame: int) -> str:
    """Which frame is shown, of how many, at what time."""
    video = session.video
    if not isinstance(video, Video):
        return f"frame {frame}"
    return f"frame {frame} / {len(video) - 1}    {frame / video.fps:.2f} s"


def summary(session: Session) -> str:
    """What is done on which video, in one line that stays the same."""
    video, size = session.video, session.video.size
    frames = f"{len(video)} frames of " if isinstance(video, Video) else ""
    return f"{type(session.method).__name__}, {frames}{size.width}x{size.height}"


def called(object_id: ObjectId, names: Mapping[ObjectId, str]) -> str:
    """An object by its name, or by its number."""
    name = names.get(object_id)
    return f'Object "{name}"' if name else f"Object {object_id}"


def forgetting(session: Session, object_id: ObjectId) -> str:
    """What it means to delete an object."""
    frames = [prompt.frame for prompt in session.prompts if prompt.object_id == object_id]
    if not frames:
        return f"Put object {object_id} down: nothing was given on it"
    given = "its prompt" if len(frames) == 1 else f"its {len(frames)} prompts"
    begin = min(frames)
    reached = session.frame is not None and session.frame >= begin
    cost = f": frames from {begin} on are computed again without it" if reached else ""
    return f"Delete object {object_id}: takes back {given}{cost}. Undo brings it back"


def question(
    request: Request, names: Mapping[ObjectId, str], suggested: Mapping[int, str] | None = None
) -> tuple[str, str]:
    """What the method asks and why, and what a person can do; frames are suggested with reasons."""
    if request.kind == "round":
        best = next(iter((suggested or {}).items()), None)
        where = f"Prompts would help most at frame {best[0]}: {best[1]}. " if best else ""
        return f"Round {request.round}.", f"{where}Mark objects on any frames, then propagate."
    if request.object_id is None:
        return (
            "Which object?",
            f"Click on it ({_NOT_IT}); for another one press + object first. Then run.",
        )
    why = f": {request.reason}" if request.reason else ""
    return (
        f"{called(request.object_id, names)} at frame {request.frame}{why}.",
        f"Click on it ({_NOT_IT}), or:",
    )


def progress(session: Session, rate: float | None) -> tuple[str, str]:
    """What is going on, how fast, and for how long yet; ``rate`` is in frames a second."""
    frame, video, pace = session.frame or 0, session.video, ""
    if session.round:
        speed = "" if rate is None else f"{rate:.2g} frames a second. "
        return f"Working on frame {frame}.", f"{speed}stop ends it after the stage at work."
    if rate is not None:
        pace = f"{rate:.{0 if rate >= 10 else 1}f} frames a second"
        if isinstance(video, Video):
            pace += f", at most {(len(video) - 1 - frame) / rate:.0f} s more"
        pace += ". "
    return f"Working on frame {frame}.", f"{pace}stop ends it after the stage at work."


def invitation(session: Session) -> tuple[str, str]:
    """What a person can do where nothing is asked and nothing is going on."""
    if session.round:
        head = f"Round {session.round}."
        return head, "Mark objects on any frames, then propagate; run goes on where it stopped."
    if session.frame is None:
        return "Which object?", f"Click on it ({_NOT_IT})."
    if session.finished:
        return "The last frame is done.", "A click on any frame corrects it there."
    return (
        f"Frame {session.frame}.",
        f"run goes on until it asks; a click corrects the frame that is shown ({_NOT_IT}).",
    )


def numbers(session: Session, frame: int) -> tuple[str, ...]:
    """The numbers of a finished frame whose results are no longer kept."""
    if session.frame is None or frame > session.frame:
        return (f"frame {frame} hasn't been reached yet",)
    lines: list[str] = []
    for row in session.trace.rows.get(frame, ()):
        score = "no score" if row.score is None else f"S {row.score:.3f}"
        jump = "" if row.jump is None else f", ΔS {row.jump:+.3f}"
        did = [name for name in ("asked", "pseudo", "corrected", "memory") if getattr(row, name)]
        lines.append(f"object {row.object}: {score}{jump}" + "".join(f", {name}" for name in did))
    return tuple(lines)
