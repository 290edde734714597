"""A refiner with the embedded click network: clicks, scribbles and a box to a mask."""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from vostoolkit.arrays import ObjectId
from vostoolkit.device import choose_device
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.networks.click import WORKING, ClickNetwork, Working, predict_mask
from vostoolkit.prompts import Prompt
from vostoolkit.results import Refinement
from vostoolkit.stages.verdicts import Answer, Marks, UsePrevious, refine
from vostoolkit.weights import load_weights


@dataclass(frozen=True)
class ClickRefiner:
    """Makes masks with a click network, by default the embedded one.

    Raises:
        WeightsError: the weights aren't there, or belong to another network.
        DeviceError: the device isn't there.

    Note: the paper gives its refiner the clicks only (Appendix D). This network was trained with
    the present mask beside them and is much weaker without, so it gets that mask unless a click is
    far from it; ``use_previous="never"`` is the paper's way.
    """

    weights: str | Path = "click"
    device: str | None = None
    working: Working = WORKING
    use_previous: UsePrevious = "near"
    network: ClickNetwork = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        network = _network(str(self.weights), str(choose_device(self.device)))
        object.__setattr__(self, "network", network)

    def __call__(
        self,
        frame: Frame,
        object_id: ObjectId,
        prompts: tuple[Prompt, ...],
        masks: Masks | None,
        /,
    ) -> Refinement:
        """The refined mask of one object.

        Raises:
            PromptError: prompts that don't fit the frame or each other.
        """

        def answer(marks: Marks) -> Answer:
            mask = predict_mask(
                self.network,
                frame.image,
                marks.strokes,
                box=marks.box,
                previous=marks.previous,
                working=self.working,
            )
            return Answer(mask.clone())  # a tensor that autograd may see

        return refine(
            frame,
            object_id,
            prompts,
            masks,
            answer=answer,
            use_previous=self.use_previous,
            take_away="answer",
        )


@lru_cache(maxsize=4)
def _network(weights: str, device: str) -> ClickNetwork:
    return load_weights(ClickNetwork(), weights).to(device).eval()
