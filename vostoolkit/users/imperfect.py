"""A person who is less than perfect: misses requests, is late, and doesn't hit the pixel."""

from dataclasses import dataclass, replace

import numpy as np

from vostoolkit.arrays import Size
from vostoolkit.prompts import Box, Click, Prompt, Scribble, Skip
from vostoolkit.protocols import User
from vostoolkit.results import Request
from vostoolkit.users.nobody import Nobody


@dataclass(frozen=True, eq=False)
class ImperfectUser:
    """Answers as another user would, with mistakes.

    Clicks land beside their place by a normal error of ``jitter`` pixels along x and y, inside the
    frame; scribbles are moved whole, and each side of a box for itself. A share ``misses`` of the
    requests is left as it is, but never the one for the objects to follow. With ``delay`` an answer
    comes that many frames later, for the object as it is then; it corrects that frame without being
    asked, and none comes behind ``last_frame``. The same request always gets the same mistakes,
    whatever was asked before, so that a replay is equal.

    Args:
        user: the person who would answer perfectly.
        jitter: standard deviation of a mark's place, in pixels.
        misses: share of requests, 0 to 1.
        delay: frames.
        last_frame: the last one of the video; None for a live stream.
        seed: other seeds make other mistakes.

    Raises:
        ValueError: a negative jitter or delay, or a share outside 0 to 1.
    """

    user: User
    jitter: float = 0.0
    misses: float = 0.0
    delay: int = 0
    last_frame: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.jitter < 0 or self.delay < 0 or self.seed < 0:
            raise ValueError(
                f"jitter={self.jitter}, delay={self.delay}, seed={self.seed}: give 0 or more"
            )
        if not 0 <= self.misses <= 1:
            raise ValueError(f"misses={self.misses}: give a share of the requests, 0 to 1")

    def __call__(self, request: Request, /) -> tuple[Prompt, ...]:
        """The prompts for one request: those of the request's frame, or a Skip and later ones."""
        draws = np.random.default_rng((self.seed, request.frame, request.object_id or 0))
        if request.object_id is None:
            return self._given(request, draws)
        if draws.random() < self.misses:
            return Nobody()(request)
        if not self.delay:
            return self._given(request, draws)
        later = request.frame + self.delay
        skip = Skip(request.frame, request.object_id)
        if self.last_frame is not None and later > self.last_frame:
            return (skip,)
        return (skip, *self._given(replace(request, frame=later), draws))

    def _given(self, request: Request, draws: np.random.Generator) -> tuple[Prompt, ...]:
        prompts = self.user(request)
        if not self.jitter:
            return prompts
        size = _size(request)
        return tuple(_moved(prompt, draws, self.jitter, size) for prompt in prompts)


def _size(request: Request) -> Size:
    if request.masks is not None:
        return request.masks.size
    if request.image_of is not None:
        return Size(*request.image_of(request.frame).shape[:2])
    raise ValueError(
        f"the request at frame {request.frame} came without masks and picture, so the frame's size "
        "isn't known: give those of a session, or jitter=0"
    )


def _moved(prompt: Prompt, draws: np.random.Generator, jitter: float, size: Size) -> Prompt:
    """The prompt as an unsteady hand gives it; a drawing stays as it is."""

    def beside(x: float, y: float) -> tuple[float, float]:
        return min(max(x, 0.0), size.width - 1.0), min(max(y, 0.0), size.height - 1.0)

    match prompt:
        case Click(x=x, y=y):
            dx, dy = draws.normal(0, jitter, 2).tolist()
            x, y = beside(x + dx, y + dy)
            return replace(prompt, x=x, y=y)
        case Scribble(points=points):
            dx, dy = draws.normal(0, jitter, 2).tolist()
            return replace(prompt, points=tuple(beside(x + dx, y + dy) for x, y in points))
        case Box(left=left, top=top, right=right, bottom=bottom):
            moves = draws.normal(0, jitter, 4).tolist()
            one = beside(left + moves[0], top + moves[1])
            other = beside(right + moves[2], bottom + moves[3])
            (left, right), (top, bottom) = map(sorted, zip(one, other, strict=True))
            return replace(prompt, left=left, top=top, right=right, bottom=bottom)
        case _:
            return prompt
