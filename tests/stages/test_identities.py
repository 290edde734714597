import numpy as np
import torch

from vostoolkit.arrays import Size
from vostoolkit.masks import Masks
from vostoolkit.stages.identities import grouped, merged, one_hot


def test_objects_are_grouped_in_their_order():
    assert grouped((9, 2, 5, 1), 3) == ((9, 2, 5), (1,))


def test_others_are_background_by_hand():
    masks = Masks.from_labels(np.array([[0, 7], [4, 9]], np.uint8))
    known = one_hot(masks, (9, 4), 4, Size(2, 2))
    assert known.shape == (1, 4, 2, 2)
    assert known[0].argmax(0).tolist() == [[0, 0], [2, 1]]
    assert torch.equal(known.sum(1), torch.ones(1, 2, 2))


def test_groups_share_what_is_background_to_all_by_hand():
    first = torch.tensor([0.5, 0.5]).view(2, 1, 1)
    second = torch.tensor([0.2, 0.8]).view(2, 1, 1)
    odds = torch.tensor([0.1 / 0.9, 1.0, 4.0])  # 0.5 * 0.2, 0.5 and 0.8 as odds
    torch.testing.assert_close(merged([first, second]).flatten(), odds / odds.sum())
    assert merged([first]) is first
