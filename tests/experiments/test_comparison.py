"""Results beside published ones: nothing mixed, differences clip by clip."""

import pandas as pd
import pytest

from vostoolkit.errors import ExperimentError
from vostoolkit.experiments import (
    CLAIMS,
    ROWS,
    TABLES,
    beside_published,
    orderings,
    read_results,
)
from vostoolkit.experiments.comparison import HERE, PAPER

SHARES = ("R@0.1", "R@0.25", "R@0.5")


def results(scores: dict[str, list[float]], noi: int = 3) -> pd.DataFrame:
    """A run for each row and clip: 2 objects, and ΔI as NoI corrections in 100 s a clip give it."""
    lines = [
        {
            "row": row,
            "clip": f"clip-{number}",
            "objects": 2,
            "J&F": score,
            **dict.fromkeys(SHARES, score),
            "NoI": noi * number,
            "dI_s": 200 / (noi * number + 2),
            "NDI_mean": 1.5,
        }
        for row, values in scores.items()
        for number, score in enumerate(values)
    ]
    return pd.DataFrame(lines)


def test_every_published_row_and_claim_is_one_that_can_be_run() -> None:
    for table, published in TABLES.items():
        assert set(published) <= set(ROWS)
        for better, worse in CLAIMS[table]:
            assert published[better].jf > published[worse].jf


def test_ours_and_theirs_have_columns_of_their_own() -> None:
    rows = results({"lazy-xmem": [0.5, 0.7], "lazy-xmem-lost": [0.6, 0.6]})
    table = beside_published(rows, "1")
    assert list(table.index) == [*TABLES["1"], "lazy-xmem-lost"]
    not_run = table.loc["lazy-qdmn"]
    assert (not_run[HERE, "clips"], not_run[HERE, "J&F"], not_run[HERE, "NoI"]) == (
        0,
        "not run",
        "–",
    )
    assert not_run[PAPER, "J&F"] == "52.7"
    ours, theirs = table.loc["lazy-xmem", HERE], table.loc["lazy-xmem", PAPER]
    assert ours["J&F"] == "60.0 [50.0, 70.0]"
    # 0 and 3 corrections on 2 objects each: 2 and 5 intervals in 200 s each
    assert (ours["clips"], ours["NoI"], ours["ΔI in s"]) == (2, "3", "57.1")
    assert (theirs["J&F"], theirs["NoI"], theirs["ΔI in s"], theirs["N_ΔI"]) == (
        "64.3",
        "325",
        "18.4",
        "5.02",
    )
    assert set(table.loc["lazy-xmem-lost", PAPER]) == {"–"}


def test_rows_of_two_tables_are_never_mixed() -> None:
    clicked = results({"xmem": [0.5, 0.6], "lazy-xmem": [0.6, 0.7]})
    masks = results({"xmem": [0.8, 0.9], "lazy-xmem": [0.7, 0.8]}).assign(first="masks")
    drawn = results({"xmem": [0.1, 0.2]}).assign(first="masks", user="mask")
    rows = pd.concat([clicked, masks, drawn])
    for table, mean in (("1", "55.0"), ("2", "55.0"), ("S1", "85.0"), ("S2", "15.0")):
        shown = beside_published(rows, table).loc["xmem"]
        assert shown[HERE, "clips"] == 2
        assert shown[HERE, "J&F"].startswith(mean)
    claim = "lazy-xmem > lazy-xmem-dagger"
    more = pd.concat([rows, results({"lazy-xmem-dagger": [0.6, 0.7]}).assign(first="masks")])
    assert claim not in orderings(more, "1").index
    assert orderings(more, "S1").loc[claim]["here"] == "holds"
    with pytest.raises(ExperimentError, match=r"S1 \(first=masks, user=simulated\)"):
        beside_published(clicked, "S1")


def test_a_row_without_a_person_has_no_work() -> None:
    table = beside_published(results({"xmem": [0.5, 0.6]}, noi=0), "1")
    assert table.loc["xmem", HERE]["NoI"] == "–"
    assert table.loc["xmem", PAPER]["NoI"] == "–"


def test_differences_are_taken_clip_by_clip() -> None:
    hard_and_easy = [0.1, 0.5, 0.9]
    rows = results(
        {
            "lazy-xmem": [score + 0.05 for score in hard_and_easy],
            "lazy-xmem-dagger": hard_and_easy,
            "rand-lazy-xmem": [0.2, 0.5, 0.8],
        }
    )
    found = orderings(rows, "1")
    held = found.loc["lazy-xmem > lazy-xmem-dagger"]
    assert held["here"] == "holds"
    assert held["difference here"] == "+5.0 [+5.0, +5.0]"
    assert held["published difference"] == "+7.9"
    assert found.loc["rand-lazy-xmem > lazy-xmem-dagger"]["here"] == "open"
    assert "lazy-xmem-dagger > xmem" not in found.index
    turned = rows.assign(**{"J&F": 1 - rows["J&F"]})
    assert orderings(turned, "1").loc["lazy-xmem > lazy-xmem-dagger"]["here"] == "reversed"


def test_results_are_read_from_a_table_and_what_is_missing_is_said(tmp_path) -> None:
    rows = results({"xmem": [0.5]})
    rows.to_csv(tmp_path / "results.csv", index=False)
    assert read_results(tmp_path / "results.csv")["J&F"].tolist() == [0.5]
    with pytest.raises(ExperimentError, match="no results in"):
        read_results(tmp_path)
    with pytest.raises(ExperimentError, match="no table '3': there are 1, 2, S1, S2"):
        beside_published(rows, "3")
    with pytest.raises(ExperimentError, match=r"lazy-xmem-table-2\.toml"):
        orderings(rows.assign(row="mine"), "2")
