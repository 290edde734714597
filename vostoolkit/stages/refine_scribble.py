"""MiVOS's refiner: a mask from scribbles and the present mask (MiVOS 3.2)."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from vostoolkit.arrays import ObjectId, Size
from vostoolkit.device import choose_device
from vostoolkit.errors import PromptError
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.networks.click_maps import points_of
from vostoolkit.networks.folding import folded
from vostoolkit.networks.scribble_to_mask import ScribbleToMask
from vostoolkit.prompts import Click, Prompt, Scribble, rasterise
from vostoolkit.results import Refinement
from vostoolkit.stages.fitting import Fit, Resampling, fit_frame
from vostoolkit.stages.verdicts import Answer, Marks, refine
from vostoolkit.weights import find_weights, load_weights

_STRIDE = 16


@dataclass(frozen=True, eq=False)
class ScribbleRefiner:
    """Makes masks with a scribble-to-mask network from clicks and scribbles of both signs.

    The network always sees the present mask, as 0 or 1; it knows no boxes. Drawn masks and verdicts
    are taken as they are.

    Args:
        network: any network of the kind; it's copied, folded for inference and moved.
        short_side: working size of the shorter side in pixels; None works at the frame's own.
        dilation: side in working pixels of the square that marks are grown by, odd.
        device: None takes the best there is.

    Source: MiVOS, section 3.2; the release (dilation of 3, 480 pixels).
    """

    network: ScribbleToMask = field(repr=False)
    short_side: int | None = 480
    resampling: Resampling = "antialias"
    dilation: int = 3
    device: str | None = None

    def __post_init__(self) -> None:
        if self.short_side is not None and self.short_side < _STRIDE:
            raise ValueError(f"short side of {self.short_side} pixels: give {_STRIDE} or more")
        if self.dilation < 1 or self.dilation % 2 == 0:
            raise ValueError(f"dilation {self.dilation}: give an odd side, 1 for none")
        network = folded(self.network).to(choose_device(self.device))
        object.__setattr__(self, "network", network)

    @classmethod
    def published(
        cls, weights: str | Path = "mivos-scribble", *, device: str | None = None
    ) -> "ScribbleRefiner":
        """The published network, with a checkpoint that the person supplied (name or path).

        Raises:
            WeightsError: the checkpoint isn't there, or isn't one of this network.
        """
        find_weights(weights)  # before the network is built, which takes a while
        return cls(load_weights(ScribbleToMask(), weights), device=device)

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
            PromptError: a box, or prompts that don't fit the frame or each other.
        """
        return refine(
            frame,
            object_id,
            prompts,
            masks,
            answer=lambda marks: self._answer(frame, marks),
            use_previous="always",
            take_away="answer",
        )

    @torch.no_grad()
    def _answer(self, frame: Frame, marks: Marks) -> Answer:
        if marks.box is not None:
            raise PromptError(
                f"a box on frame {frame.index}: the scribble-to-mask network knows none; give "
                "clicks or scribbles, or wrap it in LocalControl to refine inside the box"
            )
        device = next(self.network.parameters()).device
        fit = fit_frame(frame.size, self.short_side, multiple=_STRIDE)
        image = fit.image(frame.image, device, self.resampling)
        present = torch.zeros_like(image[:, :1])
        if marks.previous is not None:
            present = (fit.masks(marks.previous[None].to(device)) > 0.5).float()[None]
        size = Size(*image.shape[2:])
        signs = (self._map(marks, fit, size, positive=p).to(device) for p in (True, False))
        logits = self.network(image, present, *signs)
        return Answer(fit.back(torch.sigmoid(logits[0]))[0])

    def _map(
        self, marks: Marks, fit: Fit, size: Size, *, positive: bool
    ) -> Float[Tensor, "1 1 y x"]:
        """Where marks of one sign are, at working size."""
        touched = rasterise([_fitted(s, fit) for s in marks.strokes], size, positive=positive)
        square = np.ones((self.dilation, self.dilation), np.uint8)
        grown = cv2.dilate(touched.astype(np.uint8), square)
        return torch.from_numpy(grown).float()[None, None]


def _fitted(stroke: Click | Scribble, fit: Fit) -> Click | Scribble:
    points = tuple(fit.to_working(x, y) for x, y in points_of(stroke))
    if isinstance(stroke, Scribble):
        width = max(1.0, stroke.width * fit.working.width / fit.size.width)
        return replace(stroke, points=points, width=width)
    return replace(stroke, x=points[0][0], y=points[0][1])
