"""Cut things out of free drawings: `python tools/cut_out.py CLIPART FONT` packs them for training.

CLIPART is the folder `png` of Debian's package openclipart-png (public domain), FONT the file
NotoColorEmoji.ttf of fonts-noto-color-emoji (its pictures are under the Apache License 2.0). Which
of their drawings are taken is written in `vostoolkit/embedded/cutouts.md`. It needs Pillow.
"""

from __future__ import annotations

import argparse
import unicodedata
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

TARGET = Path(__file__).resolve().parent.parent / "vostoolkit" / "embedded"

SIDE = 96
_FIRST_SIDE = 112
_MATERIALS = 7
_ALIKE = 16.0


def drawing(name: str, clipart: Path, font: ImageFont.FreeTypeFont) -> np.ndarray:
    """The picture with transparency of a file of openclipart or of an emoji, by its name."""
    if "/" not in name:
        image = Image.new("RGBA", (136, 128), (0, 0, 0, 0))
        code = unicodedata.lookup(name.upper())
        ImageDraw.Draw(image).text((0, 0), code, font=font, embedded_color=True)
        return np.array(image)
    image = Image.open(clipart / f"{name}.png")
    shrink = int(max(image.size) / 600)
    return np.array(image.reduce(shrink) if shrink >= 2 else image)


def cropped(picture: np.ndarray) -> np.ndarray:
    """The picture's largest connected part alone, without its surroundings."""
    x, y, wide, high = cv2.boundingRect((picture[..., 3] > 127).astype(np.uint8))
    image = _resized(picture[y : y + high, x : x + wide], _FIRST_SIDE)
    alpha = image[..., 3:]
    image[..., :3] = np.where(alpha > 8, image[..., :3] * 255 / np.maximum(alpha, 1), 0)
    small = np.clip(image, 0, 255).astype(np.uint8)
    part = largest(small[..., 3] > 127).astype(np.uint8)
    small[cv2.dilate(part, np.ones((3, 3))) == 0] = 0
    return small


def _resized(picture: np.ndarray, side: int) -> np.ndarray:
    """At `side` pixels, the colours multiplied with how much can be seen of them."""
    high, wide = picture.shape[:2]
    scale = side / max(high, wide)
    image = picture.astype(np.float32)
    image[..., :3] *= image[..., 3:] / 255
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return cv2.resize(
        image, (max(1, round(wide * scale)), max(1, round(high * scale))), None, 0, 0, way
    )


def largest(inside: np.ndarray) -> np.ndarray:
    """The largest connected part."""
    _, parts, statistics, _ = cv2.connectedComponentsWithStats(inside.astype(np.uint8))
    return parts == 1 + statistics[1:, cv2.CC_STAT_AREA].argmax()


def materials(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The colours, continued beyond the thing, and the number of the material at each pixel.

    Drawn outlines are taken away: real things have none, and a network would follow them.
    """
    square = _on_a_square(picture)
    inside = largest(square[..., 3] > 127)
    brush = np.ones((3, 3), np.uint8)
    dark = (inside & (square[..., :3].max(-1) < 80)).astype(np.uint8)
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    line = (dark > 0) & ~(cv2.morphologyEx(dark, cv2.MORPH_OPEN, disk) > 0)
    known = (cv2.erode(inside.astype(np.uint8), brush) > 0) & ~(
        cv2.dilate(line.astype(np.uint8), brush) > 0
    )
    if known.sum() < 0.3 * inside.sum():
        known = inside & ~line
    if known.sum() < 0.2 * inside.sum():
        known = inside
    colours = cv2.medianBlur(continued(square[..., :3], known), 3)
    numbers = np.zeros((SIDE, SIDE), np.uint8)
    numbers[inside] = grouped(cv2.cvtColor(colours, cv2.COLOR_RGB2LAB)[inside])
    smooth = cv2.medianBlur(continued(numbers[..., None], inside)[..., 0], 5)
    return colours, np.where(inside, smooth, 0).astype(np.uint8)


def _on_a_square(picture: np.ndarray) -> np.ndarray:
    small = _resized(picture, SIDE - 6)
    small[..., :3] *= 255 / np.maximum(small[..., 3:], 1)
    square = np.zeros((SIDE, SIDE, 4), np.float32)
    high, wide = small.shape[:2]
    top, left = (SIDE - high) // 2, (SIDE - wide) // 2
    square[top : top + high, left : left + wide] = small
    return np.clip(square, 0, 255).astype(np.uint8)


def continued(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Each unknown pixel with the value of the nearest known one."""
    _, nearest = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    table = np.zeros((nearest.max() + 1, values.shape[2]), values.dtype)
    table[nearest[known]] = values[known]
    return table[nearest]


def grouped(colours: np.ndarray) -> np.ndarray:
    """Numbers from 1 on: up to seven groups of Lab colours, those that are nearly alike joined."""
    cv2.setRNGSeed(1)
    points = (colours.astype(np.float32) * [0.5, 1, 1]).astype(np.float32)
    rule = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 0.5)
    _, found, centres = cv2.kmeans(points, _MATERIALS, None, rule, 3, cv2.KMEANS_PP_CENTERS)
    group, live = found.ravel(), list(range(_MATERIALS))
    weight = np.bincount(group, minlength=_MATERIALS).astype(float)
    while len(live) > 1:
        pairs = [
            (np.linalg.norm(centres[i] - centres[j]), i, j) for i in live for j in live if i < j
        ]
        distance, i, j = min(pairs)
        if distance > _ALIKE:
            break
        both = weight[i] + weight[j]
        centres[i] = (centres[i] * weight[i] + centres[j] * weight[j]) / both
        weight[i] = both
        group[group == j] = i
        live.remove(j)
    return np.array([live.index(number) + 1 for number in group])


def names_in(card: str) -> list[str]:
    """The names of all drawings, in the order in which they are packed."""
    return [line for block in card.split("```")[1::2] for line in block.split("\n") if line]


def pack(found: list[tuple[np.ndarray, np.ndarray]], name: str, *, quality: int) -> None:
    """Writes pairs of colours and material numbers, the colours as WebP of `quality`."""
    codes: dict[str, list[np.ndarray]] = {"pictures": [], "materials": []}
    for colours, numbers in found:
        webp = cv2.imencode(".webp", colours[..., ::-1], [cv2.IMWRITE_WEBP_QUALITY, quality])[1]
        png = cv2.imencode(".png", numbers, [cv2.IMWRITE_PNG_COMPRESSION, 9])[1]
        codes["pictures"].append(webp.ravel())
        codes["materials"].append(png.ravel())
    ends = {f"{kind}_ends": np.cumsum([len(c) for c in codes[kind]]) for kind in codes}
    packed = {kind: np.concatenate(codes[kind]) for kind in codes}
    np.savez(TARGET / name, **packed, **ends)


def main() -> None:
    """Packs what `cutouts.md` names into `cutouts.npz`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clipart", type=Path, help="the folder png of openclipart-png")
    parser.add_argument("font", type=Path, help="NotoColorEmoji.ttf")
    given = parser.parse_args()
    font = ImageFont.truetype(str(given.font), 109)
    names = names_in((TARGET / "cutouts.md").read_text())
    found = [materials(cropped(drawing(name, given.clipart, font))) for name in names]
    pack(found, "cutouts.npz", quality=45)


if __name__ == "__main__":
    main()
