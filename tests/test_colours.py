import numpy as np
import pytest

from vostoolkit.colours import ASK, DAVIS, OKABE_ITO, UNCERTAINTY, colour_of, css


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
