import numpy as np
import pytest
import torch

from vostoolkit.colours import ASK
from vostoolkit.masks import Masks
from vostoolkit.pictures import picture, words
from vostoolkit.results import AnnotationChoice, FrameSelection


def chosen(frames: tuple[int, ...], image_of=None) -> FrameSelection:
    scores = torch.full((len(frames), 9), torch.nan)
    for i, frame in enumerate(frames):
        scores[i, 2:7] = 0.1
        scores[i, frame] = 0.8 - 0.2 * i
    return FrameSelection(
        frame=frames[0] if frames else 0,
        image_of=image_of,
        annotated=(0,),
        frames=frames,
        scores=scores,
        measure="dissimilarity",
        reasons=tuple(f"reason {frame}" for frame in frames),
    )


def discs(drawn: np.ndarray) -> int:
    return int((np.abs(drawn.astype(int) - ASK).max(2) < 10).sum())


def test_every_chosen_frame_has_a_disc_and_a_thumbnail() -> None:
    asked: list[int] = []

    def image_of(frame: int) -> np.ndarray:
        asked.append(frame)
        return np.full((60, 90, 3), 20 * frame, np.uint8)

    drawn = picture(chosen((5, 3), image_of))
    assert asked == [5, 3]
    assert (drawn == 100).all(2).sum() == (drawn == 60).all(2).sum() > 5000
    one = picture(chosen((5,), image_of))
    legend = 12 * 12
    assert discs(drawn) - legend == pytest.approx(2 * (discs(one) - legend), rel=0.1)


def test_a_selection_without_frames_or_pictures() -> None:
    assert picture(chosen(())).shape[0] < picture(chosen((4,))).shape[0]
    assert "all are annotated, or show too little" in words(chosen(()))[0]
    assert words(chosen((4,))) == ("frame 4: reason 4",)
    assert "Frame selection" in chosen((4,))._repr_html_()


def test_a_kind_has_a_bar_as_long_as_its_probability() -> None:
    labels = np.zeros((60, 90), np.uint8)
    labels[20:40, 20:40] = 1
    choice = AnnotationChoice(
        frame=3,
        object_id=1,
        kind="mask",
        probabilities={"clicks": 0.25, "mask": 0.75},
        costs_s={"clicks": 5.5, "mask": 80.0},
        reason="the likeliest",
        masks=Masks.from_labels(labels),
    )
    bars = picture(choice)
    assert discs(bars) == 24 * 225
    image = np.full((60, 90, 3), 90, np.uint8)
    assert picture(choice, image).shape[1] > bars.shape[1]
    assert words(choice) == ("object 1: ask for a drawn mask, 80 s (the likeliest, 75 %)",)
