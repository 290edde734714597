"""A sixth method, as somebody might add: a frame gets the masks of the nearest annotated one."""

from dataclasses import dataclass

from methods.carrying import drawn

from vostoolkit.frames import Video
from vostoolkit.methods.rounds import InRounds, Part, RoundState
from vostoolkit.protocols import Refiner
from vostoolkit.results import Propagation


@dataclass(frozen=True)
class Nearest(InRounds):
    """The method, without any network."""

    refine: Refiner = drawn
    suggest: None = None
    choose: None = None

    @staticmethod
    def preset(name: str = "nano", *, device: str | None = None) -> "Nearest":
        return Nearest()

    def propagate(self, video: Video, state: RoundState) -> Part[RoundState]:
        for index in sorted(set(range(len(video))) - state.accepted):
            nearest = min(state.accepted, key=lambda frame: abs(frame - index))
            masks = state.masks(video[nearest])
            yield Propagation(frame=index, round=state.round, masks=masks)
            state = state.made(index, masks)
        return state
