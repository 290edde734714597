"""What to ask a person for: the baselines, and the policy as a stage."""

import math

import numpy as np
import pytest
import torch

from vostoolkit.arrays import Size
from vostoolkit.errors import WeightsError
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.networks.annotation_policy import AnnotationPolicy, PolicyConfig
from vostoolkit.networks.sam_hq import build
from vostoolkit.pictures import words
from vostoolkit.protocols import AnnotationSelector
from vostoolkit.stages.refine_sam_hq import SamHqRefiner
from vostoolkit.stages.select_annotation import (
    FixedAnnotation,
    LearnedAnnotation,
    RandomAnnotation,
)
from vostoolkit.users import ANNOTATION_S

IMAGE = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
SMALL = PolicyConfig(
    actions=3, embedding=6, image_width=5, widths=(4, 4, 8, 8, 7), blocks=(1, 1, 1, 1)
)


def frame(index: int = 0) -> Frame:
    return Frame(index, IMAGE, index / 24)


def masks() -> Masks:
    labels = np.zeros((40, 60), np.uint8)
    labels[10:30, 20:40] = 1
    return Masks.from_labels(labels)


def embed(image: np.ndarray) -> torch.Tensor:
    return torch.full((1, 6, 2, 3), float(image.mean()) / 255)


def biased(*logits: float) -> AnnotationPolicy:
    """A policy whose actor says the same of every state, and whose critic says 0.25."""
    policy = AnnotationPolicy(SMALL).eval()
    torch.nn.init.zeros_(policy.policy.weight)
    torch.nn.init.zeros_(policy.value.weight)
    policy.policy.bias.data = torch.tensor(logits)
    policy.value.bias.data = torch.tensor([0.25])
    return policy


def learned(policy: AnnotationPolicy, **options) -> LearnedAnnotation:
    kinds = ("clicks", "mask", "stop")
    return LearnedAnnotation(policy, embed, kinds, device="cpu", **options)


def test_costs_are_those_of_eva_vos() -> None:
    assert ANNOTATION_S == {"click": 2.5, "clicks": 5.5, "box": 7.0, "mask": 80.0, "stop": 0.0}


def test_the_same_or_by_chance() -> None:
    fixed = FixedAnnotation("mask")
    assert isinstance(fixed, AnnotationSelector)
    found = fixed(frame(3), 1, None)
    assert (found.frame, found.kind, found.cost_s) == (3, "mask", 80.0)
    assert found.probabilities == {"mask": 1.0}
    by_chance = RandomAnnotation(seed=1)
    kinds = [by_chance(frame(i), 1, None).kind for i in range(200)]
    assert 70 < kinds.count("clicks") < 130
    assert kinds == [by_chance(frame(i), 1, None).kind for i in range(200)]


def test_the_policy_takes_the_likeliest_or_draws() -> None:
    policy = biased(0.0, math.log(3), math.log(6))
    best = learned(policy, chooses="best")
    found = best(frame(), 1, masks())
    assert found.kind == "stop"
    assert list(found.probabilities.values()) == pytest.approx([0.1, 0.3, 0.6])
    assert found.value == pytest.approx(0.25)
    assert words(found) == (
        "object 1: ask for nothing, 0 s (the likeliest, 60 %)",
        "expected: +0.25 IoU per second",
    )
    drawing = learned(policy, seed=4)
    kinds = [drawing(frame(i), 1, masks()).kind for i in range(150)]
    shares = [kinds.count(kind) / 150 for kind in ("clicks", "mask", "stop")]
    assert shares == pytest.approx([0.1, 0.3, 0.6], abs=0.1)
    assert kinds[:9] == [drawing(frame(i), 1, masks()).kind for i in range(9)]


def test_the_policy_sees_the_picture_and_the_mask() -> None:
    torch.manual_seed(0)
    choose = learned(AnnotationPolicy(SMALL).eval())
    value = choose(frame(), 1, masks()).value
    assert value != choose(frame(), 1, None).value
    assert value != choose(Frame(0, 255 - IMAGE, 0.0), 1, masks()).value
    assert choose(frame(), 7, masks()).value == choose(frame(), 1, None).value


def test_masks_of_another_size_are_refused() -> None:
    wrong = Masks.empty(Size(3, 3), (1,))
    with pytest.raises(ValueError, match=r"masks of \(3, 3\) for frame 0"):
        learned(AnnotationPolicy(SMALL).eval())(frame(), 1, wrong)


def test_an_actions_name_is_needed_for_each() -> None:
    with pytest.raises(ValueError, match="2 kinds of annotation for a policy with 3 actions"):
        LearnedAnnotation(AnnotationPolicy(SMALL), embed)
    with pytest.raises((TypeError, ValueError), match="paint"):  # the tests check types too
        RandomAnnotation(("paint",))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="each once"):
        RandomAnnotation(("mask", "mask"))


def test_a_trained_policy_uses_the_refiners_embeddings(tmp_path) -> None:
    sam = tmp_path / "sam.pth"
    torch.save(build("vit_tiny").state_dict(), sam)
    refiner = SamHqRefiner("vit_tiny", checkpoint=sam, device="cpu")
    torch.save(AnnotationPolicy().state_dict(), tmp_path / "policy.pth")
    choose = LearnedAnnotation.trained(tmp_path / "policy.pth", refiner, chooses="best")
    found = choose(frame(), 1, masks())
    assert sum(found.probabilities.values()) == pytest.approx(1)
    assert set(found.probabilities) == {"clicks", "mask"}
    torch.save(AnnotationPolicy(SMALL).state_dict(), tmp_path / "small.pth")
    with pytest.raises(WeightsError, match=r"embed_branch\.2\.weight|mask_branch"):
        LearnedAnnotation.trained(tmp_path / "small.pth", refiner)
