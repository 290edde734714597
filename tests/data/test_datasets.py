"""Every data set, laid out as its authors do, with small pictures of our own."""

import json

import numpy as np
import pytest
from PIL import Image as Pillow

import vostoolkit as vos
from vostoolkit.data.datasets import DATASETS, open_dataset
from vostoolkit.data.export import palette_png
from vostoolkit.data.run_length import encoded
from vostoolkit.errors import VideoError

CLIPS = ("bear", "dog")
FOLDERS = {
    "davis2016": ("JPEGImages/480p", "Annotations/480p", "ImageSets/480p/val.txt"),
    "davis2017": ("JPEGImages/480p", "Annotations/480p", "ImageSets/2017/val.txt"),
    "youtube-vos": ("valid/JPEGImages", "valid/Annotations", "valid/meta.json"),
    "lvos-v1": ("valid/JPEGImages", "valid/Annotations", None),
    "lvos-v2": ("valid/JPEGImages", "valid/Annotations", "valid/valid_meta.json"),
    "mose": ("valid/JPEGImages", "valid/Annotations", None),
    "pumavos": ("JPEGImages", "Annotations", None),
    "folder": ("JPEGImages", "Annotations", None),
}


def labels(frame):
    made = np.zeros((24, 32), np.uint8)
    made[4:12, 4 + frame : 12 + frame] = 1
    made[14:20, 20:28] = 2
    made[0, 0] = 255
    return made


@pytest.fixture
def tree(tmp_path):
    def write(name):
        frames, masks, names = FOLDERS[name]
        for clip in CLIPS:
            for folder in (frames, masks):
                (tmp_path / folder / clip).mkdir(parents=True)
            for frame in range(3):
                picture = np.full((24, 32, 3), 40 * frame, np.uint8)
                Pillow.fromarray(picture).save(tmp_path / frames / clip / f"{5 * frame:05d}.jpg")
                if frame != 1:
                    file = tmp_path / masks / clip / f"{5 * frame:05d}.png"
                    file.write_bytes(palette_png(labels(frame)))
        if names:
            (tmp_path / names).parent.mkdir(parents=True, exist_ok=True)
            if names.endswith(".json"):
                text = json.dumps({"videos": {clip: {} for clip in CLIPS}})
            elif name == "davis2016":
                lines = (
                    f"/{frames}/{c}/{i:05d}.jpg /{masks}/{c}/{i:05d}.png"
                    for c in CLIPS
                    for i in range(3)
                )
                text = "\n".join(lines)
            else:
                text = "\n".join(CLIPS)
            (tmp_path / names).write_text(text)
        return tmp_path

    return write


@pytest.mark.parametrize("name", FOLDERS)
def test_clips_frames_and_masks(tree, name):
    dataset = open_dataset(name, tree(name))
    assert dataset.names == CLIPS
    assert len(dataset) == 2
    for clip in dataset:
        assert len(clip.video) == 3
        assert int(clip.video[2].image[0, 0, 0]) == 80
        assert clip.truth(1) is None
        expected = labels(2)
        if name == "davis2016":
            expected = (expected > 0).astype(np.uint8)
        np.testing.assert_array_equal(clip.truth(2), expected)
    with pytest.raises(VideoError, match="no clip 'cat': it has bear, dog"):
        dataset["cat"]


def test_davis_brings_what_people_scribbled(tree):
    root = tree("davis2017")
    line = {"path": [[0.25, 0.5], [0.5, 0.5]], "object_id": 1, "start_time": 0, "end_time": 1500}
    (root / "Scribbles/bear").mkdir(parents=True)
    for number in (2, 1):
        held = {"sequence": "bear", "scribbles": [[], [line] * number, []]}
        (root / f"Scribbles/bear/{number:03d}.json").write_text(json.dumps(held))
    first, second = map(vos.read_scribbles, open_dataset("davis2017", root)["bear"].scribbles)
    assert (len(first.strokes[1]), len(second.strokes[1]), first.seconds[1]) == (1, 2, 1.5)
    assert open_dataset("davis2017", root)["dog"].scribbles == ()


@pytest.mark.parametrize("name", [n for n in DATASETS if n != "synthetic"])
def test_a_wrong_folder_is_told_what_was_expected_where(tmp_path, name):
    (tmp_path / "other").mkdir()
    with pytest.raises(VideoError, match=r"(?s)isn't .*: expected .*" + tmp_path.name):
        open_dataset(name, tmp_path)
    with pytest.raises(VideoError, match="no folder"):
        open_dataset(name, tmp_path / "nowhere")
    with pytest.raises(VideoError, match="has to be downloaded"):
        open_dataset(name)


def test_a_missing_list_of_clips_is_said(tree):
    root = tree("davis2017")
    (root / "ImageSets/2017/val.txt").unlink()
    with pytest.raises(VideoError, match=r"no list of clips: expected .*2017/val.txt"):
        open_dataset("davis2017", root)


def test_unknown_names_are_refused(tree):
    with pytest.raises(VideoError, match="no data set 'davis2018': there are synthetic"):
        open_dataset("davis2018")
    with pytest.raises(VideoError, match="no split 'dev': it has val"):
        open_dataset("davis2017", tree("davis2017"), split="dev")


def test_a_data_set_that_keeps_its_masks(tree):
    root = tree("mose")
    for file in (root / "valid/Annotations/dog").glob("*"):
        file.unlink()
    (root / "valid/Annotations/dog").rmdir()
    assert open_dataset("mose", root)["dog"].truth is None


class TestBurst:
    @pytest.fixture
    def root(self, tmp_path):
        folder = tmp_path / "frames/val/LaSOT/cat-1"
        folder.mkdir(parents=True)
        for frame in range(3):
            Pillow.fromarray(np.zeros((24, 32, 3), np.uint8)).save(folder / f"{frame:04d}.jpg")
        held = [
            {str(t): {"rle": encoded(labels(f) == o)} for o, t in ((1, 9), (2, 12))} for f in (0, 2)
        ]
        sequence = {
            "width": 32,
            "height": 24,
            "dataset": "LaSOT",
            "seq_name": "cat-1",
            "fps": 6,
            "annotated_image_paths": ["0000.jpg", "0002.jpg"],
            "segmentations": held,
        }
        file = tmp_path / "annotations/val/all_classes.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps({"sequences": [sequence]}))
        return tmp_path

    def test_run_length_masks(self, root):
        clip = open_dataset("burst", root)["LaSOT/cat-1"]
        assert clip.truth(1) is None
        expected = labels(2)
        expected[expected == 255] = 0
        np.testing.assert_array_equal(clip.truth(2), expected)
        assert clip.video.fps == 6

    def test_missing_frames_are_said(self, root):
        (root / "frames").rename(root / "pictures")
        with pytest.raises(VideoError, match=r"no frames of LaSOT/cat-1: expected .*frames"):
            open_dataset("burst", root)["LaSOT/cat-1"]


def test_the_synthetic_benchmark_is_named_and_seeded():
    dataset = open_dataset("synthetic")
    assert len(dataset) == 40
    assert sum(len(dataset[name].video) > 600 for name in dataset.names if "long" in name) == 10
    one, again = dataset["short-03"], open_dataset("synthetic")["short-03"]
    np.testing.assert_array_equal(one.video[7].image, again.video[7].image)
    np.testing.assert_array_equal(one.truth(7), again.truth(7))
    assert set(np.unique(one.truth(0))) == {0, 1, 2, 3, 4}
