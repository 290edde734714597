"""Exports read back by other means than those that wrote them."""

import json
from pathlib import Path

import cv2
import numpy as np
import torch
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays
from PIL import Image as Pillow

from vostoolkit.appearance import PLAIN
from vostoolkit.arrays import Size
from vostoolkit.data.coco import CocoFile
from vostoolkit.data.formats import Clip, Shot, write_arrays, write_cutouts, write_soft
from vostoolkit.data.run_length import decoded
from vostoolkit.data.yolo import YoloFolder, polygon
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks

SIZE = Size(6, 8)
NAMED = PLAIN.named(1, "fly")
LABELS = np.zeros(SIZE, np.uint8)
LABELS[1:4, 2:5] = 1
LABELS[2:6, 5:8] = 2
LABELS[3, 0] = 7
IMAGE = np.random.default_rng(0).integers(0, 256, (*SIZE, 3), np.uint8)


def shot(index: int = 0, labels: np.ndarray = LABELS, masks: Masks | None = None) -> Shot:
    return Shot(index, labels, lambda number: Frame(number, IMAGE, number / 10), masks)


def test_coco_has_an_image_per_frame_and_an_annotation_per_object_and_frame(tmp_path: Path):
    file = CocoFile(tmp_path / "coco.json", Clip(SIZE, 10, NAMED.named(2, "cup").named(7, "fly")))
    file.take(shot(0))
    file.take(shot(3, np.where(LABELS == 2, LABELS, 0).astype(np.uint8)))
    file.take(shot(4, np.zeros(SIZE, np.uint8)))
    file.close()
    coco = json.loads((tmp_path / "coco.json").read_text())
    assert [(i["id"], i["file_name"]) for i in coco["images"]] == [
        (1, "images/00000.jpg"),
        (2, "images/00003.jpg"),
        (3, "images/00004.jpg"),
    ]
    assert all((i["width"], i["height"]) == (8, 6) for i in coco["images"])
    assert coco["categories"] == [{"id": 1, "name": "fly"}, {"id": 2, "name": "cup"}]
    found = coco["annotations"]
    assert [a["id"] for a in found] == [1, 2, 3, 4]
    assert [(a["image_id"], a["track_id"], a["category_id"]) for a in found] == [
        (1, 1, 1),
        (1, 2, 2),
        (1, 7, 1),
        (2, 2, 2),
    ]
    assert [a["area"] for a in found] == [9, 12, 1, 12]
    assert [a["bbox"] for a in found] == [[2, 1, 3, 3], [5, 2, 3, 4], [0, 3, 1, 1], [5, 2, 3, 4]]
    for annotation in found:
        assert annotation["iscrowd"] == 0 and annotation["segmentation"]["size"] == [6, 8]
        mask = decoded(annotation["segmentation"]["counts"], SIZE)
        assert np.array_equal(mask, annotation["track_id"] == LABELS)


def filled(corners: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    canvas = np.zeros(size, np.uint8)
    cv2.fillPoly(canvas, [corners.astype(np.int32)], 1)
    return canvas.astype(bool)


def test_a_ring_and_an_island_are_one_polygon():
    mask = np.zeros((20, 30), bool)
    mask[2:12, 2:12] = True
    mask[5:9, 5:9] = False
    mask[15:18, 20:26] = True
    again = filled(polygon(mask), mask.shape)
    bridge = again & ~mask  # the way from the ring to the island, one pixel wide
    assert np.array_equal(again & mask, mask) and not again[6, 6]
    assert 0 < bridge.sum() <= 12


@settings(max_examples=60)
@given(arrays(np.bool_, (9, 11)))
def test_a_polygon_covers_all_but_specks(small):
    mask = np.kron(small, np.ones((4, 4), bool))
    again = filled(polygon(mask), mask.shape) if mask.any() else mask
    assert not (mask & ~again).any()


def test_yolo_is_a_data_set_with_shares_of_the_sides(tmp_path: Path):
    folder = YoloFolder(tmp_path, Clip(SIZE, 10, NAMED.named(1, 'the "big" fly')))
    folder.take(shot(5))
    folder.close()
    lines = (tmp_path / "labels" / "00005.txt").read_text().splitlines()
    assert len(lines) == 2  # object 7 is one pixel: no polygon
    number, *numbers = lines[1].split()
    corners = np.array(numbers, float).reshape(-1, 2) * (8, 6) - 0.5
    assert number == "1" and np.array_equal(filled(np.round(corners), SIZE), LABELS == 2)
    assert (tmp_path / "data.yaml").read_text().splitlines()[-2:] == [
        '  0: "the \\"big\\" fly"',
        '  1: "object"',
    ]
    with Pillow.open(tmp_path / "images" / "00005.jpg") as picture:
        assert picture.size == (8, 6)


def test_cut_outs_are_the_frame_where_the_object_is_and_clear_elsewhere(tmp_path: Path):
    write_cutouts(tmp_path, shot(2))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["1", "2", "7"]
    with Pillow.open(tmp_path / "2" / "00002.png") as picture:
        assert picture.mode == "RGBA"
        cut = np.array(picture)
    assert np.array_equal(cut[..., 3] == 255, LABELS == 2)
    assert np.array_equal(cut[LABELS == 2][:, :3], IMAGE[LABELS == 2])
    assert not cut[LABELS != 2].any()


def test_soft_masks_come_back_to_16_bits_or_half_precision(tmp_path: Path):
    pmf = torch.softmax(torch.randn(3, *SIZE, generator=torch.Generator().manual_seed(0)), 0)
    soft = shot(9, masks=Masks(pmf, (2, 7)))
    write_soft(tmp_path / "soft", soft)
    with Pillow.open(tmp_path / "soft" / "7" / "00009.png") as picture:
        grey = np.array(picture)
    assert grey.dtype == np.uint16 or grey.max() > 255
    assert np.abs(grey / 65535 - pmf[2].numpy()).max() <= 0.5 / 65535 + 1e-7
    write_arrays(tmp_path / "arrays", soft)
    with np.load(tmp_path / "arrays" / "00009.npz") as stored:
        assert stored["objects"].tolist() == [2, 7]
        assert stored["pmf"].shape == (3, 6, 8)
        assert np.abs(stored["pmf"] - pmf.numpy()).max() < 1e-3
