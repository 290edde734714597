"""AOT's long short-term transformer: the frame, its memory and the last frame in one pass.

Source: Yang et al., "Associating Objects with Transformers" (NeurIPS 2021), section 4.2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from vostoolkit.networks.aot_attention import Attention, LocalAttention

_GROUPS = 32


@dataclass(frozen=True, eq=False)
class Tokens:
    """What one block keeps of a frame: keys, and values (with identities once in memory)."""

    key: Float[Tensor, "b n c"]
    value: Float[Tensor, "b n c"]

    @staticmethod
    def joined(frames: "Sequence[Tokens]") -> "Tokens":
        """The tokens of several frames, one after the other."""
        return Tokens(
            torch.cat([f.key for f in frames], 1), torch.cat([f.value for f in frames], 1)
        )


Layers: TypeAlias = tuple[Tokens, ...]
"""One frame's tokens, or several frames' one after the other, for each block."""


class GridActivation(nn.Module):
    """Group normalisation, GELU and a 5x5 convolution of each channel, on the grid."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gn = nn.GroupNorm(_GROUPS, channels)
        self.conv = nn.Conv2d(channels, channels, 5, padding=2, groups=channels, bias=False)

    def forward(self, x: Float[Tensor, "b n c"], size: tuple[int, int]) -> Float[Tensor, "b n c"]:
        """The activated places; ``size`` is the grid's height and width."""
        grid = rearrange(x, "b (h w) c -> b c h w", h=size[0])
        grid = self.conv(functional.gelu(self.gn(grid)))
        return rearrange(grid, "b c h w -> b (h w) c")


class Block(nn.Module):
    """Self-attention, then long-term and short-term attention side by side, then two layers."""

    def __init__(self, width: int, heads: int, hidden: int, reach: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.linear_Q = nn.Linear(width, width)
        self.linear_V = nn.Linear(width, width)
        self.long_term_attn = Attention(width, heads, has_linear=False)
        self.short_term_attn = LocalAttention(width, heads, reach)
        self.norm2 = nn.LayerNorm(width)
        self.self_attn = Attention(width, heads, has_linear=True)
        self.norm3 = nn.LayerNorm(width)
        self.linear1 = nn.Linear(width, hidden)
        self.activation = GridActivation(hidden)
        self.linear2 = nn.Linear(hidden, width)

    def forward(
        self,
        x: Float[Tensor, "b n c"],
        position: Float[Tensor, "1 n c"],
        memory: "tuple[Tokens, Tokens] | Float[Tensor, 'b n c']",
        size: tuple[int, int],
    ) -> tuple[Float[Tensor, "b n c"], Tokens]:
        """The features after the block, and its tokens before identities.

        ``memory`` is long-term and short-term tokens; or, for a frame whose masks are known, its
        identities: then it is its own memory.
        """
        own = self.norm1(x)
        x = x + self.self_attn(own + position, own + position, own)
        own = self.norm2(x)
        query = self.linear_Q(own)
        tokens = Tokens(query, own)
        if isinstance(memory, Tensor):
            long = short = self.identified(tokens, memory)
        else:
            long, short = memory
        x = x + self.long_term_attn(query, long.key, long.value)
        x = x + self.short_term_attn(query, short.key, short.value, size)
        hidden = self.activation(self.linear1(self.norm3(x)), size)
        return x + self.linear2(hidden), tokens

    def identified(self, tokens: Tokens, identities: Float[Tensor, "b n c"]) -> Tokens:
        """Tokens as they go into memory.

        Source: AOT, Eq. 4: identities are added to what values are made of, not to keys.
        """
        return Tokens(tokens.key, self.linear_V(tokens.value + identities))


class LongShortTermTransformer(nn.Module):
    """The blocks; each block's features are normalised for the decoder."""

    def __init__(self, *, blocks: int, width: int, heads: int, hidden: int, reach: int) -> None:
        super().__init__()
        self.mask_token = nn.Parameter(torch.zeros(1, 1, width))  # in checkpoints; for training
        self.layers = nn.ModuleList(Block(width, heads, hidden, reach) for _ in range(blocks))
        self.decoder_norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(blocks))

    def forward(
        self,
        x: Float[Tensor, "b n c"],
        position: Float[Tensor, "1 n c"],
        memory: "tuple[Layers, Layers] | Float[Tensor, 'b n c']",
        size: tuple[int, int],
    ) -> tuple[tuple[Float[Tensor, "b n c"], ...], Layers]:
        """Each block's normalised features, and each block's tokens; ``memory`` as in a block."""
        outputs: list[Tensor] = []
        tokens: list[Tokens] = []
        for i, layer in enumerate(self.layers):
            own = memory if isinstance(memory, Tensor) else (memory[0][i], memory[1][i])
            x, kept = layer(x, position, own, size)
            outputs.append(self.decoder_norms[i](x))
            tokens.append(kept)
        return tuple(outputs), tuple(tokens)

    def identified(self, layers: Layers, identities: Float[Tensor, "b n c"]) -> Layers:
        """Each block's tokens as they go into memory."""
        pairs = zip(cast("list[Block]", list(self.layers)), layers, strict=True)
        return tuple(block.identified(tokens, identities) for block, tokens in pairs)
