import numpy as np
import pytest
import torch

from vostoolkit.errors import PromptError, WeightsError
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.networks.scribble_to_mask import ScribbleToMask, ScribbleToMaskConfig
from vostoolkit.prompts import Absent, Box, Click, Drawing, Scribble, Skip
from vostoolkit.protocols import Refiner
from vostoolkit.stages.refine_scribble import ScribbleRefiner

SIZE = (40, 60)
TINY = ScribbleToMaskConfig(
    stem=8,
    widths=(8, 8, 12, 16),
    blocks=(1, 1, 1, 2),
    bottleneck=False,
    pyramid_width=8,
    low_level_width=4,
)


def make(**changes) -> ScribbleRefiner:
    torch.manual_seed(2)
    return ScribbleRefiner(ScribbleToMask(TINY), **({"short_side": 48, "device": "cpu"} | changes))


def frame() -> Frame:
    return Frame(3, np.random.default_rng(1).integers(0, 255, (*SIZE, 3), np.uint8), 0.0)


def masks() -> Masks:
    labels = np.zeros(SIZE, np.uint8)
    labels[10:30, 10:40] = 1
    return Masks.from_labels(labels)


def test_marks_and_the_present_mask_change_the_answer():
    refiner = make()
    assert isinstance(refiner, Refiner)
    answers = [
        refiner(frame(), 1, prompts, present).after
        for prompts, present in (
            ((Click(3, 1, 20, 20),), masks()),
            ((Click(3, 1, 20, 20),), None),
            ((Click(3, 1, 45, 20),), masks()),
            ((Click(3, 1, 20, 20), Click(3, 1, 50, 30, positive=False)), masks()),
            ((Scribble(3, 1, ((15.0, 20.0), (35.0, 20.0))),), masks()),
        )
    ]
    for i, one in enumerate(answers):
        assert one.shape == SIZE
        assert one.min() >= 0 and one.max() <= 1
        assert not any(torch.equal(one, other) for other in answers[:i])


def test_negative_marks_alone_only_take_away():
    after = make()(frame(), 1, (Click(3, 1, 20, 20, positive=False),), masks()).after
    assert (after <= masks().of(1)).all()


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [(Drawing(3, 1, np.eye(40, 60, dtype=np.bool_)), 40), (Absent(3, 1), 0), (Skip(3, 1), 600)],
)
def test_drawings_and_verdicts_are_taken_as_they_are(prompt, expected):
    after = make()(frame(), 1, (prompt,), masks()).after
    assert (after > 0.5).sum() == expected


def test_dilation_is_a_square_around_a_mark():
    maps: list[torch.Tensor] = []

    class Watched(ScribbleToMask):
        def forward(self, image, mask, positive, negative):
            maps.append(positive)
            return super().forward(image, mask, positive, negative)

    for dilation in (1, 3, 5):
        refiner = ScribbleRefiner(Watched(TINY), short_side=None, dilation=dilation, device="cpu")
        refiner(frame(), 1, (Click(3, 1, 20, 15),), None)
    assert [int(m.sum()) for m in maps] == [1, 9, 25]
    rows, columns = torch.nonzero(maps[1][0, 0], as_tuple=True)
    assert (int(rows.float().mean()), int(columns.float().mean())) == (15 + 4, 20 + 2)  # padding


def test_a_box_is_refused_with_what_to_do():
    with pytest.raises(PromptError, match="give clicks or scribbles"):
        make()(frame(), 1, (Box(3, 1, 5, 5, 30, 30), Click(3, 1, 10, 10)), None)


@pytest.mark.parametrize("wrong", [{"dilation": 2}, {"dilation": 0}, {"short_side": 8}])
def test_impossible_settings_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong)).replace("_", ".")):
        make(**wrong)
    with pytest.raises(ValueError, match="must be positive"):
        ScribbleToMaskConfig(stem=0)


def test_a_wrong_checkpoint_is_refused_with_its_keys(tmp_path):
    torch.save(ScribbleToMask(TINY).state_dict(), tmp_path / "small.pth")
    with pytest.raises(WeightsError, match=r"backbone\.layer1\.0\.conv3\.weight"):
        ScribbleRefiner.published(tmp_path / "small.pth")
