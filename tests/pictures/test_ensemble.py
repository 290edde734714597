"""An ensemble's picture: where members are split, over the frame or over grey."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from vostoolkit.arrays import Image
from vostoolkit.colours import UNCERTAINTY
from vostoolkit.masks import Masks
from vostoolkit.pictures import picture, words
from vostoolkit.pictures.layout import Picture
from vostoolkit.results import EnsemblePropagation, Uncertainty
from vostoolkit.stages.propagate_ensemble import combined


def split_square() -> EnsemblePropagation:
    """Four members who agree on the left half of a square; one of them also says the right."""
    labels = np.zeros((60, 90), np.uint8)
    labels[20:40, 30:45] = 1
    wide = labels.copy()
    wide[20:40, 45:60] = 1
    return combined([Masks.from_labels(x, (1,)) for x in (labels, labels, labels, wide)], 7)


@pytest.mark.parametrize("image", [None, np.full((60, 90, 3), 90, np.uint8)])
def half_split(drawn: Picture) -> int:
    """How many pixels have the colour of members split one against three."""
    return int((np.abs(drawn.astype(int) - UNCERTAINTY[128]).max(axis=2) < 12).sum())


@pytest.mark.parametrize("image", [None, np.full((60, 90, 3), 90, np.uint8)])
def test_only_where_members_are_split_the_map_is_coloured(image: Image | None) -> None:
    prediction = split_square()
    agreed = combined([prediction.masks] * 4, 7)
    assert half_split(picture(prediction, image)) > 20 * half_split(picture(agreed, image)) > 0


def test_many_objects_draw_as_many_panels_as_there_is_room_for() -> None:
    labels = np.repeat(np.arange(6, dtype=np.uint8)[:, None], 24, 0).reshape(-1, 12)
    masks = Masks.from_labels(np.tile(labels, (5, 6)), (1, 2, 3, 4, 5))
    assert picture(combined([masks, masks], 0)).shape[1] < 1500


def test_an_ensemble_is_described_as_its_mean() -> None:
    assert words(split_square()) == ("object 1: 300 pixels",)


def test_the_title_of_a_map_is_its_measure() -> None:
    masks = split_square().masks
    plain = Uncertainty(
        frame=7, masks=masks, entropy=torch.zeros(60, 90), regions={}, score={}, jump={}
    )
    other = replace(plain, measure="mutual information")
    assert not np.array_equal(picture(plain)[:40], picture(other)[:40])
