"""The refiners on a plain scene: each follows clicks, boxes and the present mask."""

import numpy as np
import pytest
import torch

from vostoolkit.arrays import Size
from vostoolkit.errors import WeightsError
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.metrics.overlap import iou
from vostoolkit.prompts import Box, Click, Prompt, Scribble
from vostoolkit.protocols import Refiner
from vostoolkit.stages.refine import ClickRefiner, GrabCutRefiner

HEIGHT, WIDTH = 96, 160


def scene() -> tuple[Frame, np.ndarray]:
    """A red disc and a like one on green noise; the truth is the left one."""
    noise = np.random.default_rng(0).normal(0, 8, (HEIGHT, WIDTH, 3))
    rows, columns = np.indices((HEIGHT, WIDTH))
    left = np.hypot(rows - 48, columns - 50) < 26
    right = np.hypot(rows - 48, columns - 125) < 20
    image = np.full((HEIGHT, WIDTH, 3), (60, 130, 60)) + noise
    image[left] = (200, 40, 40) + noise[left]
    image[right] = (200, 40, 40) + noise[right]
    return Frame(2, np.clip(image, 0, 255).astype(np.uint8), 0.0), left


def click(x: float, y: float, positive: bool = True) -> Click:
    return Click(2, 1, x, y, positive)


@pytest.fixture(scope="module", params=[GrabCutRefiner, ClickRefiner])
def refiner(request: pytest.FixtureRequest) -> Refiner:
    if request.param is ClickRefiner:
        return ClickRefiner(device="cpu")
    return GrabCutRefiner()


@pytest.mark.parametrize(
    "prompts",
    [
        (click(50, 48),),
        (click(50, 48), click(125, 48, positive=False)),
        (Box(2, 1, 24, 22, 76, 74),),
        (Scribble(2, 1, ((38.0, 48.0), (62.0, 50.0))),),
    ],
    ids=["click", "negative too", "box", "scribble"],
)
def test_the_object_is_found(refiner: Refiner, prompts: tuple[Prompt, ...]) -> None:
    frame, truth = scene()
    result = refiner(frame, 1, prompts, None)
    assert result.after.shape == (HEIGHT, WIDTH)
    assert result.after.dtype == torch.float32
    assert float(result.after.min()) >= 0 and float(result.after.max()) <= 1
    assert iou(result.after.numpy() > 0.5, truth) > 0.6


def test_the_same_prompts_give_the_same_mask(refiner: Refiner) -> None:
    frame, _ = scene()
    masks = [refiner(frame, 1, (click(50, 48),), None).after for _ in range(2)]
    assert torch.equal(masks[0], masks[1])


def test_a_positive_click_mends_half_a_mask(refiner: Refiner) -> None:
    frame, truth = scene()
    half = truth.copy()
    half[:, :50] = False
    masks = Masks.from_labels(half.astype(np.uint8))
    result = refiner(frame, 1, (click(38, 48),), masks)
    assert iou(result.after.numpy() > 0.5, truth) > iou(half, truth) + 0.15


def test_a_click_elsewhere_moves_the_mask(refiner: Refiner) -> None:
    frame, truth = scene()
    rows, columns = np.indices((HEIGHT, WIDTH))
    wrong = np.hypot(rows - 48, columns - 125) < 12
    result = refiner(frame, 1, (click(50, 48),), Masks.from_labels(wrong.astype(np.uint8)))
    after = result.after.numpy() > 0.5
    assert (after & truth).sum() > (after & wrong).sum()


def test_the_result_can_be_computed_with(refiner: Refiner) -> None:
    frame, _ = scene()
    after = refiner(frame, 1, (click(50, 48),), None).after
    assert not after.is_inference()


def test_grabcut_finds_small_things_in_a_box() -> None:
    frame, _ = scene()
    image = frame.image.copy()
    image[10:16, 90:97] = (40, 40, 220)
    truth = np.zeros((HEIGHT, WIDTH), bool)
    truth[10:16, 90:97] = True
    box = Box(2, 1, 88, 8, 98, 17)
    result = GrabCutRefiner()(Frame(2, image, 0.0), 1, (box,), None)
    assert iou(result.after.numpy() > 0.5, truth) > 0.6


def test_a_wrong_refiner_fails_when_it_is_built() -> None:
    with pytest.raises(ValueError, match="long_side=8"):
        GrabCutRefiner(long_side=8)
    with pytest.raises(WeightsError, match="no weights 'nothing'"):
        ClickRefiner("nothing", device="cpu")


@pytest.mark.parametrize(
    "prompt", [Box(0, 1, -0.5, -0.5, 639, 479), Box(0, 1, 20, 20, 300, 300), Click(0, 1, 320, 240)]
)
def test_grabcut_takes_a_present_mask_of_one_pixel(prompt: Prompt):
    image = np.random.default_rng(0).integers(0, 255, (480, 640, 3)).astype(np.uint8)
    mask = torch.zeros(480, 640)
    mask[241, 321] = 1
    masks = Masks.empty(Size(480, 640)).replaced(1, mask)
    after = GrabCutRefiner()(Frame(0, image, 0.0), 1, (prompt,), masks).after
    assert after.isfinite().all()
