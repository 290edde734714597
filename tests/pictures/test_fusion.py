import numpy as np
import torch

from vostoolkit.masks import Masks
from vostoolkit.pictures import picture, words
from vostoolkit.pictures.stages import ADDED, REMOVED
from vostoolkit.results import Fusion

SIZE = (90, 160)


def square(left: int) -> Masks:
    labels = np.zeros(SIZE, np.uint8)
    labels[30:60, left : left + 30] = 1
    return Masks.from_labels(labels)


def example(*, has_changes: bool) -> Fusion:
    added, removed = torch.zeros(2, *SIZE)
    added[30:60, 80:95] = 0.4
    removed[30:60, 50:65] = 0.2
    return Fusion(
        frame=6,
        old=square(50),
        new=square(65),
        masks=square(60),
        weights=(0.75, 0.25),
        added={1: added} if has_changes else {},
        removed={1: removed} if has_changes else {},
    )


def coloured(drawn: np.ndarray, colour: tuple[int, int, int]) -> int:
    return int((np.abs(drawn.astype(int) - colour).max(2) < 12).sum())


def test_a_fusion_shows_the_correction_where_it_is_known() -> None:
    image = np.full((*SIZE, 3), 90, np.uint8)
    full, plain = (picture(example(has_changes=c), image) for c in (True, False))
    assert full.shape[1] > plain.shape[1]
    legend = 12 * 12
    assert coloured(full, ADDED) > 4 * legend > coloured(plain, ADDED)
    assert 0 < coloured(full, REMOVED) <= 2 * legend  # half as strong: a paler colour
    assert picture(example(has_changes=True)).shape == full.shape


def test_the_words_of_a_fusion() -> None:
    assert words(example(has_changes=True)) == (
        "nearness: 0.75 to the correction, 0.25 to the other corrected frame",
        "object 1: 900 pixels before, 900 propagated, 900 fused",
    )
