"""IDPro's across-frame interaction: scribbles on several frames become masks on all of them.

No code is published. What the paper says is built; what it leaves open is chosen here:

* Identities are tags of ``identity_width`` channels per pixel, one table for scribbles and masks.
  A pixel without a mark has none, nor has a frame without a previous mask ("empty", 3.1). Strokes
  that say where an object is not carry the background's tag, as DAVIS's scribbles do.
* The levels: strides 8 and 16 of a ResNet-50 are the middle ones, stride 4 is low, the last stage,
  dilated at stride 16, is high. (The paper's other backbone, Swin-B, isn't built.)
* Deformable attention: queries are the places at stride 16, they read strides 8 and 16, with 8
  heads and 4 points (Deformable DETR's), sine positions, and a residual and a normalisation after.
* Attention between frames: all places of all frames, the frame's own included, with a residual and
  a normalisation. It knows nothing of the frames' order in time.
* FrameEnhancer: DeepLabV3+'s pyramid on the high level, joined at stride 4 with the low one, then
  two 1x1 convolutions with a residual.
* The mask head has two convolutions before the last, which has a channel for each identity; that
  the masks are read from these channels is the "id-queried" part.

IDPro's other networks are AOT's, says the paper: see ``vostoolkit.networks.aot`` and
``vostoolkit.stages.propagate_aot`` for memory update and id-queried decoder.

Source: Li et al., IDPro, section III-B, Eq. 1 and 3 to 6.
"""

from dataclasses import dataclass

import torch
from einops import einsum, rearrange
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from vostoolkit.networks.aot_attention import Attention
from vostoolkit.networks.deformable_attention import DeformableAttention, grid_places
from vostoolkit.networks.positions import sine_positions
from vostoolkit.networks.resnet import BasicBlock, Bottleneck, ResNet
from vostoolkit.networks.scribble_to_mask import Pyramid

Widths = tuple[int, int, int, int]


@dataclass(frozen=True)
class AcrossFrameConfig:
    """The sizes of one network; the defaults are R50-IDPro's where the paper gives any.

    The paper gives the backbone (ResNet-50) and ten identities.
    """

    identities: int = 10
    identity_width: int = 16
    stem: int = 64
    widths: Widths = (256, 512, 1024, 2048)
    blocks: Widths = (3, 4, 6, 3)
    bottleneck: bool = True
    width: int = 256
    low_width: int = 48
    heads: int = 8
    points: int = 4
    rates: tuple[int, int, int] = (6, 12, 18)

    def __post_init__(self) -> None:
        numbers = (self.identities, self.identity_width, self.stem, *self.widths, *self.blocks)
        if min(*numbers, self.width, self.low_width, self.heads, self.points, *self.rates) < 1:
            raise ValueError(f"every size must be positive: {self}")
        if self.width % 4 or self.width % self.heads:
            raise ValueError(
                f"width {self.width}: give a multiple of 4 and of the {self.heads} heads"
            )

    @property
    def classes(self) -> int:
        """Background and identities."""
        return 1 + self.identities


ACROSS_FRAME = AcrossFrameConfig()
"""R50-IDPro's interaction, as far as the paper gives its sizes: 43 M parameters."""

ACROSS_FRAME_SMALL = AcrossFrameConfig(
    identity_width=8,
    stem=16,
    widths=(16, 32, 48, 64),
    blocks=(1, 1, 1, 1),
    bottleneck=False,
    width=32,
    low_width=16,
    heads=4,
    points=2,
)
"""A small one to train on a CPU: 0.26 M parameters."""


class AcrossFrameAttention(nn.Module):
    """Middle features after reading within each frame, then from every frame.

    Source: IDPro, Eq. 4.
    """

    def __init__(self, config: AcrossFrameConfig) -> None:
        super().__init__()
        width = config.width
        self.eighth = nn.Conv2d(config.widths[1], width, 1)
        self.sixteenth = nn.Conv2d(config.widths[2], width, 1)
        self.within = DeformableAttention(width, heads=config.heads, levels=2, points=config.points)
        self.norm_within = nn.LayerNorm(width)
        self.across = Attention(width, config.heads, has_linear=True)
        self.norm_across = nn.LayerNorm(width)

    def forward(
        self,
        eighth: Float[Tensor, "bt c8 h8 w8"],
        sixteenth: Float[Tensor, "bt c16 h w"],
        frames: int,
    ) -> Float[Tensor, "bt d h w"]:
        """The features at stride 16; every ``frames`` of the batch are of one video."""
        maps = [self.eighth(eighth), self.sixteenth(sixteenth)]
        height = maps[1].shape[2]
        query, position = (
            rearrange(x, "b c h w -> b (h w) c") for x in (maps[1], sine_positions(maps[1]))
        )
        read = self.within(query + position, grid_places(maps[1]), maps)
        places = self.norm_within(query + read)
        places = rearrange(places, "(b t) n c -> b (t n) c", t=frames)
        places = self.norm_across(places + self.across(places, places, places))
        return rearrange(places, "b (t h w) c -> (b t) c h w", t=frames, h=height)


class FrameEnhancer(nn.Module):
    """Features of each frame alone at stride 4, from its lowest and highest.

    Source: IDPro, Eq. 5.
    """

    def __init__(self, config: AcrossFrameConfig) -> None:
        super().__init__()
        width, low = config.width, config.low_width
        self.pyramid = Pyramid(config.widths[3], width, config.rates)
        self.low = _convolution(config.widths[0], low, 1)
        self.join = _convolution(width + low, width, 3)
        self.feed_forward = nn.Sequential(
            nn.Conv2d(width, 4 * width, 1), nn.ReLU(), nn.Conv2d(4 * width, width, 1)
        )

    def forward(
        self, low: Float[Tensor, "bt c4 h4 w4"], high: Float[Tensor, "bt c h w"]
    ) -> Float[Tensor, "bt d h4 w4"]:
        """The features."""
        x = self.join(torch.cat([self.low(low), _resized(self.pyramid(high), low)], 1))
        return x + self.feed_forward(x)


class AcrossFrame(nn.Module):
    """The network. Its convolutions see each frame; only the attention connects frames."""

    def __init__(self, config: AcrossFrameConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.identity_bank = nn.Parameter(torch.empty(config.classes, config.identity_width))
        nn.init.orthogonal_(self.identity_bank)
        self.encoder = ResNet(
            Bottleneck if config.bottleneck else BasicBlock,
            (config.stem, *config.widths),
            config.blocks,
            inputs=3 + 2 * config.identity_width,
            last_dilation=2,
        )
        self.across_frame_attention = AcrossFrameAttention(config)
        self.frame_enhancer = FrameEnhancer(config)
        self.mask_head = nn.Sequential(
            _convolution(2 * width, width, 3),
            _convolution(width, width, 3),
            nn.Conv2d(width, config.classes, 1),
        )

    def forward(
        self,
        images: Float[Tensor, "b t 3 h w"],
        scribbles: Float[Tensor, "b t k h w"],
        masks: Float[Tensor, "b t k h w"],
    ) -> Float[Tensor, "b t k h w"]:
        """Logits of the background and every identity, for every frame.

        Images are normalised by ImageNet's mean and deviation. Scribbles and previous masks are
        one-hot over background and identities, and zero where there are none.

        Source: IDPro, Eq. 3 and 6.
        """
        frames = images.shape[1]
        tags = [
            einsum(x, self.identity_bank, "b t k h w, k c -> b t c h w") for x in (scribbles, masks)
        ]
        inputs = rearrange(torch.cat([*tags, images], 2), "b t c h w -> (b t) c h w")
        low, eighth, sixteenth, high = self.encoder(inputs)
        across = self.across_frame_attention(eighth, sixteenth, frames)
        current = self.frame_enhancer(low, high)
        logits = self.mask_head(torch.cat([_resized(across, current), current], 1))
        return rearrange(_resized(logits, inputs), "(b t) k h w -> b t k h w", t=frames)


def _convolution(inputs: int, outputs: int, kernel: int) -> nn.Sequential:
    """A convolution, batch normalisation and ReLU."""
    convolution = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU())


def _resized(x: Float[Tensor, "b c h w"], like: Float[Tensor, "b d i j"]) -> Tensor:
    return functional.interpolate(
        x, size=list(like.shape[-2:]), mode="bilinear", align_corners=False
    )
