"""Pack photographed panoramas for training: `python tools/pack_panoramas.py HDRI`.

HDRI is the folder `hdri` of the npm package @pmndrs/assets 1.7.0 (CC0): pictures of Poly Haven in
OpenEXR inside JavaScript. Which are taken is written in `vostoolkit/embedded/panoramas.md`. It
needs OpenEXR.
"""

from __future__ import annotations

import argparse
import base64
import re
import tempfile
from pathlib import Path

import cv2
import numpy as np
import OpenEXR
from cut_out import TARGET, names_in

_MIDDLE = 0.2
_GAMMA = 2.2


def panorama(script: str) -> np.ndarray:
    """The picture in a script, 8 bits a channel, such that its median is a middle grey."""
    code = re.search(r"base64,([A-Za-z0-9+/=]+)", script)
    if code is None:
        raise ValueError("no picture in base64: give the scripts hdri/NAME.exr.js")
    with tempfile.NamedTemporaryFile(suffix=".exr") as file:
        file.write(base64.b64decode(code[1]))
        file.flush()
        channels = OpenEXR.File(file.name).channels()
    light = next(iter(channels.values())).pixels[..., :3].astype(np.float32)
    even = np.clip(light * _MIDDLE / np.median(light.mean(axis=-1)), 0, 1)
    return (255 * even ** (1 / _GAMMA)).astype(np.uint8)


def main() -> None:
    """Packs what `panoramas.md` names into `panoramas.npz`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("hdri", type=Path, help="the folder of the scripts")
    given = parser.parse_args()
    packed: dict[str, np.ndarray] = {}
    for name in names_in((TARGET / "panoramas.md").read_text()):
        picture = panorama((given.hdri / f"{name}.exr.js").read_text())
        quality = [cv2.IMWRITE_WEBP_QUALITY, 80]
        packed[name] = cv2.imencode(".webp", picture[..., ::-1], quality)[1].ravel()
    np.savez(TARGET / "panoramas.npz", **packed)


if __name__ == "__main__":
    main()
