"""``pytest tests/golden --parity`` writes docs/parity.md: every golden and the differences seen."""

from pathlib import Path

import pytest
from golden.parity import page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "parity.md"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--parity", action="store_true", help="write docs/parity.md from this run")


def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.config.getoption("--parity", default=False):
        PAGE.write_text(page(), encoding="utf-8")
