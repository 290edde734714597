"""An AOT network at work: folded, on its device, in its number format, one frame at a time."""

from contextlib import AbstractContextManager

import torch
from jaxtyping import Float
from torch import Tensor

from vostoolkit.arrays import Size
from vostoolkit.device import Precision, choose_device, choose_precision, reduced
from vostoolkit.frames import Frame
from vostoolkit.networks.aot import Aot, AotFeatures
from vostoolkit.networks.aot_transformer import Layers
from vostoolkit.networks.folding import folded
from vostoolkit.stages.aot_state import Group
from vostoolkit.stages.fitting import Fit, Resampling


class AotEngine:
    """Runs a copy of a network for inference, and keeps the last frame's features.

    They can't differ from what computing them again would give.

    Raises:
        DeviceError: the device isn't there.
        ValueError: no such precision.
    """

    def __init__(
        self, network: Aot, device: str | None, precision: Precision, resampling: Resampling
    ) -> None:
        self.device = choose_device(device)
        self.resampling: Resampling = resampling
        self._dtype = choose_precision(precision, self.device)
        self._network = folded(network).to(self.device)
        self._network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        self._last: tuple[Frame, AotFeatures] | None = None

    def encode(self, frame: Frame, fit: Fit) -> AotFeatures:
        """The frame's features."""
        if self._last is None or self._last[0] is not frame:
            image = fit.image(frame.image, self.device, self.resampling)
            image = image.contiguous(memory_format=torch.channels_last)
            with self._reduced():
                self._last = frame, self._network.encode(image)
        return self._last[1]

    def match(
        self,
        features: AotFeatures,
        group: Group,
        one_hot: Float[Tensor, "1 k y x"],
    ) -> tuple[Float[Tensor, "1 k h4 w4"], Layers]:
        """Logits of all identities, and the frame's tokens; the one-hot masks are the last ones."""
        with self._reduced():
            short = self._network.remember(group.last, self._network.identify(one_hot))
            outputs, tokens = self._network.attend(features, (group.long_term(), short))
            return self._network.decode(features, outputs).float(), tokens

    def refer(
        self, features: AotFeatures, one_hot: Float[Tensor, "1 k y x"]
    ) -> tuple[Layers, Layers]:
        """A frame with known masks as memory holds it, and its tokens."""
        with self._reduced():
            identities = self._network.identify(one_hot)
            _, tokens = self._network.attend(features, identities)
            return self._network.remember(tokens, identities), tokens

    def remember(self, tokens: Layers, one_hot: Float[Tensor, "1 k y x"]) -> Layers:
        """A propagated frame as memory holds it."""
        with self._reduced():
            return self._network.remember(tokens, self._network.identify(one_hot))

    def _reduced(self) -> AbstractContextManager[object]:
        return reduced(self.device, self._dtype)


def fit_grid(size: Size, short_side: int | None, *, align_corners: bool, stride: int = 16) -> Fit:
    """The fit to sides of 16 k + 1 pixels (16 k without aligned corners), the nearest; no padding.

    A frame whose shorter side is above ``short_side`` shrinks to it first; none is enlarged.
    ``stride`` stands for 16 in networks with another.

    Source: AOT's release.
    """
    scale = 1.0 if short_side is None else min(1.0, short_side / min(size))
    extra = 1 if align_corners else 0
    height, width = (
        max(1, round((side * scale - extra) / stride)) * stride + extra for side in size
    )
    return Fit(size, Size(height, width), (0, 0, 0, 0))
