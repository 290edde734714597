"""Things cut out of drawings: what is packed, how they are dressed, that they keep their form."""

import re
from importlib.resources import files

import cv2
import numpy as np
import pytest

from vostoolkit.data.synthetic import cutouts as cutting
from vostoolkit.data.synthetic.body import Body
from vostoolkit.data.synthetic.cutouts import Cutout, cutout_part, cutouts
from vostoolkit.data.synthetic.motion import Path

SIDE = 96


def plain() -> np.ndarray:
    return np.full((64, 64, 3), 200, np.uint8)


def painted(seed: int) -> tuple[np.ndarray, np.ndarray]:
    image, labels = np.zeros((200, 200, 3), np.uint8), np.zeros((200, 200), np.uint8)
    part = cutout_part(np.random.default_rng(seed), plain, radius=60)
    zero = Path(0.0)
    body = Body((part,), zero, zero, zero, zero, zero, follows_scene=True)
    pose = np.array([[1.0, 0.0, 100.0], [0.0, 1.0, 100.0]])
    body.paint(image, labels, 1, time=0.0, pose=pose)
    return image, labels


def ring() -> Cutout:
    """A ring of two materials, 40 pixels in radius, with a hole half as wide."""
    y, x = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    distance = np.hypot(x, y)
    materials = np.where((distance < 40) & (distance >= 20), 1 + (x > 0), 0).astype(np.uint8)
    picture = np.where(materials[..., None] == 1, np.uint8(60), np.uint8(220)).repeat(3, axis=-1)
    return Cutout(picture, materials, kept=0.35)


def named(card: str) -> list[str]:
    text = (files("vostoolkit") / "embedded" / card).read_text()
    return [line for block in text.split("```")[1::2] for line in block.splitlines() if line]


def test_everything_packed_is_one_thing_of_several_materials_and_named():
    held = cutouts()
    for one in held:
        side = len(one.materials)
        assert one.picture.shape == (side, side, 3)
        assert one.materials.max() <= 7
        assert 0.03 < (one.materials > 0).mean() < 0.9
    drawings, models = named("cutouts.md"), named("models.md")
    views = sum(int(line.split()[0]) for line in models)
    assert np.mean([one.materials.max() >= 2 for one in held[: len(drawings)]]) > 0.95
    assert len(drawings) == len(set(drawings)) > 1000
    assert 0.95 * views < len(held) - len(drawings) <= views
    assert all(re.fullmatch(r"\d+ \S+ \S+\.obj .+, by .+", line) for line in models)


def test_a_cutout_is_painted_again_from_its_seed_and_dressed_otherwise_from_another():
    for ours, again in zip(painted(4), painted(4), strict=True):
        assert np.array_equal(ours, again)
    assert not np.array_equal(painted(4)[1], painted(5)[1])


def test_the_hole_of_a_ring_is_background_and_both_halves_are_one_thing(monkeypatch):
    monkeypatch.setattr(cutting, "cutouts", lambda: (ring(),))
    for seed in range(8):
        image, labels = painted(seed)
        contours, _ = cv2.findContours(labels, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
        hole, whole = sorted(cv2.contourArea(contour) for contour in contours)
        assert hole / whole == pytest.approx(0.25, abs=0.12)
        assert labels[100, 100] == 0
        assert cv2.connectedComponents(labels)[0] == 2
        assert (image[labels == 0] == 0).all()


def test_clothes_keep_light_and_dark_of_what_they_cover(monkeypatch):
    """A skin of one grey value on a thing whose left half is dark and whose right half is light."""
    lit = Cutout(ring().picture, (ring().materials > 0).astype(np.uint8), kept=0.35)
    monkeypatch.setattr(cutting, "cutouts", lambda: (lit,))
    brighter = 0
    for seed in range(20):
        patch = cutout_part(np.random.default_rng(seed), plain, radius=40).patch
        brighter += patch[:, 60:80].mean() > patch[:, 16:36].mean()
    assert brighter >= 15
