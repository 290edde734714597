"""An XMem network at work: folded, on its device, in its number format, one frame at a time."""

from collections.abc import Sequence
from contextlib import AbstractContextManager

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn

from vostoolkit.device import Precision, choose_device, choose_precision, reduced
from vostoolkit.frames import Frame
from vostoolkit.geometry import Window
from vostoolkit.memory.elements import Elements
from vostoolkit.memory.read import places
from vostoolkit.networks.folding import folded
from vostoolkit.networks.xmem import KeyFeatures, XMem
from vostoolkit.stages.fitting import Fit, Resampling
from vostoolkit.stages.xmem_reading import worthwhile
from vostoolkit.stages.xmem_state import grown


class XMemEngine:
    """Runs a copy of a network for inference. Objects come first, without a batch.

    The last frame's features are kept, since a frame is propagated and memorised in turn; they
    can't differ from what computing them again would give.

    Raises:
        DeviceError: the device isn't there.
        ValueError: no such precision.
    """

    def __init__(
        self, network: XMem, device: str | None, precision: Precision, resampling: Resampling
    ) -> None:
        self.device = choose_device(device)
        self.resampling: Resampling = resampling
        self._dtype = choose_precision(precision, self.device)
        self._network = folded(network).to(self.device)
        self._channels = network.config.hidden_dim
        _set_channels_last(self._network)
        self._last: tuple[Frame, Tensor, KeyFeatures] | None = None

    def encode(self, frame: Frame, fit: Fit) -> tuple[Float[Tensor, "1 3 y x"], KeyFeatures]:
        """The frame as the network sees it, and its features."""
        last = self._last
        if last is None or last[0] is not frame:
            image = fit.image(frame.image, self.device, self.resampling)
            image = image.contiguous(memory_format=torch.channels_last)
            with self._reduced():
                last = frame, image, self._network.encode_key(image)
            self._last = last
        return last[1], last[2]

    def decode(
        self,
        features: KeyFeatures,
        readout: Float[Tensor, "n v i j"],
        hidden: Float[Tensor, "n d i j"] | None,
        previous: Float[Tensor, "n y x"] | None,
    ) -> tuple[Float[Tensor, "n y x"], Float[Tensor, "n d i j"] | None]:
        """Each object's own probabilities, and the hidden state after the frame."""
        with self._reduced():
            logits, after = self._network.decode(
                features, readout[None], _batch(hidden), _batch(previous)
            )
        return torch.sigmoid(logits[0].float()), after[0].float() if after is not None else None

    def decode_in(
        self,
        windows: Sequence[Window],
        features: KeyFeatures,
        readout: Float[Tensor, "n v i j"],
        previous: Float[Tensor, "n y x"],
    ) -> Float[Tensor, "n y x"]:
        """Each object's own probabilities in its window of places, 0 elsewhere.

        For networks without a hidden state; `readout` is what the places of the windows read.
        """
        stride = self._network.config.stride
        pixels = [window.times(stride) for window in windows]
        last = torch.stack([own[window] for own, window in zip(previous, pixels, strict=True)])
        with self._reduced():
            logits, _ = self._network.decode(
                features.parts(windows), readout[:, None], None, last[:, None]
            )
        whole = torch.zeros_like(previous)
        for out, window, found in zip(whole, pixels, logits[:, 0].float(), strict=True):
            out[window] = torch.sigmoid(found)
        return whole

    def elements(
        self,
        frame: Frame,
        fit: Fit,
        masks: Float[Tensor, "n y x"],
        hidden: Float[Tensor, "m d i j"] | None,
        background_every: int,
    ) -> tuple[Elements, Float[Tensor, "n d i j"] | None]:
        """The frame's memory elements for all objects, and the hidden state after a deep update.

        Objects without a hidden state yet have zeros. Places that aren't worthwhile are left out.
        """
        image, features = self.encode(frame, fit)
        if channels := self._channels:
            like = masks.new_zeros(len(masks), channels, *features.key.shape[-2:])
            hidden = grown(hidden, like)
        with self._reduced():
            value, after = self._network.encode_value(
                image, features.deep, masks[None], _batch(hidden)
            )
        value = rearrange(value[0].float(), "n v h w -> (h w) n v").contiguous()
        count = len(value)
        elements = Elements(
            key=places(features.key)[0].float().contiguous(),
            shrinkage=places(features.shrinkage)[0, :, 0].float().contiguous(),
            selection=places(features.selection)[0].float().contiguous(),
            value=value,
            frame=torch.full((count,), frame.index, dtype=torch.int32, device=value.device),
            place=torch.arange(count, dtype=torch.int32, device=value.device),
        )
        if background_every > 1:
            elements = elements.at(worthwhile(masks, features.key, background_every).flatten())
        return elements, after[0].float() if after is not None else None

    def _reduced(self) -> AbstractContextManager[object]:
        return reduced(self.device, self._dtype)


def _batch(x: Tensor | None) -> Tensor | None:
    return x[None] if x is not None else None


def _set_channels_last(network: nn.Module) -> None:
    """Nothing; lays the weights out with channels last, those too where it says nothing.

    A convolution of one channel or one pixel would else give its output in the other layout.
    """
    for parameter in network.parameters():
        if parameter.ndim == 4:
            rows = parameter.data.permute(0, 2, 3, 1).clone(memory_format=torch.contiguous_format)
            parameter.data = rows.permute(0, 3, 1, 2)
