"""Rows of the paper's tables, from a grid to the page with the published values, in small."""

import json
from pathlib import Path

import pytest

from vostoolkit.experiments import (
    ROWS,
    beside_published,
    orderings,
    read_grid,
    read_results,
    run_grid,
)
from vostoolkit.experiments.comparison import HERE

GRIDS = Path(__file__).resolve().parents[2] / "examples" / "grids"
SMALL = {"clip": ["short-00", "short-04"], "max_frames": 5}


@pytest.mark.parametrize("table", ["1", "2", "s1", "s2"])
def test_the_grids_ask_for_rows_that_there_are(table) -> None:
    experiments = read_grid(GRIDS / f"lazy-xmem-table-{table}.toml")
    assert {str(e.parameters["row"]) for e in experiments} <= set(ROWS)
    assert len({e.parameters["clip"] for e in experiments}) == 40


def test_two_changes_make_it_the_real_thing(tmp_path) -> None:
    for clip in ("bear", "cat"):
        for kind in ("JPEGImages", "Annotations"):
            (tmp_path / "valid" / kind / clip).mkdir(parents=True)
    changes = {"dataset": "lvos-v1", "root": str(tmp_path), "preset": "paper"}
    experiments = read_grid(GRIDS / "lazy-xmem-table-1.toml", changes)
    assert {e.parameters["clip"] for e in experiments} == {"bear", "cat"}
    assert {e.parameters["preset"] for e in experiments} == {"paper"}


def test_a_small_table_from_end_to_end(tmp_path) -> None:
    changes = {**SMALL, "row": ["lazy-xmem-dagger", "rand-lazy-xmem"], "seed": 3}
    store = run_grid(read_grid(GRIDS / "lazy-xmem-table-1.toml", changes), tmp_path, jobs=2)
    assert store.table()["error"].tolist() == [""] * 4
    rows = read_results(tmp_path)
    for name in ("J", "F", "J&F", "R@0.1", "R@0.25", "R@0.5", "NoI", "dI_s", "NDI"):
        assert rows[name].notna().all(), name
    table = beside_published(rows, "1")
    assert sorted(table[HERE, "clips"]) == [0, 0, 0, 2, 2]  # rows that weren't run stand there too
    assert orderings(rows, "1")["clips"].tolist() == [2]


def test_online_and_figure_3_in_small(tmp_path) -> None:
    small = {"clip": ["short-00"], "max_frames": 6}
    slow = {**small, "row": "xmem", "fps": 30, "meanwhile": "wait"}
    online = read_grid(GRIDS / "online.toml", slow)
    figure = read_grid(GRIDS / "lazy-xmem-figure-3.toml", small)[1:]
    run_grid([*online, *figure], tmp_path, jobs=2)
    found = {}
    for path in tmp_path.glob("finished/*/summary.json"):
        found |= json.loads(path.read_text())
    # 0.1 s a frame against 1/30 s: after frame 1, at 4/30 s, comes frame 4, and then the last
    assert found["processed"] == 4
    assert found["dropped"] == pytest.approx(1 / 3)
    assert {"M-S", "M-S_R", "M-V", "M-V_R"} <= set(found)
