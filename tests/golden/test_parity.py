"""docs/parity.md, which `pytest tests/golden --parity` writes, tells of every golden."""

from golden.conftest import PAGE
from golden.goldens import HERE, SHARED, Seen
from golden.parity import page

INPUTS = {"scene.npz", "mivos_scene.npz"}


def test_every_golden_file_has_its_table():
    files = {path.name for folder in (HERE, SHARED) for path in folder.glob("*.npz")}
    text = PAGE.read_text(encoding="utf-8")
    assert not [name for name in sorted(files - INPUTS) if f"## {name}\n" not in text]


def test_no_difference_on_the_page_is_above_what_is_allowed():
    rows = [line.split("|") for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    assert len(rows) > 200
    assert not [row[1] for row in rows if float(row[2]) > float(row[4])]


def test_the_page_shows_the_worst_of_all_comparisons(monkeypatch):
    seen = [Seen("a.npz", "x", d, 2.0, 0.1) for d in (0.01, 0.03, 0.02)]
    monkeypatch.setattr("golden.parity.SEEN", [*seen, Seen("a.npz", "y", 0.0, 7.0, 0.0)])
    assert "| `x` | 0.03 | 2 | 0.1 |\n| `y` | 0 | 7 | 0 |" in page()
