"""Where predicted and true masks are found, and what is refused."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from vostoolkit.data.export import write_labels
from vostoolkit.data.prediction_folders import paired
from vostoolkit.errors import VideoError


def masks(folder: Path, *frames: int, size: tuple[int, int] = (6, 8), label: int = 1) -> Path:
    labels = np.zeros(size, np.uint8)
    labels[1:4, 2:5] = label
    for frame in frames or (0, 1, 2):
        write_labels(folder, frame, labels)
    return folder


@pytest.mark.parametrize("place", ["", "masks", "Annotations"])
@pytest.mark.parametrize("true_place", ["", "Annotations", "mine", "Annotations/480p/mine"])
def test_a_single_sequence_is_found(tmp_path: Path, place: str, true_place: str) -> None:
    masks(tmp_path / "mine" / place)
    masks(tmp_path / "truth" / true_place)
    (pair,) = paired(tmp_path / "mine", tmp_path / "truth")
    assert pair.name == "mine"
    assert len(pair) == 3
    assert [frame for frame, _, _ in pair.labels()] == [0, 1, 2]


@pytest.mark.parametrize(
    "layout", ["{}", "Annotations/{}", "Annotations/480p/{}", "{}/Annotations"]
)
def test_a_tree_is_found(tmp_path: Path, layout: str) -> None:
    for name in ("a", "b", "c"):
        masks(tmp_path / "truth" / layout.format(name))
    for name in ("b", "a"):
        masks(tmp_path / "mine" / name)
    pairs = paired(tmp_path / "mine", tmp_path / "truth")
    assert [pair.name for pair in pairs] == ["a", "b"]
    assert [pair.name for pair in paired(tmp_path / "mine", tmp_path / "truth", ["b"])] == ["b"]
    with pytest.raises(VideoError, match="no masks of the sequence c"):
        paired(tmp_path / "mine", tmp_path / "truth", ["a", "c"])


def test_sparse_truth_counts_its_frames_only(tmp_path: Path) -> None:
    masks(tmp_path / "mine", 0, 1, 2, 3)
    masks(tmp_path / "truth", 3, 1, label=2)
    (pair,) = paired(tmp_path / "mine", tmp_path / "truth")
    found = [(frame, int(ours.max()), int(theirs.max())) for frame, ours, theirs in pair.labels()]
    assert found == [(1, 1, 2), (3, 1, 2)]


def test_wrong_folders_say_what_was_expected(tmp_path: Path) -> None:
    mine = masks(tmp_path / "mine" / "a").parent
    (tmp_path / "empty").mkdir()
    for folders, message in [
        ((tmp_path / "nowhere", mine), "no folder .*nowhere"),
        ((mine, tmp_path / "nowhere"), "no folder .*nowhere"),
        ((tmp_path / "empty", mine), r"empty holds no masks\. Give either two folders of PNG"),
        ((mine, tmp_path / "empty"), "empty holds no true masks of the sequence a"),
    ]:
        with pytest.raises(VideoError, match=message):
            paired(*folders)


def test_other_pictures_are_told_from_masks(tmp_path: Path) -> None:
    mine = masks(tmp_path / "mine")
    images = tmp_path / "images"
    images.mkdir()
    Pillow.new("RGB", (8, 6)).save(images / "explorer.png")
    for folders in ((mine, images), (images, mine)):
        with pytest.raises(VideoError, match=r"images isn't a folder of masks: .*Give either two"):
            paired(*folders)
    (images / "explorer.png").rename(images / "00001.png")
    with pytest.raises(VideoError, match=r"isn't a folder of masks: .*mode RGB.*Give either two"):
        paired(mine, images)


def test_frames_must_be_predicted_at_the_right_size(tmp_path: Path) -> None:
    truth = masks(tmp_path / "truth")
    with pytest.raises(VideoError, match=r"no mask of frame 1 \(and 1 more\)"):
        paired(masks(tmp_path / "short", 0), truth)
    with pytest.raises(VideoError, match=r"8x5, those in .* 8x6.*nearest-neighbour"):
        paired(masks(tmp_path / "small", size=(5, 8)), truth)
