"""A space-time memory network at work: folded, on its device, in its number format."""

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor

from vostoolkit.device import Precision, choose_device, choose_precision, reduced
from vostoolkit.frames import Frame
from vostoolkit.networks.folding import folded
from vostoolkit.networks.stm import QueryFeatures, StmNetwork
from vostoolkit.stages.fitting import Fit, Resampling


class StmEngine:
    """Runs a copy of a network for inference. Objects come first, without a batch.

    The last frame's features are kept, since a frame is propagated and fused in turn.

    Raises:
        DeviceError: the device isn't there.
        ValueError: no such precision.
    """

    def __init__(
        self, network: StmNetwork, device: str | None, precision: Precision, resampling: Resampling
    ) -> None:
        self.device = choose_device(device)
        self.resampling: Resampling = resampling
        self._dtype = choose_precision(precision, self.device)
        self._network = folded(network).to(self.device)
        self._last: tuple[Frame, QueryFeatures] | None = None

    def image(self, frame: Frame, fit: Fit) -> Float[Tensor, "1 3 y x"]:
        """The frame as the network sees it."""
        return fit.image(frame.image, self.device, self.resampling)

    def encode_query(self, frame: Frame, fit: Fit) -> QueryFeatures:
        """What the frame asks with."""
        if self._last is None or self._last[0] is not frame:
            with reduced(self.device, self._dtype):
                self._last = frame, self._network.encode_query(self.image(frame, fit))
        return self._last[1]

    def encode_memory(
        self, frame: Frame, fit: Fit, masks: Float[Tensor, "n y x"]
    ) -> tuple[Float[Tensor, "n m k"], Float[Tensor, "n m v"]]:
        """The keys and values under which the frame is remembered, place by place."""
        with reduced(self.device, self._dtype):
            key, value = self._network.encode_memory(self.image(frame, fit), masks[None])
        ours = (rearrange(x[0].float(), "n c i j -> n (i j) c").contiguous() for x in (key, value))
        return next(ours), next(ours)

    def decode(
        self, features: QueryFeatures, readout: Float[Tensor, "n v i j"]
    ) -> Float[Tensor, "n y x"]:
        """Each object's own probabilities."""
        with reduced(self.device, self._dtype):
            logits = self._network.decode(features, readout[None])
        return torch.sigmoid(logits[0].float())
