"""Parts that are folded away stay, hidden, until the page has made them."""

import ipywidgets
import pytest
from vostoolkit_widgets.folds import Folds


class Plain:
    """A part that is one line of text."""

    def __init__(self) -> None:
        self.widget = ipywidgets.HTML("text")

    def close(self) -> None:
        """Nothing; closes the line."""
        self.widget.close()


@pytest.fixture
def folds():
    made = Folds({"one": ("", Plain), "two": ("", Plain)}, later=lambda job: job())
    yield made
    made.close()


def say(folds, name, value=None):
    folds._row._received(None, {"name": name, "value": value}, [])


def say_made(folds):
    say(folds, "made", folds._row.state["leaving"])


def shown(folds):
    return [child for place in folds.widget.children[1:] for child in place.children]


def test_without_a_page_a_part_is_closed_at_once(folds):
    say(folds, "one")
    part = folds.part("one")
    say(folds, "one")
    assert folds.part("one") is None and part.widget.comm is None and shown(folds) == []


def test_a_page_that_is_behind_keeps_what_it_makes(folds):
    say_made(folds)
    say(folds, "one")
    part = folds.part("one")
    say(folds, "one")
    say(folds, "made", [])  # what it has made so far
    assert folds.part("one") is None and shown(folds) == [part.widget]
    assert part.widget.comm is not None and "vos-folded" in part.widget._dom_classes
    say_made(folds)
    assert shown(folds) == [] and part.widget.comm is None


def test_a_part_in_place_of_another_comes_behind_it_until_that_is_gone(folds):
    say_made(folds)
    first, second = Plain(), Plain()
    folds.put("two", first)
    folds.put("two", second)
    assert shown(folds) == [first.widget, second.widget]  # what comes behind moves nothing
    assert folds._row.state["open"] == ["two"] and len(folds._row.state["leaving"]) == 1
    say_made(folds)
    assert shown(folds) == [second.widget] and folds._row.state["leaving"] == []
    assert first.widget.comm is None and second.widget.comm is not None


def test_a_part_is_closed_once_it_was_made_itself_and_no_other_one_instead(folds):
    say_made(folds)
    first, second = Plain(), Plain()
    for name, part in (("one", first), ("two", second)):
        folds.put(name, part)
        folds.put(name, None)
    early, late = folds._row.state["leaving"]
    assert f"vos-part-{late}" in second.widget._dom_classes
    say(folds, "made", [late])
    say(folds, "made", [late])  # from another view
    assert shown(folds) == [first.widget] and folds._row.state["leaving"] == [early]
    assert first.widget.comm is not None and second.widget.comm is None


def test_other_parts_are_not_made_again(folds):
    say_made(folds)
    say(folds, "two")
    place = folds.widget.children[2]
    changes = []
    place.observe(changes.append, "children")
    say(folds, "one")
    say(folds, "one")
    say_made(folds)
    assert not changes


def test_closing_waits_for_no_page(folds):
    say_made(folds)
    say(folds, "one")
    part = folds.part("one")
    say(folds, "one")
    folds.close()
    assert part.widget.comm is None and folds.widget.comm is None
