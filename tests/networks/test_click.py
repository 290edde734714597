from dataclasses import replace

import numpy as np
import pytest
import torch

from vostoolkit.arrays import Size
from vostoolkit.networks.click import (
    ClickNetwork,
    Working,
    normalised,
    predict_mask,
    scribbled,
    settled,
    steadied,
    surroundings,
)
from vostoolkit.networks.click_maps import GUIDANCE_CHANNELS, Window, guidance
from vostoolkit.prompts import Box, Click, Scribble


def click(x, y, positive=True):
    return Click(frame=0, object_id=1, x=x, y=y, positive=positive)


@pytest.fixture
def network():
    torch.manual_seed(3)
    return ClickNetwork((8, 8, 8, 8, 8)).eval()


@pytest.fixture
def picture():
    image = np.full((64, 96, 3), 40, np.uint8)
    image[16:48, 8:40] = 200
    image[16:48, 60:90] = 200
    return image


def test_guidance_of_nothing_is_zero(picture):
    assert guidance(picture, ()).sum() == 0


def test_guidance_of_one_click(picture):
    maps = guidance(picture, [click(24, 32)])
    disk, heat, alike, reached = maps[:4]
    assert maps.shape == (GUIDANCE_CHANNELS, 64, 96)
    assert 0 <= maps.min() <= maps.max() <= 1
    assert maps[4:].sum() == 0
    assert disk[32, 24] == heat[32, 24] == alike[32, 24] == reached[32, 24] == 1
    assert disk[32, 30] == 0 < heat[32, 30] < 1
    assert alike[32, 75] == 1 > alike[5, 5]
    assert reached[32, 75] == 0
    assert reached[20, 12] == 1


def test_signs_have_channels_of_their_own(picture):
    there, away = guidance(picture, [click(24, 32)]), guidance(picture, [click(24, 32, False)])
    assert np.array_equal(there[:4], away[4:8])
    assert away[:4].sum() == 0


def test_disk_scales_with_the_picture():
    small, large = (np.zeros((side, side, 3), np.uint8) for side in (128, 256))
    areas = [guidance(i, [click(len(i) // 2, len(i) // 2)])[0].sum() for i in (small, large)]
    assert areas[1] == pytest.approx(4 * areas[0], rel=0.1)


def test_scribbles_and_boxes_are_drawn(picture):
    stroke = Scribble(frame=0, object_id=1, points=((10.0, 20.0), (38.0, 20.0)), width=1.0)
    box = Box(frame=0, object_id=1, left=-5, top=10, right=40, bottom=50)
    maps = guidance(picture, [stroke], box)
    assert (maps[0, 20, 10:39] == 1).all()
    assert maps[8].sum() == 41 * 41
    assert maps[8, 10:51, 0:41].all()


@pytest.mark.parametrize("size", [(32, 32), (50, 77)])
def test_logits_have_the_size_of_the_picture(network, size):
    image, previous = torch.rand(2, 3, *size), torch.zeros(2, 1, *size)
    maps = torch.zeros(2, GUIDANCE_CHANNELS, *size)
    assert network(normalised(image), previous, maps).shape == (2, 1, *size)


def test_the_embedded_widths_have_about_a_million_parameters():
    assert 1.0e6 < sum(p.numel() for p in ClickNetwork().parameters()) < 1.3e6


@pytest.mark.parametrize("close_up", [False, True])
def test_prediction_is_a_probability_of_the_picture_size(network, picture, close_up):
    mask = predict_mask(
        network,
        picture,
        [click(24, 32), click(75, 30, False)],
        previous=torch.zeros(64, 96),
        working=Working(short_side=48, close_up=close_up),
    )
    assert mask.shape == (64, 96)
    assert 0 <= mask.min() <= mask.max() <= 1


def test_prediction_from_a_box_alone(network, picture):
    box = Box(frame=0, object_id=1, left=5, top=10, right=42, bottom=50)
    assert predict_mask(network, picture, (), box=box).shape == (64, 96)


def test_prediction_without_any_prompt(network, picture):
    with pytest.raises(ValueError, match="nothing was clicked"):
        predict_mask(network, picture, ())


def test_previous_mask_of_another_size(network, picture):
    with pytest.raises(ValueError, match="height and width"):
        predict_mask(network, picture, [click(1, 1)], previous=torch.zeros(10, 10))


def test_surroundings_hold_the_mask_and_the_clicks_on_it():
    mask = torch.zeros(100, 200)
    mask[40:60, 50:70] = 1
    window = surroundings(mask, [click(90, 50), click(190, 90, False)], 1.5)
    assert window == Window(40, 20, 101, 81)
    assert surroundings(torch.zeros(100, 200), [click(3, 3)], 1.5) == Window(0, 0, 200, 100)


def test_window_moves_and_scales_prompts():
    window = Window(10, 20, 60, 70)
    assert window.seen(click(10, 20), 2.0) == click(0.5, 0.5)
    box = window.seen_box(Box(frame=0, object_id=1, left=10, top=20, right=11, bottom=21), 1.0)
    assert (box.left, box.top, box.right, box.bottom) == (0, 0, 1, 1)
    assert window.area == 2500


def test_a_further_stroke_changes_what_it_points_at_and_what_is_sure():
    """Four places change; of them one holds the click, one is sure, two are neither."""
    before = torch.zeros(10, 20)
    before[:, 10:12] = 1.0
    after = before.clone()
    after[2:4, 2:6] = 0.7  # added, and clicked on
    after[6:8, 2:6] = 0.7  # added, unsure
    after[2:4, 15:18] = 0.95  # added, sure
    after[8:, 10:12] = 0.3  # taken away, unsure
    merged = settled(after, before, click(3, 2), 0.9)
    expected = before.clone()
    expected[2:4, 2:6] = 0.7
    expected[2:4, 15:18] = 0.95
    assert torch.equal(merged, expected)
    assert torch.equal(settled(after, before, click(19, 9), 0.5), after)


def test_a_first_stroke_may_change_everything(network, picture):
    previous = torch.zeros(64, 96)
    first = predict_mask(network, picture, [click(24, 32)], previous=previous)
    free = Working(sure=0.5)
    again = predict_mask(network, picture, [click(24, 32)], previous=previous, working=free)
    assert torch.equal(first, again)


def test_a_long_scribble_is_looked_at_close_up():
    line = Scribble(0, 1, ((40.0, 30.0), (60.0, 50.0)))
    around = scribbled([line], Size(64, 96), 2.0)
    assert (around.left, around.top, around.right, around.bottom) == (30, 20, 71, 61)
    short = Scribble(0, 1, ((40.0, 30.0), (42.0, 30.0)))  # at least 32 pixels, half the short side
    around = scribbled([short], Size(64, 96), 2.0)
    assert (around.left, around.top, around.right, around.bottom) == (25, 14, 58, 47)
    assert scribbled([Click(0, 1, 40, 30)], Size(64, 96), 2.0) is None
    assert scribbled([replace(line, positive=False)], Size(64, 96), 2.0) is None


def test_a_picture_and_its_mirror_have_mirrored_answers(network, picture):
    working = Working(short_side=64, close_up=False)
    seen = predict_mask(network, picture, [click(24, 32)], working=working)
    mirrored = np.ascontiguousarray(picture[:, ::-1])
    other = predict_mask(network, mirrored, [click(95 - 24, 32)], working=working)
    assert torch.allclose(other.flip(1), seen, atol=1e-5)


def test_the_steadiest_outline_takes_in_what_is_in_doubt_as_a_whole():
    sure, doubted, outside = (
        torch.full((100,), 3.0),
        torch.linspace(-0.9, 0.9, 60),
        -6 * torch.ones(240),
    )
    odds = torch.cat([sure, doubted, outside]).view(20, 20)
    assert int((odds > 0).sum()) == 130
    after = steadied(odds, doubt=0.12)
    assert int((after > 0).sum()) == 160
    assert torch.allclose(after - odds, torch.tensor(1.5))  # 0.5 above and below nothing changes
    assert torch.equal(steadied(odds, doubt=0.5), odds)
    assert torch.equal(steadied(-torch.ones(4, 4), doubt=0.12), -torch.ones(4, 4))


def test_a_first_mask_is_steadied_and_a_present_one_is_not(network, picture):
    network.mask.bias.data += 0.12  # so that some is in the mask
    shifted, plain = Working(close_up=False), Working(close_up=False, doubt=0.5)
    strokes, before = [click(24, 32)], torch.zeros(64, 96)
    first = [predict_mask(network, picture, strokes, working=w) for w in (shifted, plain)]
    again = [
        predict_mask(network, picture, strokes, previous=before, working=w)
        for w in (shifted, plain)
    ]
    assert torch.equal(*again)
    assert not torch.equal(*first)
    assert ((first[0] > 0.5) | ~(first[1] > 0.5)).all()
    assert not ((first[0] > 0.5) & (first[1] < 0.12)).any()
