"""SAM-HQ: pictures to embeddings, embeddings and prompts to masks (Ke et al., 2023).

The networks are those of segment-anything-hq; what is around them (sizes, prompts, padding) is
ours and holds no state.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast, get_args

import cv2
import numpy as np
import torch
from jaxtyping import Float, Float32
from PIL import Image as Pictures
from torch import Tensor, nn
from torch.nn import functional

from vostoolkit.arrays import Image, Map, Size
from vostoolkit.networks.sam_hq_package import load_package
from vostoolkit.prompts import Box

SamSize: TypeAlias = Literal["vit_tiny", "vit_b", "vit_l", "vit_h"]
Point: TypeAlias = tuple[float, float, bool]
"""x, y, and whether it is on the object."""

INPUT_SIDE = 1024
MASK_SIDE = 256


@dataclass(frozen=True, eq=False)
class Embedding:
    """What SAM-HQ keeps of a picture: last and intermediate features, and the sizes it had."""

    features: Float[Tensor, "1 c y x"]
    intermediate: tuple[Tensor, ...]
    scaled: Size
    size: Size


@dataclass(frozen=True, eq=False)
class SamMask:
    """Mask logits at the picture's size and at 256 pixels (padded), and the predicted IoU."""

    logits: Map
    low: Float[Tensor, "y x"]
    score: float


def build(size: SamSize) -> nn.Module:
    """The network of this size, with random weights.

    Raises:
        ValueError: no such size.
        ImportError: segment-anything-hq isn't installed.
    """
    if size not in get_args(SamSize):
        raise ValueError(f"no SAM-HQ of size {size!r}: there are {', '.join(get_args(SamSize))}")
    network = load_package().sam_model_registry[size](checkpoint=None)
    return cast("nn.Module", network).eval().requires_grad_(False)


@torch.no_grad()
def encode(network: Any, image: Image) -> Embedding:
    """The embedding of a picture; nearly all of SAM-HQ's time goes here."""
    size = Size(*image.shape[:2])
    scaled = scaled_size(size)
    resized = Pictures.fromarray(image).resize(
        (scaled.width, scaled.height), Pictures.Resampling.BILINEAR
    )
    pixels = torch.as_tensor(np.array(resized), device=network.device).permute(2, 0, 1)[None]
    features, intermediate = network.image_encoder(network.preprocess(pixels))
    return Embedding(features, tuple(intermediate), scaled, size)


@torch.no_grad()
def decode(
    network: Any,
    embedding: Embedding,
    points: Sequence[Point],
    *,
    box: Box | None = None,
    previous: Float[Tensor, "y x"] | None = None,
    multimask: bool = False,
    hq_token_only: bool = True,
) -> SamMask:
    """The mask that points and a box ask for.

    ``previous`` are mask logits of 256 x 256, as in ``SamMask.low``. ``multimask`` chooses the best
    of three by its score, which suits a single click; ``hq_token_only`` leaves out SAM's own mask,
    to which SAM-HQ's is otherwise added.

    Raises:
        ValueError: neither a point, a box nor a mask, or a mask of another size.
    """
    if not points and box is None and previous is None:
        raise ValueError("nothing to ask SAM-HQ for: give at least one point, a box or a mask")
    if previous is not None and previous.shape != (MASK_SIDE, MASK_SIDE):
        raise ValueError(
            f"mask logits of shape {tuple(previous.shape)}: SAM-HQ takes {MASK_SIDE} x {MASK_SIDE} "
            "as in SamMask.low; as_previous makes them from a mask of the picture's size"
        )
    device = network.device
    ratio = np.array(embedding.scaled[::-1], float) / np.array(embedding.size[::-1], float)
    marks = None
    if points:
        places = np.array([(x, y) for x, y, _ in points], float) * ratio
        signs = [int(positive) for _, _, positive in points]
        marks = (
            torch.as_tensor(places[None], dtype=torch.float32, device=device),
            torch.as_tensor([signs], dtype=torch.int32, device=device),
        )
    corners = None
    if box is not None:
        edges = np.array([[box.left, box.top], [box.right, box.bottom]]) * ratio
        corners = torch.as_tensor(edges.reshape(1, 4), dtype=torch.float32, device=device)
    masks = None if previous is None else previous.float().to(device)[None, None]
    sparse, dense = network.prompt_encoder(points=marks, boxes=corners, masks=masks)
    low, scores = network.mask_decoder(
        image_embeddings=embedding.features,
        image_pe=network.prompt_encoder.get_dense_pe(),
        sparse_prompt_embeddings=sparse,
        dense_prompt_embeddings=dense,
        multimask_output=multimask,
        hq_token_only=hq_token_only,
        interm_embeddings=embedding.intermediate,
    )
    logits = network.postprocess_masks(low, embedding.scaled, embedding.size)
    return SamMask(logits[0, 0], low[0, 0], float(scores[0, 0]))


def scaled_size(size: Size) -> Size:
    """The size with its longer side at 1024 pixels."""
    scale = INPUT_SIDE / max(size)
    return Size(int(size.height * scale + 0.5), int(size.width * scale + 0.5))


def as_previous(mask: Map, *, confidence: float = 8.0) -> Float32[Tensor, "y x"]:
    """A mask with probabilities as logits of 256 x 256, padded as SAM pads its pictures.

    Logits are clamped to +- ``confidence``; SAM's own lie in about that range.
    """
    scaled = scaled_size(Size(*mask.shape))
    share = MASK_SIDE / INPUT_SIDE
    height, width = (max(1, round(length * share)) for length in scaled)
    small = cv2.resize(
        mask.detach().float().cpu().numpy(), (width, height), interpolation=cv2.INTER_AREA
    )
    logits = torch.logit(torch.as_tensor(small), eps=1e-6).clamp(-confidence, confidence)
    padding = (0, MASK_SIDE - width, 0, MASK_SIDE - height)
    return functional.pad(logits, padding, value=-confidence)
