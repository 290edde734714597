"""Cards of the embedded networks: what they are, their curve, every clip's score, and pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from statistics import fmean

from vostoolkit.pictures.html import encoded
from vostoolkit.pictures.layout import Picture
from vostoolkit.training.curve import points_in
from vostoolkit.training.judged import Scored
from vostoolkit.training.judged_report import Row
from vostoolkit.training.loop import CurvePoint

_LARGEST_BYTES = 600_000
_WIDTH, _HEIGHT = 640, 160


@dataclass(frozen=True, eq=False)
class Evidence:
    """What was measured of one network: table rows, a score for each clip, and a picture."""

    rows: Sequence[Row]
    clips: Mapping[str, float]
    sheet: Picture


def write_card(name: str, folder: Path, evidence: Evidence | None = None) -> Path:
    """The card `NAME.md`, with its pictures beside it, and with what was measured of it, if given.

    It begins with what was noted when the weights were exported, and takes the words on failures
    from `NAME.failures.md` in the same folder, which a person writes after looking.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shipped = files("vostoolkit") / "embedded"
    curve = shipped / f"{name}.curve.jsonl"
    parts = [(shipped / f"{name}.md").read_text().rstrip(), "## Curve"]
    if curve.is_file():
        drawing = curve_drawing(points_in(curve.read_text()))
        (folder / f"{name}-curve.svg").write_text(drawing)
        parts.append(f"![loss and IoU in training]({name}-curve.svg)")
    else:
        parts.append("These weights were exported without their curve.")
    if evidence is not None:
        kind, picture = encoded(evidence.sheet, _LARGEST_BYTES)
        (folder / f"{name}-clips.{kind}").write_bytes(picture)
        parts += ["## Scores", _table(evidence.rows)]
        parts += ["## Every procedural clip", _scores(evidence.clips)]
        parts.append(f"![the first clips, true masks in white]({name}-clips.{kind})")
    failures = folder / f"{name}.failures.md"
    if failures.is_file():
        parts += ["## Where it fails", failures.read_text().rstrip()]
    card = folder / f"{name}.md"
    card.write_text("\n\n".join(parts) + "\n")
    return card


def clip_scores(scored: Iterable[Scored]) -> dict[str, float]:
    """Mean J of each clip."""
    found: dict[str, list[float]] = {}
    for one in scored:
        found.setdefault(one.clip, []).append(one.j)
    return {clip: fmean(values) for clip, values in found.items()}


def curve_drawing(points: Sequence[CurvePoint]) -> str:
    """An SVG of loss (orange) and IoU in training (blue) over minutes, each scaled to its range."""
    parts: list[str] = []
    for name, colour, values in (
        ("loss", "#D55E00", [point.loss for point in points]),
        ("IoU", "#0072B2", [point.overlap for point in points]),
    ):
        last, low, high = points[-1].seconds, min(values), max(values)
        places = " ".join(
            f"{40 + (_WIDTH - 60) * point.seconds / max(last, 1e-9):.1f},"
            f"{_HEIGHT - 20 - (_HEIGHT - 40) * (value - low) / max(high - low, 1e-9):.1f}"
            for point, value in zip(points, values, strict=True)
        )
        parts.append(f'<polyline points="{places}" fill="none" stroke="{colour}"/>')
        y = 14 if name == "loss" else 28
        text = f"{name} {values[0]:.2f} to {values[-1]:.2f}"
        parts.append(f'<text x="{_WIDTH - 150}" y="{y}" fill="{colour}">{text}</text>')
    minutes = f"{points[-1].seconds / 60:.0f} minutes, {points[-1].step:,} steps"
    parts.append(f'<text x="40" y="{_HEIGHT - 4}">{minutes}</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'font-family="sans-serif" font-size="12">{"".join(parts)}</svg>\n'
    )


def _table(rows: Sequence[Row]) -> str:
    lines = ["| measure | by | clips | value | target | met |", "|---|---|---|---|---|---|"]
    return "\n".join([*lines, *("| " + " | ".join(row.cells()) + " |" for row in rows)])


def _scores(clips: Mapping[str, float]) -> str:
    return ", ".join(f"{clip} {value:.2f}" for clip, value in clips.items())
