import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from weights.server import NAME, Served, serve

from vostoolkit.networks.fusion import FusionNetwork
from vostoolkit.weights import FOLDER_VARIABLE, WEIGHTS


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The person's weights folder, which isn't there yet."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "weights"))
    return tmp_path / "weights"


@pytest.fixture(scope="session")
def content() -> bytes:
    """A checkpoint of MiVOS's fusion network."""
    held = io.BytesIO()
    torch.save(FusionNetwork().state_dict(), held)
    return held.getvalue()


@pytest.fixture
def served(content: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """The checkpoint at a server of this machine, of which the table of weights has the address."""
    with serve(Served(content)) as one:
        monkeypatch.setitem(WEIGHTS, NAME, replace(WEIGHTS[NAME], url=one.url, note=""))
        yield one
