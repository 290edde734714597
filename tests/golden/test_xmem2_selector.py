"""XMem++'s frame suggestion equals the published one, from its own keys and from the pictures."""

import dataclasses

import numpy as np
import pytest
import torch
from golden.goldens import golden, near, same, scene
from golden.xmem_runs import network

from vostoolkit.arrays import Size
from vostoolkit.memory.read import places
from vostoolkit.stages.dissimilarity import FrameKeys, Shrinking, composite_key, dissimilarity
from vostoolkit.stages.farthest_first import farthest_first
from vostoolkit.stages.select_frame import KeyDissimilarity
from vostoolkit.stages.select_frame_keys import at_first_pixel, is_visible
from vostoolkit.video.array import VideoArray

ALPHAS = (0.0, 0.25, 0.5, 0.75, 1.0)


@pytest.fixture(scope="module")
def expected() -> dict[str, np.ndarray]:
    return golden("xmem2_selector.npz")


def matrix(expected, alpha: float, *, scale: float = 1.0, half: bool = False) -> torch.Tensor:
    """All dissimilarities ``[20, 20]``, the annotated frame first."""
    weights = torch.from_numpy(expected["masks"]).amax(1).float() * scale
    parts = [torch.from_numpy(expected[name]) for name in ("keys", "shrinkages", "selections")]
    keys: list[FrameKeys] = []
    for frame, weight in enumerate(weights):
        key, shrinkage, selection = (places(part[frame : frame + 1])[0] for part in parts)
        key = composite_key(key, at_first_pixel(weight, Size(6, 8)).flatten(), alpha)
        shrinking = Shrinking(shrinkage[:, 0], selection.half() if half else selection)
        keys.append(FrameKeys(key.half() if half else key, shrinking))
    return torch.stack(
        [torch.stack([dissimilarity(a, b, divide_by="pairs") for b in keys]) for a in keys]
    )


def suggested(expected, distances, annotated=(0,), count=5, least=0.0025, scale=1.0):
    weights = torch.from_numpy(expected["masks"]).amax(1).float() * scale
    is_open = torch.tensor([is_visible(weight, least) for weight in weights])
    chosen = farthest_first(
        lambda frame: distances[frame], annotated=annotated, count=count, is_open=is_open
    )
    return np.array(chosen.frames)


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("alpha", ALPHAS)
def test_suggestions(expected, alpha, half):
    """Also with keys kept in float16, as the stage does."""
    distances = matrix(expected, alpha, half=half)
    same(suggested(expected, distances), expected[f"sel_a{alpha}"])
    later = suggested(expected, distances, (0, 10, 7), 4)
    same(later, expected[f"sel_prev_0_10_7_a{alpha}"])
    if not half and (name := f"D_mem_query_a{alpha}") in expected:
        near(distances, expected[name], 1e-5)


def test_smallest_share_and_all_frames(expected):
    distances = matrix(expected, 0.5)
    same(suggested(expected, distances, least=0.05), expected["sel_minpres5"])
    same(np.append(0, suggested(expected, distances, count=3)), expected["sel_all"])


@pytest.mark.parametrize("scale", [0.6, 0.75, 0.9])
def test_soft_masks(expected, scale):
    """The golden doesn't hold its soft masks; any of these weights gives its choice."""
    distances = matrix(expected, 0.5, scale=scale)
    same(suggested(expected, distances, scale=scale), expected["sel_soft_a0.5"])


@pytest.mark.parametrize("alpha", [0.5, 1.0])
def test_suggestions_from_the_pictures(expected, alpha):
    """The whole stage on the golden's scene: encoding, masks on the grid, choosing."""
    video = VideoArray(scene("20")[0])
    labels = expected["masks"].argmax(1) + 1
    labels = np.where(expected["masks"].any(1), labels, 0).astype(np.uint8)
    suggest = dataclasses.replace(
        KeyDissimilarity(network(), short_side=None, alpha=alpha, device="cpu").released(),
        shading="one",
    )
    found = suggest(video, lambda frame: np.asarray(labels[frame]), annotated=(0,), count=5)
    same(found.frames, expected[f"sel_a{alpha}"])
    if (name := f"D_mem_query_a{alpha}") in expected:
        row = expected[name][0]
        is_open = ~torch.isnan(found.scores[0]).numpy()
        near(found.scores[0][is_open], row[is_open], 2e-3)
