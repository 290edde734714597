"""Which maps can lie over a frame, and what they show."""

import numpy as np
import torch
from vostoolkit_widgets import Explorer
from vostoolkit_widgets.album import map_values
from vostoolkit_widgets.maps import stage_maps
from vostoolkit_widgets.render import entropy_png
from widgets.explorer_hands import say
from widgets.lazy_runs import lazy_run

CLICKED = 6
"""The frame at which the method clicks itself, on object 1."""


def test_the_maps_of_a_frame_are_what_its_stages_found():
    record = lazy_run().at(CLICKED)
    (pseudo,), (refined,) = record.pseudo_clicks, record.refinements
    found = stage_maps(record, 1)
    assert list(found) == ["probability", "region", "click field", "change"]
    assert torch.equal(found["probability"], record.masks.of(1))
    assert torch.equal(found["region"] > 0, record.uncertainty.regions[1])
    field = found["click field"]
    assert field.max() == 1 and field[round(pseudo.click.y), round(pseudo.click.x)] == 1
    assert torch.allclose(found["change"], (refined.after - refined.before).abs())
    assert list(stage_maps(record, 2)) == ["probability", "region"]  # object 1 was clicked on
    assert stage_maps(record, 7) == {}


def test_a_stages_map_is_chosen_and_follows_the_object_in_hand():
    explorer = Explorer(lazy_run())
    canvas, looks = explorer._panel.canvas, explorer._panel.looks
    explorer.frame = CLICKED
    assert explorer.settle(10)
    assert looks.state["maps"][0] == "entropy" and looks.state["ends"] == ("sure", "unsure")
    say(explorer, "looks", "chosen", "probability")
    for object_id in (1, 2):
        explorer.object_id = object_id
        assert explorer.settle(10)
        own = explorer.session.at(CLICKED).masks.of(object_id).numpy()
        assert canvas._still.map == entropy_png(own)
        shown = map_values(canvas._still.map, explorer.session.video.size)
        assert np.abs(shown - own).mean() < 0.05
    assert looks.state["chosen"] == "probability" and looks.state["ends"] == ("0", "1")
    say(explorer, "looks", "chosen", "click field")
    assert canvas._still.map is None  # the method didn't click on object 2
    assert "click field" in looks.state["maps"]
    say(explorer, "looks", "chosen", "entropy")
    assert canvas._still.map == explorer._album.map(CLICKED) is not None
    say(explorer, "looks", "chosen", "none")
    assert canvas._still.map is None and looks.state["ends"] == []
    explorer.close()
