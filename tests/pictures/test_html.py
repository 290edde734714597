import base64
import re
from dataclasses import replace

import cv2
import numpy as np

from vostoolkit.errors import SessionError
from vostoolkit.pictures import encoded, facts, result_html, show, words
from vostoolkit.results import Decision, PseudoClick, Refinement, Request


def pictures_in(html):
    found = re.findall(r'src="data:image/(?:png|jpeg);base64,([^"]+)"', html)
    data = [np.frombuffer(base64.b64decode(text), np.uint8) for text in found]
    return [cv2.imdecode(code, cv2.IMREAD_COLOR_RGB) for code in data]


def test_html_holds_one_small_picture_and_the_words(example):
    for result in example.results:
        html = result_html(result, example.image)
        assert len(html) < 150_000
        (drawn,) = pictures_in(html)
        assert drawn.shape[1] >= 300
        assert f"frame {result.frame}" in html


def test_html_is_the_same_for_the_same_result_whatever_time_it_took(example):
    decision = example.of(Decision)
    assert result_html(decision) == result_html(replace(decision, seconds=1.25))
    assert "0x" not in re.sub(r"base64,[^\"]+", "", result_html(decision))


def test_a_result_draws_itself(example):
    for result in example.results:
        assert result._repr_html_().startswith("<figure")


def test_a_result_is_shown_over_the_frame_that_its_session_knows(example):
    def image_of(frame):
        assert frame == 7
        return example.image

    result = example.of(PseudoClick)
    attached = replace(result, image_of=image_of)
    assert attached._repr_html_() == result_html(result, example.image) != result_html(result)


def test_a_forgotten_frame_is_grey(example):
    def image_of(frame):
        raise SessionError("gone")

    result = example.of(PseudoClick)
    assert result_html(replace(result, image_of=image_of)) == result_html(result)


def test_results_are_short_in_text(example):
    assert repr(example.of(Decision)) == "Decision(frame=7)"
    assert repr(example.of(Request)) == "Request(frame=7, kind='click', object_id=4)"


def test_pictures_and_results_made_by_hand_are_shown(example):
    result = example.of(PseudoClick)
    assert show(result, example.image)._repr_html_() == result_html(result, example.image)
    assert pictures_in(show(example.image)._repr_html_())[0].shape == example.image.shape


def test_what_png_cannot_hold_becomes_jpeg(example):
    noise = np.random.default_rng(0).integers(0, 256, (300, 900, 3), np.uint8)
    kind, data = encoded(noise)
    assert kind == "jpeg"
    assert len(data) < 300_000
    assert encoded(np.zeros((300, 900, 3), np.uint8))[0] == "png"


def test_words_say_what_was_decided_and_why(example):
    assert words(example.of(Decision)) == (
        "object 1: give itself a click (ΔS 0.23 ≥ τ_p 0.20)",
        "object 4: go on (no earlier score)",
    )
    assert words(example.of(PseudoClick)) == (
        "object 1: positive click at (61, 47), where distance × confidence is highest (6.0)",
    )
    assert "IoU of before and after" in words(example.of(Refinement))[1]
    assert words(example.of(Request)) == (
        "object 4: click on it, or on what it is not: ΔS 0.61 ≥ τ_u 0.50",
    )
    asked = Request(frame=3, round=2, kind="round", reason="far from frame 0")
    assert words(asked) == ("round 2: far from frame 0",)


def test_facts_are_a_table_that_escapes_its_text():
    html = facts("Summary", {"J": 0.84321, "video": "<b>.mp4", "frames": 90})._repr_html_()
    for text in ("<b>Summary</b>", "0.843", "&lt;b&gt;.mp4", "90"):
        assert text in html
