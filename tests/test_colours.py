import numpy as np
import pytest

from vostoolkit.colours import (
    ASK,
    BLACK,
    DAVIS,
    OKABE_ITO,
    UNCERTAINTY,
    WHITE,
    colour_of,
    contrast,
    css,
    ink_on,
    rgb,
)


def test_every_object_has_a_colour_of_its_own_and_none_is_the_asking_one():
    assert len(np.unique(OKABE_ITO, axis=0)) == 256
    assert list(ASK) not in OKABE_ITO.tolist()


def test_the_first_objects_have_the_plain_okabe_ito_colours():
    assert colour_of(1) == (86, 180, 233)
    assert css(colour_of(2)) == "#e69f00"


def test_background_has_no_colour():
    with pytest.raises(ValueError, match="1 to 255"):
        colour_of(0)


def test_mask_files_use_the_palette_of_davis():
    assert DAVIS[:4].tolist() == [[0, 0, 0], [128, 0, 0], [0, 128, 0], [128, 128, 0]]
    assert DAVIS[255].tolist() == [224, 224, 192]


def test_uncertainty_gets_lighter_without_a_jump():
    luminance = (UNCERTAINTY / 255.0) ** 2.2 @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(luminance) > -1e-3).all()
    assert np.abs(np.diff(UNCERTAINTY.astype(int), axis=0)).max() <= 8


def test_contrast_is_that_of_wcag():
    assert contrast((0, 0, 0), WHITE) == pytest.approx(21)
    assert contrast(WHITE, (0, 0, 0)) == pytest.approx(21)
    assert contrast((118, 118, 118), WHITE) == pytest.approx(4.54, abs=0.01)
    assert contrast(ASK, ASK) == 1


def test_signs_stand_out_on_every_object_and_the_asking_colour_on_paper():
    assert all(contrast(ink_on(colour_of(o)), colour_of(o)) > 4 for o in range(1, 256))
    assert ink_on((240, 228, 66)) == BLACK and ink_on((0, 60, 95)) == WHITE
    assert contrast(ASK, WHITE) > 3 and contrast(ASK, (17, 17, 17)) > 3


def test_a_colour_is_read_as_it_is_written():
    assert rgb(css((1, 171, 254))) == (1, 171, 254)
    for text in ("#12345", "#1234567", "red", "123456"):
        with pytest.raises(ValueError, match="give it as #rrggbb"):
            rgb(text)
