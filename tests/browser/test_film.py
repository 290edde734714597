"""The film of a run, played by Chromium."""

import base64
from pathlib import Path

import numpy as np
from playwright.sync_api import BrowserContext

from vostoolkit.arrays import Size
from vostoolkit.data.mp4 import Mp4Writer

PLAYED = """async () => {
    const film = document.querySelector("video");
    film.muted = true;
    await film.play();
    await new Promise(done => { film.onended = done; film.onerror = done; });
    const canvas = new OffscreenCanvas(film.videoWidth, film.videoHeight);
    const drawing = canvas.getContext("2d");
    drawing.drawImage(film, 0, 0);
    return {
        error: film.error && film.error.message,
        duration: film.duration,
        size: [film.videoHeight, film.videoWidth],
        pixel: Array.from(drawing.getImageData(20, 20, 1, 1).data).slice(0, 3),
    };
}"""


def test_a_browser_plays_the_film_in_its_colours(chromium: BrowserContext, tmp_path: Path):
    with Mp4Writer(tmp_path / "film.mp4", Size(90, 121), 10) as writer:
        for number in range(10):
            image = np.full((90, 121, 3), (213, 94, 0) if number > 4 else (0, 114, 178), np.uint8)
            writer.write(image, number / 10)
    film = base64.b64encode((tmp_path / "film.mp4").read_bytes()).decode()
    page = chromium.new_page()
    page.set_content(f'<video src="data:video/mp4;base64,{film}"></video>')
    seen = page.evaluate(PLAYED)
    assert seen["error"] is None
    assert (seen["size"], round(seen["duration"], 1)) == ([90, 122], 1.0)
    assert np.abs(np.array(seen["pixel"]) - (213, 94, 0)).max() <= 10
