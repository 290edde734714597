"""Rows of the tables of methods in rounds: what their people do, and what is counted."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from methods.carrying import Copying, drawn

import vostoolkit as vos
from vostoolkit.data.synthetic import synthetic_clip
from vostoolkit.errors import ExperimentError
from vostoolkit.experiments import (
    ROUND_ROWS,
    ROUND_TABLES,
    Setting,
    beside_paper,
    by_round,
    claims_beside_paper,
    play_rounds,
    read_grid,
    round_method,
    round_person,
    seconds_by_objects,
)
from vostoolkit.experiments.temporary import Temporary
from vostoolkit.metrics.evaluation import evaluate
from vostoolkit.prompts import Absent, Propagate
from vostoolkit.results import Request
from vostoolkit.stages.refine import ClickRefiner
from vostoolkit.users import cost_s
from vostoolkit.users.eva_best import BestAnnotation

CLIP = synthetic_clip(3, frames=9, size=(64, 96), objects=2)
GRIDS = Path(__file__).resolve().parents[2] / "examples" / "grids"
PAPERS = ("xmem-plus-plus", "mivos", "idpro", "eva-vos")


def played(row: str) -> tuple[vos.Session, pd.DataFrame]:
    setting = Setting("nano", CLIP.labels, device="cpu")
    session = vos.Session(round_method(row, setting), CLIP.video)
    return session, play_rounds(session, round_person(row, session, setting), CLIP.labels)


def frames_of(session: vos.Session) -> list[int]:
    return sorted({p.frame for p in session.prompts if not isinstance(p, Propagate)})


def test_every_row_of_a_table_is_in_its_papers_grid_and_known():
    asked = {str(e.parameters["row"]) for name in PAPERS for e in read_grid(GRIDS / f"{name}.toml")}
    told = {line.row for table in ROUND_TABLES.values() for line in table.lines.values()}
    assert told == asked == set(ROUND_ROWS)
    with pytest.raises(ExperimentError, match="no row 'mivvos': there are xmem-5"):
        round_method("mivvos", Setting("nano", CLIP.labels))


def test_five_frames_are_the_first_and_four_spread_evenly():
    session, rounds = played("xmem++-5")
    assert frames_of(session) == [0, 2, 4, 6, 8]
    assert rounds["frames"].tolist() == [1, 5] and rounds["objects"].tolist() == [2, 2]
    assert rounds["person_s"].tolist() == [161.0, 5 * 161.0] == [161.0, cost_s(session.prompts)]


def test_all_frames_count_and_the_others_are_those_that_nobody_annotated():
    session, rounds = played("xmem++-5")
    pairs = [(f, session.labels(f), CLIP.labels(f)) for f in range(9)]
    assert rounds["J&F"].iloc[-1] == pytest.approx(evaluate(pairs).mean()["J&F"])
    others = [pair for pair in pairs if pair[0] % 2]
    assert rounds["others"].iloc[-1] == pytest.approx(evaluate(others).mean()["J&F"])


def test_a_round_of_idpro_has_so_many_frames_and_marks_are_given_with_the_result_in_sight():
    session, rounds = played("idpro-3")
    assert len(rounds) == 3 and rounds["frames"].iloc[0] == 3
    groups = session.history.answers.at(1)
    assert [len({p.frame for p in group}) for group in groups[:-1]] == [3] * (len(groups) - 1)
    assert 1 < len(groups) <= 3 and any(isinstance(p, Propagate) for p in groups[-1])


def test_the_area_is_over_seconds_for_each_object():
    rounds = pd.DataFrame(
        {"round": [1, 2], "J&F": [0.5, 1.0], "person_s": [60.0, 120.0], "objects": [2, 2]}
    ).assign(**dict.fromkeys(("J", "F", "others", "frames", "machine_s"), 0.0))
    numbers = by_round(rounds)
    assert numbers["J&F@2"] == 1.0 and numbers["person_s@1"] == 60.0
    # 0 to 0.5 in 30 s, to 1 in 30 s more
    assert numbers["area@60s"] == pytest.approx((0.25 * 30 + 0.75 * 30) / 60)


def test_xmem_keeps_only_the_first_frame_of_an_object_for_good():
    method = vos.XMemPlusPlus(Temporary(Copying()), drawn)
    session = vos.Session(method, CLIP.video)
    session.answer(*(vos.Click(f, 1, 10 * f + 5, 5) for f in (0, 4)), Propagate())
    events = []
    while session.request is None:
        events.append(session.step())
    stored = [(e.frame, e.tier) for e in events if isinstance(e, vos.MemoryUpdate) and e.tier]
    assert [frame for frame, tier in stored if tier == "permanent"] == []
    assert session.labels(4)[0].argmax() == 45  # its mask stays as it is
    passing = method.propagator.start(CLIP.video[0], ())
    masks = vos.Masks.from_labels(CLIP.labels(0))
    for frame, expected in ((0, "permanent"), (4, "working")):
        update, passing = method.propagator.memorise(CLIP.video[frame], masks, passing, tier=None)
        assert update.tier == expected


def test_the_oracle_draws_where_clicks_bring_less_a_second():
    truth, labels = CLIP.labels, CLIP.labels(5)
    wrong = vos.Masks.from_labels(np.where(labels == 1, 0, labels).astype(np.uint8), (1, 2))
    asked = Request(frame=5, kind="click", object_id=1, masks=wrong)
    annotator = vos.EvaAnnotator(truth)
    useful = BestAnnotation(annotator, ClickRefiner(device="cpu"), CLIP.video)
    assert all(isinstance(p, vos.Click) for p in useful(asked))
    useless = BestAnnotation(annotator, drawn, CLIP.video)
    assert isinstance(useless(asked)[0], vos.Drawing)
    gone = BestAnnotation(vos.EvaAnnotator(lambda f: np.zeros_like(labels)), drawn, CLIP.video)
    assert isinstance(gone(asked)[0], Absent)


def test_values_stand_beside_the_papers_and_claims_are_judged_clip_by_clip():
    rows = pd.DataFrame(
        {
            "row": ["xmem-5"] * 5 + ["xmem++-5"] * 5,
            "clip": [*"abcde"] * 2,
            "others@1": [0.4, 0.5, 0.5, 0.5, 0.6] * 2,
            "others@2": [0.5, 0.6, 0.6, 0.6, 0.7, 0.6, 0.7, 0.7, 0.7, 0.8],
        }
    )
    table = beside_paper(rows, "xmem++, 1")
    assert table.loc["XMem, 5", "published: LVOS val"] == "61.2"
    assert table.loc["XMem, 5", "here: mean [95 %]"].startswith("60.0 [")
    assert table.loc["XMem++, 10", "here: mean [95 %]"] == "not run"
    claims = claims_beside_paper(rows, "xmem++, 1")
    assert claims.index.tolist() == ["XMem++, 5 > XMem, 5"]
    assert claims.iloc[0].tolist() == ["+11.5", "+10.0 [+10.0, +10.0]", 5, "holds"]
    assert claims_beside_paper(rows[rows["clip"] < "c"], "xmem++, 1").iloc[0, -1] == "too few clips"
    with pytest.raises(ExperimentError, match="none of these experiments is of table 'mivos, 5'"):
        beside_paper(rows, "mivos, 5")


@pytest.mark.parametrize(("is_apart", "passes"), [(False, 1), (True, 3)])
def test_objects_are_timed_together_or_each_by_itself(is_apart: bool, passes: int):
    calls: list[int] = []

    class Counting(Copying):
        def propagate(self, frame, state, /):
            calls.append(len(state.masks.objects))
            return super().propagate(frame, state)

    found = seconds_by_objects(Counting(), CLIP.video, (3,), is_apart=is_apart)
    assert list(found) == [3] and found[3] > 0
    assert calls == [3 // passes] * passes * 8
