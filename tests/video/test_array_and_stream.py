from collections.abc import Iterator

import numpy as np
import pytest

from vostoolkit.arrays import Size
from vostoolkit.errors import VideoError
from vostoolkit.frames import Stream, Video
from vostoolkit.video import open_camera, open_stream, open_video


def test_a_colour_array_is_not_copied():
    images = np.arange(2 * 3 * 4 * 3, dtype=np.uint8).reshape(2, 3, 4, 3)
    video = open_video(images, fps=8)
    assert isinstance(video, Video)
    assert (len(video), video.size, video.fps) == (2, Size(3, 4), 8)
    assert np.shares_memory(video[1].image, images)
    assert (video[1].index, video[1].time_s) == (1, 1 / 8)


def test_a_grey_array_gets_three_channels():
    images = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    image = open_video(images)[1].image
    assert image.shape == (3, 4, 3)
    assert (image == images[1][..., None]).all()


@pytest.mark.parametrize(
    "shape", [(4, 4), (2, 4, 4, 1), (2, 4, 4, 4), (0, 4, 4, 3), (1, 2, 3, 4, 3)]
)
def test_an_array_of_another_shape(shape: tuple[int, ...]):
    with pytest.raises(ValueError, match=r"array of shape"):
        open_video(np.zeros(shape, np.uint8))


def test_an_array_of_fractions():
    with pytest.raises(TypeError, match=r"array of float32: give uint8"):
        open_video(np.zeros((2, 4, 4, 3), np.float32))


@pytest.mark.parametrize("fps", [0, -1, float("nan")])
def test_a_frame_rate_that_is_none(fps: float):
    with pytest.raises(ValueError, match="positive number of frames per second"):
        open_video(np.zeros((2, 4, 4, 3), np.uint8), fps=fps)


def test_a_stream_goes_forward_and_takes_only_what_is_asked_for():
    taken: list[int] = []

    def pictures() -> Iterator[np.ndarray]:
        for number in range(100):
            taken.append(number)
            yield np.full((4, 6, 3), number, np.uint8)

    stream = open_stream(pictures(), fps=10)
    assert isinstance(stream, Stream)
    assert not isinstance(stream, Video)
    assert (stream.size, stream.fps) == (Size(4, 6), 10)
    frames = [next(stream) for _ in range(3)]
    assert [(f.index, f.image[0, 0, 0], f.time_s) for f in frames] == [
        (0, 0, 0.0),
        (1, 1, 0.1),
        (2, 2, 0.2),
    ]
    assert taken == [0, 1, 2]
    assert sum(1 for _ in stream) == 97


def test_a_stream_without_pictures():
    with pytest.raises(VideoError, match="ended before its first picture"):
        open_stream([])


def test_a_stream_that_changes_its_size():
    stream = open_stream([np.zeros((4, 6), np.uint8), np.zeros((6, 4), np.uint8)])
    next(stream)
    with pytest.raises(VideoError, match="picture 1 of the stream is 4x6, the first was 6x4"):
        next(stream)


def test_a_stream_of_something_else():
    with pytest.raises(TypeError):
        open_stream(["frame"])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="stream of str"):
        open_stream(iter(["frame"]))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"picture of shape \(4, 4, 4\)"):
        open_stream([np.zeros((4, 4, 4), np.uint8)])


def test_a_camera_that_is_not_there():
    with pytest.raises(VideoError, match="camera 63 can't be opened"):
        open_camera(63)
