"""Pictures of results and runs: NumPy, OpenCV and Pillow only, so they show wherever HTML does."""

from vostoolkit.pictures import across_frames as across_frames
from vostoolkit.pictures import ensemble as ensemble
from vostoolkit.pictures import fusion as fusion
from vostoolkit.pictures import memory as memory
from vostoolkit.pictures import selection as selection
from vostoolkit.pictures.html import Shown, encoded, facts, img, result_html, show
from vostoolkit.pictures.runs import contact_sheet, curves, spread
from vostoolkit.pictures.stages import picture
from vostoolkit.pictures.words import words

__all__ = [
    "Shown",
    "contact_sheet",
    "curves",
    "encoded",
    "facts",
    "img",
    "picture",
    "result_html",
    "show",
    "spread",
    "words",
]
