"""One picture from a file, whole or not at all."""

from pathlib import Path

import cv2
import numpy as np

from vostoolkit.arrays import Image
from vostoolkit.errors import VideoError

_JPEG, _PNG = b"\xff\xd8", b"\x89PNG"
_JPEG_SCAN, _JPEG_END = 0xDA, b"\xff\xd9"


def read_picture(file: Path) -> Image:
    """The picture of a file in RGB, turned as its EXIF data say.

    Raises:
        VideoError: the file can't be read as a picture, or not to its end.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise VideoError(f"{file} can't be read: {error.strerror}") from error
    if not is_whole(data):
        raise VideoError(f"{file} is not a whole picture: it is empty, or cut off; copy it again")
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise VideoError(f"{file} is not a picture, whatever its name says, or it is damaged")
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)


def is_whole(data: bytes) -> bool:
    """Whether a picture file reaches its own end mark, as far as its format has one.

    OpenCV fills up what is missing with grey and says nothing.
    """
    if data.startswith(_PNG):
        return b"IEND" in data[-64:]
    if data.startswith(_JPEG):
        return data.find(_JPEG_END, _start_of_scan(data)) >= 0
    return bool(data)


def _start_of_scan(data: bytes) -> int:
    """Where the compressed pixels of a JPEG begin, after its headers and their thumbnails."""
    place = len(_JPEG)
    while place + 4 <= len(data) and data[place] == 0xFF and data[place + 1] != _JPEG_SCAN:
        place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return place
