"""A refiner with the embedded click network: clicks, scribbles and a box to a mask."""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

import torch

from vostoolkit.arrays import Map, ObjectId
from vostoolkit.device import choose_device
from vostoolkit.frames import Frame
from vostoolkit.geometry import to_mask
from vostoolkit.masks import Masks
from vostoolkit.metrics.overlap import iou
from vostoolkit.networks.click import WORKING, ClickNetwork, Working, predict_mask
from vostoolkit.prompts import Prompt
from vostoolkit.results import Refinement
from vostoolkit.stages.refine_grabcut import grabcut_mask
from vostoolkit.stages.verdicts import Answer, Marks, UsePrevious, refine
from vostoolkit.weights import load_weights

_LEAST_AGREEMENT = 0.5


@dataclass(frozen=True)
class ClickRefiner:
    """Makes masks with a click network, by default the embedded one.

    ``outline="snapped"`` moves the network's coarse outline to where colours change (GrabCut),
    unless that would change more than half of the mask; ``"predicted"`` leaves it.

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
    outline: Literal["snapped", "predicted"] = "snapped"
    network: ClickNetwork = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.outline not in ("snapped", "predicted"):
            raise ValueError(f"outline={self.outline!r}: give 'snapped' or 'predicted'")
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
            mask = mask.clone()  # a tensor that autograd may see
            return Answer(_snapped(frame, marks, mask) if self.outline == "snapped" else mask)

        return refine(
            frame,
            object_id,
            prompts,
            masks,
            answer=answer,
            use_previous=self.use_previous,
            take_away="answer",
        )


def _snapped(frame: Frame, marks: Marks, mask: Map) -> Map:
    if not bool((mask > 0.5).any()):
        return mask
    snapped = grabcut_mask(frame.image, Marks(marks.strokes, marks.box, mask))
    if iou(to_mask(mask > 0.5), snapped > 0.5) < _LEAST_AGREEMENT:
        return mask
    return torch.as_tensor(snapped, device=mask.device)


@lru_cache(maxsize=4)
def _network(weights: str, device: str) -> ClickNetwork:
    return load_weights(ClickNetwork(), weights).to(device).eval()
