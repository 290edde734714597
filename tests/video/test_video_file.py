import pickle
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.video.numbered import HEIGHT, WIDTH, number_shown, steady, uneven, write_numbered
from vostoolkit.arrays import Size
from vostoolkit.frames import Video
from vostoolkit.video import VideoFile, open_video

COUNT = 120
X264 = {"g": "40", "bf": "3", "preset": "veryfast", "x264-params": "scenecut=0"}
OPEN_GOP = X264 | {"x264-params": "open-gop=1:keyint=30:bframes=3:scenecut=0"}
FILES = {
    "steady.mp4": (steady(COUNT), "libx264", X264),
    "uneven.mp4": (uneven(COUNT), "libx264", X264),
    "uneven.mkv": (uneven(COUNT), "libx264", X264),
    "open-gop.mkv": (steady(COUNT), "libx264", OPEN_GOP),
    "open-gop.ts": (steady(COUNT), "libx264", OPEN_GOP),
    "refresh.mkv": (steady(COUNT), "libx264", {"x264-params": "intra-refresh=1:keyint=30"}),
    "hidden.webm": (steady(COUNT), "libvpx", {"auto-alt-ref": "1", "lag-in-frames": "10"}),
    "mpeg4.avi": (steady(COUNT), "mpeg4", {"g": "30", "bf": "2"}),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    for name, (ticks, codec, options) in FILES.items():
        write_numbered(folder / name, ticks, codec=codec, options=options)
    return folder


def without_cache(path: Path) -> VideoFile:
    video = VideoFile(path)
    video._cache._largest_bytes = 0
    return video


@pytest.mark.parametrize("name", FILES)
def test_every_frame_has_its_own_number(folder: Path, name: str):
    video = open_video(folder / name)
    assert isinstance(video, Video)
    assert (len(video), video.size) == (COUNT, Size(HEIGHT, WIDTH))
    assert [(f.index, number_shown(f.image)) for f in video] == [(i, i) for i in range(COUNT)]


@pytest.mark.parametrize("name", ["uneven.mp4", "uneven.mkv"])
def test_times_are_those_of_the_file(folder: Path, name: str):
    video = open_video(folder / name)
    expected = np.array(FILES[name][0]) / 600
    assert [f.time_s for f in video] == pytest.approx(expected, abs=1e-3)
    assert video.fps == pytest.approx((COUNT - 1) / expected[-1], rel=0.03)


@pytest.mark.parametrize("name", FILES)
def test_random_access_equals_sequential(folder: Path, name: str):
    expected = [f.image for f in open_video(folder / name)]
    video = without_cache(folder / name)

    @settings(max_examples=12)
    @given(st.lists(st.integers(0, COUNT - 1), max_size=8))
    def check(order: list[int]) -> None:
        for index in order:
            assert np.array_equal(video[index].image, expected[index])

    check()


def test_threads_get_the_frames_they_asked_for(folder: Path):
    video = without_cache(folder / "uneven.mp4")
    wrong: list[int] = []

    def scrub(seed: int) -> None:
        for index in np.random.default_rng(seed).integers(0, COUNT, 25):
            if number_shown(video[int(index)].image) != index:
                wrong.append(int(index))

    threads = [threading.Thread(target=scrub, args=(seed,)) for seed in range(3)]
    for thread in threads:
        thread.start()
    for index in range(COUNT):
        assert number_shown(video[index].image) == index
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_person_who_scrubs_does_not_stop_the_engine(folder: Path):
    video = without_cache(folder / "steady.mp4")
    for index in range(30):
        assert number_shown(video[index].image) == index
    engine = video._decoders[0]
    for index in (100, 50, 110, 90):
        assert number_shown(video[index].image) == index
    assert engine.next_number == 30
    assert number_shown(video[30].image) == 30
    assert engine.next_number == 31


def test_a_turned_file_is_shown_upright(tmp_path: Path):
    straight = open_video(write_numbered(tmp_path / "a.mp4", steady(3)))[2].image
    for turn in (90, 180, 270):
        turned = open_video(write_numbered(tmp_path / f"{turn}.mp4", steady(3), turn=turn))
        assert tuple(turned.size) == turned[2].image.shape[:2]
        assert np.array_equal(turned[2].image, np.rot90(straight, turn // 90))


def test_opening_reads_no_packets_but_the_first(folder: Path):
    video = VideoFile(folder / "steady.mp4")
    assert (len(video), video[0].index, round(video.fps)) == (COUNT, 0, 30)
    assert video._timeline is None


def test_numbers_are_checked(folder: Path):
    video = open_video(folder / "steady.mp4")
    assert video[-1].index == COUNT - 1
    assert video[np.int64(3)].index == 3
    with pytest.raises(IndexError, match=f"frame 120 of a video of {COUNT}: give 0 to 119"):
        video[COUNT]
    with pytest.raises(TypeError):
        video[1:3]  # type: ignore[index]


def test_a_file_can_be_sent_to_another_process(folder: Path):
    video = pickle.loads(pickle.dumps(open_video(folder / "steady.mp4")))
    assert number_shown(video[17].image) == 17


def test_few_frames_are_kept(folder: Path):
    video = VideoFile(folder / "steady.mp4")
    video._cache._largest_bytes = 10 * video[0].image.nbytes
    for _ in video:
        pass
    assert len(video._cache._frames) == 10
