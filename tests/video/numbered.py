"""Video files whose pictures show their own frame number, as ten black or white stripes.

Noise under the stripes makes the files large enough to be cut in the middle.
"""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

BITS, STRIPE, HEIGHT = 10, 16, 64
WIDTH = BITS * STRIPE


def picture(number: int) -> np.ndarray:
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    for bit in range(BITS):
        image[:, bit * STRIPE : (bit + 1) * STRIPE] = 225 * (number >> bit & 1) + 15
    noise = np.random.default_rng(number).integers(0, 100, (HEIGHT // 4, WIDTH, 3))
    image[-len(noise) :] = noise
    return image


def number_shown(image: np.ndarray) -> int:
    middles = image[: HEIGHT // 2, STRIPE // 2 :: STRIPE].mean(axis=(0, 2)) > 128
    return int(sum(1 << bit for bit in range(BITS) if middles[bit]))


def write_numbered(
    path: Path,
    ticks: Sequence[int],
    *,
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    turn: int = 0,
) -> Path:
    """A file with one numbered picture at each tick of 1/600 second."""
    with av.open(str(path), "w", options=container_options or {}) as container:
        stream = container.add_stream(codec, rate=30)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 600)
        stream.options = options or {}
        if turn:
            stream.set_display_rotation(turn)
        for number, tick in enumerate(ticks):
            frame = av.VideoFrame.from_ndarray(picture(number), format="rgb24")
            frame.pts, frame.time_base = tick, Fraction(1, 600)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def steady(count: int) -> list[int]:
    return [20 * number for number in range(count)]


def uneven(count: int, seed: int = 0) -> list[int]:
    steps = np.random.default_rng(seed).choice([20, 20, 20, 40, 25, 100, 300], count)
    return [0, *np.cumsum(steps)[:-1].tolist()]
