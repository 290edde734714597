"""SAM-HQ imports on any machine, in all sizes, and refines."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from golden.goldens import golden, seeded_weights
from torch import nn

from vostoolkit.arrays import Size
from vostoolkit.errors import WeightsError
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.networks import sam_hq
from vostoolkit.networks.sam_hq import Embedding, SamSize, decode, encode
from vostoolkit.networks.sam_hq_package import DropPath, batched_nms, load_package
from vostoolkit.prompts import Box, Click, Scribble
from vostoolkit.stages.refine import SamHqRefiner


@pytest.fixture(scope="module")
def expected() -> dict[str, np.ndarray]:
    return golden("samhq_vit_tiny.npz")


@pytest.fixture(scope="module")
def network(expected: dict[str, np.ndarray]) -> nn.Module:
    made = sam_hq.build("vit_tiny")
    weights = seeded_weights("samhq_vit_tiny_manifest.json")
    held = made.state_dict()
    made.load_state_dict({key: value.reshape(held[key].shape) for key, value in weights.items()})
    return made


@pytest.fixture(scope="module")
def embedding(network: nn.Module, expected: dict[str, np.ndarray]) -> Embedding:
    return encode(network, expected["image"])


def test_the_package_imports_and_leaves_no_stand_in_behind() -> None:
    before = {name: module for name, module in sys.modules.items() if name.startswith("torchv")}
    package = load_package()
    assert set(package.sam_model_registry) >= {"vit_tiny", "vit_b", "vit_l", "vit_h"}
    after = {name: module for name, module in sys.modules.items() if name.startswith("torchv")}
    assert after == before
    assert not any(name.partition(".")[0] == "timm" for name in sys.modules)


def test_no_such_size() -> None:
    with pytest.raises((ValueError, TypeError)):
        sam_hq.build("vit_xl")  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("size", "blocks", "width", "megabytes"),
    [("vit_b", 12, 768, 379), ("vit_l", 24, 1024, 1250), ("vit_h", 32, 1280, 2570)],
)
def test_the_other_sizes_are_those_of_the_published_files(
    size: SamSize, blocks: int, width: int, megabytes: int
) -> None:
    with torch.device("meta"):  # shapes without memory
        held = sam_hq.build(size).state_dict()
    numbers = {int(key.split(".")[2]) for key in held if key.startswith("image_encoder.blocks.")}
    assert numbers == set(range(blocks))
    assert held["image_encoder.pos_embed"].shape == (1, 64, 64, width)
    assert held["mask_decoder.compress_vit_feat.0.weight"].shape[0] == width
    assert held["mask_decoder.hf_token.weight"].shape == (1, 256)
    assert 4e-6 * sum(v.numel() for v in held.values()) == pytest.approx(megabytes, rel=0.01)


def test_nothing_to_ask_for_is_refused(network: nn.Module, embedding: Embedding) -> None:
    with pytest.raises(ValueError, match="at least one point"):
        decode(network, embedding, [])
    with pytest.raises(ValueError, match="SAM-HQ takes 256 x 256"):
        decode(network, embedding, [], previous=torch.zeros(288, 384))


def test_a_previous_mask_keeps_its_place_in_the_padded_square() -> None:
    mask = torch.zeros(50, 100)
    mask[:, 50:] = 1
    logits = sam_hq.as_previous(mask)
    assert logits.shape == (256, 256)
    assert torch.all(logits[:128, 128:] == 8)
    assert torch.all(logits[:128, :127] == -8)
    assert torch.all(logits[128:] == -8)


def test_boxes_are_suppressed_within_their_class() -> None:
    boxes = torch.tensor([[0, 0, 10, 10], [1, 1, 10, 10], [0, 0, 10, 10], [20, 20, 30, 30]]).float()
    kept = batched_nms(
        boxes, torch.tensor([0.8, 0.9, 0.7, 0.1]), torch.tensor([0, 0, 1, 0]), iou_threshold=0.5
    )
    assert kept.tolist() == [1, 2, 3]


def test_drop_path_drops_in_training_only() -> None:
    layer, x = DropPath(0.5), torch.ones(64, 3)
    assert set(layer(x).unique().tolist()) == {0.0, 2.0}
    assert torch.equal(layer.eval()(x), x)


@pytest.fixture(scope="module")
def refiner(network: nn.Module, tmp_path_factory: pytest.TempPathFactory) -> SamHqRefiner:
    path = tmp_path_factory.mktemp("weights") / "sam.pth"
    torch.save(network.state_dict(), path)
    return SamHqRefiner("vit_tiny", path, device="cpu", hq_token_only=False, multimask=False)


def test_the_refiner_gives_probabilities_and_encodes_a_frame_once(
    refiner: SamHqRefiner, expected: dict[str, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = Frame(3, expected["image"], 0.0)
    x, y = expected["point"][0].tolist()
    encoded: list[Size] = []
    original = refiner.network.image_encoder.forward  # pyright: ignore

    def counting(pixels: torch.Tensor) -> Any:
        encoded.append(Size(*pixels.shape[-2:]))
        return original(pixels)

    monkeypatch.setattr(refiner.network.image_encoder, "forward", counting)
    result = refiner(frame, 1, (Click(3, 1, x, y),), None)
    mask = np.unpackbits(expected["hq0_mask_packed"])[: frame.image[..., 0].size]
    assert (((result.after > 0.5).numpy() != mask.reshape(frame.size)).sum()) <= 5
    assert float(result.after.min()) >= 0 and float(result.after.max()) <= 1
    assert result.score is not None
    box = refiner(frame, 1, (Box(3, 1, 51, 90, 153, 222),), None)
    scribble = refiner(frame, 1, (Scribble(3, 1, ((80.0, 120.0), (x, y))),), None)
    assert not torch.equal(box.after, scribble.after)
    assert len(encoded) == 1


def test_the_present_mask_is_a_prompt_where_the_refiner_is_told_so(
    refiner: SamHqRefiner, expected: dict[str, np.ndarray]
) -> None:
    frame = Frame(4, expected["image"], 0.0)
    x, y = expected["point"][0].tolist()
    masks = Masks.from_labels(expected["gt"].astype(np.uint8))
    always = replace(refiner, use_previous="always", multimask=True)
    result = always(frame, 1, (Click(4, 1, x, y),), masks)
    direct = decode(
        refiner.network,
        refiner.embeddings.of(frame.image, refiner.network),
        [(x, y, True)],
        previous=sam_hq.as_previous(masks.of(1)),
        hq_token_only=False,
    )
    assert torch.equal(result.after, torch.sigmoid(direct.logits))
    never = refiner(frame, 1, (Click(4, 1, x, y),), masks)
    assert not torch.equal(never.after, result.after)


def test_missing_and_foreign_checkpoints_are_named(tmp_path: Path) -> None:
    with pytest.raises((ValueError, TypeError)):  # under test, types catch it first
        SamHqRefiner("tiny", device="cpu")  # pyright: ignore[reportArgumentType]
    with pytest.raises(WeightsError, match="sam-hq-vit-b"):
        SamHqRefiner("vit_b", device="cpu")
    path = tmp_path / "other.pth"
    torch.save({"weight": torch.zeros(3)}, path)
    with pytest.raises(WeightsError, match="missing"):
        SamHqRefiner("vit_tiny", path, device="cpu")
