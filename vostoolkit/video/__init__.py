"""Videos to read: files, folders of pictures, arrays, and streams that only go forward."""

from vostoolkit.video.array import VideoArray
from vostoolkit.video.file import VideoFile
from vostoolkit.video.folder import VideoFolder
from vostoolkit.video.opening import open_video
from vostoolkit.video.stream import Camera, ImageStream, open_camera, open_stream

__all__ = [
    "Camera",
    "ImageStream",
    "VideoArray",
    "VideoFile",
    "VideoFolder",
    "open_camera",
    "open_stream",
    "open_video",
]
