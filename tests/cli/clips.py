"""A tiny clip on disk: a bright square that moves to the right over a dark ground."""

from pathlib import Path

import cv2
import numpy as np

from vostoolkit.arrays import Size
from vostoolkit.data.export import write_labels
from vostoolkit.data.mp4 import Mp4Writer

SIZE = Size(64, 96)


def picture(number: int) -> np.ndarray:
    image = np.random.default_rng(0).integers(20, 50, (*SIZE, 3), dtype=np.uint8)
    image[16:40, 10 + number : 34 + number] = (230, 200, 60)
    return image


def labels(number: int) -> np.ndarray:
    result = np.zeros(SIZE, np.uint8)
    result[16:40, 10 + number : 34 + number] = 1
    return result


def write_file(path: Path, count: int) -> Path:
    with Mp4Writer(path, SIZE, 10) as writer:
        for number in range(count):
            writer.write(picture(number), number / 10)
    return path


def write_folder(folder: Path, count: int) -> Path:
    (folder / "JPEGImages").mkdir(parents=True)
    for number in range(count):
        cv2.imwrite(str(folder / "JPEGImages" / f"{number:05d}.jpg"), picture(number)[..., ::-1])
        write_labels(folder / "Annotations", number, labels(number))
    return folder
