import pytest
from toys import NumberedVideo, ToyMethod, played

from vostoolkit.appearance import Appearance
from vostoolkit.colours import OKABE_ITO, colour_of
from vostoolkit.session import Session


def test_names_and_colours_are_given_and_taken_away():
    plain = Appearance()
    seen = plain.named(2, " man ").coloured(2, "#ff8000").coloured(1, "#0000ff")
    assert (seen.names, seen.colour(2), seen.colour(1)) == ({2: "man"}, (255, 128, 0), (0, 0, 255))
    assert plain.names == {} and plain.colour(2) == colour_of(2)
    assert seen.colour(3) == colour_of(3) and OKABE_ITO[2].tolist() == list(colour_of(2))
    assert seen.named(2, " ").coloured(2, "").coloured(1, "") == plain


def test_it_is_stored_as_text():
    seen = Appearance().named(11, "fly").coloured(11, "#ff8000")
    assert Appearance.from_json(seen.to_json()) == seen
    assert seen.to_json() == {"names": {"11": "fly"}, "colours": {"11": "#ff8000"}}


def test_what_is_no_colour_or_object_is_refused():
    with pytest.raises(ValueError, match="colour 'red': give it as #rrggbb"):
        Appearance().coloured(1, "red")
    with pytest.raises(ValueError, match="object id 0"):
        Appearance().named(0, "nothing")


def test_a_session_keeps_it_in_its_folder_and_in_its_branches(tmp_path):
    session = played(5)
    session.appearance = session.appearance.named(1, "man").coloured(1, "#ff8000")
    again = Session.load(session.save(tmp_path), ToyMethod(), NumberedVideo(5))
    assert again.appearance == session.appearance
    assert session.branch(2).appearance == session.appearance


def test_it_is_undone_and_done_again_among_steps_and_answers():
    session = played(5)
    done, masks = session.history.done, [session.labels(f) for f in range(5)]
    session.appearance = session.appearance.named(1, "man")
    session.appearance = session.appearance.named(1, "man")  # nothing new
    session.appearance = session.appearance.coloured(1, "#ff8000")
    assert session.history.done == done + 2
    session.undo()
    assert session.appearance == Appearance().named(1, "man")
    session.undo(2)  # and the last step
    assert session.appearance == Appearance() and session.history.done == done - 1
    for _ in range(3):
        session.redo()
    assert session.appearance == Appearance().named(1, "man").coloured(1, "#ff8000")
    assert all((session.labels(f) == masks[f]).all() for f in range(5))


def test_a_session_is_done_anew_with_all_prompts_and_another_stage():
    session = played(9)
    session.appearance = session.appearance.named(1, "man")
    anew = session.anew(factor=7)
    assert anew.prompts == session.prompts and anew.frame is None
    assert anew.method == ToyMethod(factor=7) and anew.appearance == session.appearance
    anew.run()
    assert anew.finished and anew.prompts == session.prompts
