"""QDMN's quality assessment module: how well a predicted mask will fit, as one number an object.

Source: Liu et al., Learning quality-aware dynamic memory for video object segmentation (ECCV 2022),
as Lazy-XMem (2.4, 5.1) describes it: a second head on the segmentation network that predicts a
score of how a mask would align with the truth, designed after Mask Scoring R-CNN.
"""

from dataclasses import dataclass, field, replace

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vostoolkit.networks.blocks import per_object
from vostoolkit.networks.xmem import NANO, XMEM, KeyEncoder, ValueEncoder, XMemConfig

_CONVOLUTIONS = 4
_POOLED = 2 * _CONVOLUTIONS + 2  # layers of the head up to the pooled features


@dataclass(frozen=True)
class QualityAwareConfig:
    """The sizes of a quality assessment module.

    ``encoders`` are those of the segmentation network that it stands on; ``width`` is that of the
    head's four convolutions, ``hidden`` that of its two hidden layers.

    Source: Mask Scoring R-CNN, section 3.2 (256 and 1024).
    """

    encoders: XMemConfig = field(default=XMEM)
    width: int = 256
    hidden: int = 1024

    def __post_init__(self) -> None:
        if self.width < 1 or self.hidden < 1:
            raise ValueError(f"every width must be positive: {self}")


QUALITY_AWARE = QualityAwareConfig()
"""On the published XMem's encoders."""

QUALITY_AWARE_NANO = QualityAwareConfig(NANO, width=32, hidden=64)
"""On the embedded network's encoders, for a CPU."""


class QualityAware(nn.Module):
    """Predicts each mask's IoU with the truth from the picture, its features and the masks.

    Features of the picture (``key_encoder``) are joined with features of picture, mask and the
    other objects' masks (``score_encoder``); ``score_head`` makes a number of them, as the mask
    IoU head of Mask Scoring R-CNN: four convolutions, the last with stride 2, and three linear
    layers, here after the mean over all places, so that pictures may have any size.

    Note: no code, checkpoint or full text of the paper was read. The encoders are XMem's (which
    has QDMN's predecessors' form), the pooling is ours, and state-dict keys are not QDMN's.
    """

    def __init__(self, config: QualityAwareConfig = QUALITY_AWARE) -> None:
        super().__init__()
        encoders = replace(config.encoders, hidden_dim=0)
        self.config = config
        self.key_encoder = KeyEncoder(encoders)
        self.score_encoder = ValueEncoder(encoders)
        self.score_head = _score_head(encoders.value_dim, config.width, config.hidden)

    def forward(
        self, image: Float[Tensor, "b 3 h w"], masks: Float[Tensor, "b n h w"]
    ) -> Float[Tensor, "b n"]:
        """The predicted IoU of each mask, in (0, 1).

        Pictures are normalised by ImageNet's mean and deviation; heights and widths are multiples
        of the encoders' stride.
        """
        logits: Tensor = self.score_head[_POOLED:](self.features(image, masks))
        return torch.sigmoid(logits).view(-1, masks.shape[1])

    def features(
        self, image: Float[Tensor, "b 3 h w"], masks: Float[Tensor, "b n h w"]
    ) -> Float[Tensor, "bn f"]:
        """What is known of each mask before it becomes a number, pooled over all places."""
        count = masks.shape[1]
        _, _, deep = self.key_encoder(image)
        others = masks.sum(1, keepdim=True) - masks
        own_and_others = torch.stack([masks, others], 2).flatten(0, 1)
        x = torch.cat([per_object(image, count), own_and_others], 1)
        return self.score_head[:_POOLED](self.score_encoder(x, per_object(deep, count)))


def _score_head(inputs: int, width: int, hidden: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for number in range(1, _CONVOLUTIONS + 1):
        stride = 2 if number == _CONVOLUTIONS else 1
        layers += [nn.Conv2d(inputs, width, 3, stride, 1), nn.ReLU()]
        inputs = width
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, hidden), nn.ReLU()]
    head = nn.Sequential(*layers, nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, 1))
    for layer in head:  # torch's own start would shrink the signal at each of the seven layers
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    return head
