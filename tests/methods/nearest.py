"""A sixth method, as somebody might add: a frame gets the masks of the nearest annotated one."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from methods.carrying import drawn

from vostoolkit.frames import Stream, Video
from vostoolkit.methods.rounds import Part, RoundState, play_rounds, refine_frames
from vostoolkit.protocols import Run
from vostoolkit.results import Checkpoint, Propagation


@dataclass(frozen=True)
class Nearest:
    """The method, without any network."""

    in_rounds: ClassVar[Literal[True]] = True

    @staticmethod
    def preset(name: str = "nano", *, device: str | None = None) -> "Nearest":
        return Nearest()

    def run(self, video: Video | Stream, start: Checkpoint | None, /) -> Run:
        return play_rounds(video, start, interact=self.interact, propagate=self.propagate)

    def interact(self, video: Video, state: RoundState, prompts) -> Part[RoundState]:
        return refine_frames(drawn, video, state, prompts)

    def propagate(self, video: Video, state: RoundState) -> Part[RoundState]:
        for index in sorted(set(range(len(video))) - state.accepted):
            nearest = min(state.accepted, key=lambda frame: abs(frame - index))
            masks = state.masks(video[nearest])
            yield Propagation(frame=index, round=state.round, masks=masks)
            state = state.made(index, masks)
        return state
