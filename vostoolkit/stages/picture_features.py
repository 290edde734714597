"""What a small network knows of a picture, for those who judge pictures by it."""

from dataclasses import dataclass, field

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vostoolkit.arrays import Image, Size
from vostoolkit.device import choose_device
from vostoolkit.networks.folding import folded
from vostoolkit.networks.xmem import XMem
from vostoolkit.stages.fitting import fit_frame


@dataclass(frozen=True, eq=False)
class PictureFeatures:
    """The deepest features of an XMem's key encoder.

    Args:
        network: its key encoder is copied, folded for inference and moved.
        short_side: larger pictures are shrunk to this shorter side.
        device: None takes the best there is.
    """

    network: XMem = field(repr=False)
    short_side: int = 128
    device: str | None = None
    _encoder: nn.Module = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.short_side < self.network.config.stride:
            raise ValueError(f"short side of {self.short_side} pixels: give at least one stride")
        encoder = folded(self.network.key_encoder).to(choose_device(self.device))
        object.__setattr__(self, "_encoder", encoder)

    @torch.no_grad()
    def __call__(self, image: Image) -> Float[Tensor, "1 c y x"]:
        """The features of one picture."""
        stride = self.network.config.stride
        size = Size(*image.shape[:2])
        fit = fit_frame(size, self.short_side, multiple=stride, is_enlarging=False)
        device = next(self._encoder.parameters()).device
        return self._encoder(fit.image(image, device, "bytes"))[-1]
