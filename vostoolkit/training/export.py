"""From a checkpoint to weights that can be shipped: safetensors, and a card that explains them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors.torch import save_file  # pyright: ignore[reportUnknownVariableType]
from torch import Tensor, nn

from vostoolkit.data.synthetic.clip import EVALUATION_SEEDS, TRAINING_SEEDS
from vostoolkit.training.held_out import Score, held_out_scores
from vostoolkit.training.loop import Files, Trained
from vostoolkit.training.recipes import Recipe
from vostoolkit.training.train import RunFacts, facts_of, find_recipe, resumed

_LIMITS: Mapping[str, str] = {
    "nano": "Made to try and to teach, not to compete: it has seen drawings and views of models, "
    "nothing that was filmed. It loses objects smaller than about 1,000 pixels of a 480p picture, "
    "blurs thin parts, and mixes up look-alikes that touch. Works at a short side of 288 pixels.",
    "click": "Made to try and to teach: it has only ever seen drawn things. One click on a thing "
    "of several materials may find the clicked part alone; thin legs, and things under about 1,000 "
    "pixels of a 480p picture, need several clicks. A further click helps more often than not, not "
    "always. Works at a short side of 160 pixels and once more close up.",
    "quality-nano": "It says how good a mask is on average, but orders the frames of a clip worse "
    "than the masked entropy does, which needs no network. Its features choose frames for "
    "EVA-VOS little better than chance does. It has only seen masks that nano spoilt.",
    "policy-nano": "Learned from simulated annotators on drawn clips, with the costs of "
    "`users.ANNOTATION_S`: other costs or other networks need another policy. It earns about half "
    "of what an oracle does.",
    "fusion-nano": "Between two annotated frames it is a little better than blending by distance, "
    "which needs no network; both are far better than taking the newer mask. Trained on pairs that "
    "nano carried: for another propagator train another.",
    "aot-nano": "Trained for 4,000 steps on one core, and still getting better when they ended: "
    "its masks are worse than those of nano, XMem's small network, for which ten objects cost "
    "several times as much as one. Two to four objects were in sight when it learned.",
}


def export(run: Path | str, out: Path | str, *, clips: int = 16) -> Path:
    """The path of `NAME.safetensors`, written into `out` with `NAME.md` and `NAME.curve.jsonl`.

    Takes the averaged weights; wide tensors are stored as float16, the rest as it is. The card's
    scores are measured here, on `clips` clips that no training has seen.

    Raises:
        FileNotFoundError: there is no run in this folder, or it has no checkpoint yet.
    """
    folder, target = Path(run), Path(out)
    files, facts = Files(folder), facts_of(folder)
    if not files.checkpoint.is_file():
        raise FileNotFoundError(f"{files.checkpoint} isn't there: train for a minute first")
    recipe = find_recipe(facts.recipe)
    trained = resumed(recipe, files, seed=facts.seed, device="cpu")
    target.mkdir(parents=True, exist_ok=True)
    weights = target / f"{recipe.name}.safetensors"
    save_file(
        shipped(trained.average),
        weights,
        metadata={"recipe": recipe.name, "steps": str(trained.step)},
    )
    with torch.no_grad():
        scores = held_out_scores(trained.average, clips=clips)
    card = model_card(recipe, facts, trained, scores)
    (target / f"{recipe.name}.md").write_text(card)
    if files.curve.is_file():
        (target / f"{recipe.name}.curve.jsonl").write_text(files.curve.read_text())
    return weights


def shipped(network: nn.Module) -> dict[str, Tensor]:
    """The network's tensors as they are stored: convolutions and matrices in float16."""
    return {
        name: (value.half() if value.is_floating_point() and value.ndim > 1 else value).contiguous()
        for name, value in network.state_dict().items()
    }


def _drawn(recipe: Recipe) -> str:
    if not recipe.plan.staged_share:
        return "no photograph, no video"
    return (
        "with things cut out of free drawings (`embedded/cutouts.md`), views of free models "
        "(`embedded/models.md`) and photographed places (`embedded/panoramas.md`); no other "
        "photograph, no video"
    )


def model_card(recipe: Recipe, facts: RunFacts, run: Trained, scores: tuple[Score, ...]) -> str:
    """What the weights are, how they were made, what they reach and where they fail."""
    parameters = sum(p.numel() for p in run.network.parameters())
    plan = ", ".join(f"{name} {value}" for name, value in asdict(recipe.plan).items())
    rows = "\n".join(f"| {s.what} | {s.value:.3f} | {s.clips} |" for s in scores)
    return f"""# {recipe.name}: embedded weights

Written by `vostoolkit.training.export`; don't edit.

| | |
|---|---|
| network | {type(run.network).__name__}, {parameters:,} parameters |
| data | procedural clips only (`vostoolkit.data.synthetic`): {plan}; {_drawn(recipe)} |
| seeds | training {facts.seed}; clips from {TRAINING_SEEDS.start:,} on, scores from clips \
{EVALUATION_SEEDS.start:,} on, below {EVALUATION_SEEDS.stop:,} |
| optimisation | AdamW {recipe.optimisation.learning_rate:g}, cosine, average \
{recipe.optimisation.average:g}, bfloat16 autocast |
| length | {run.step:,} steps, {run.seconds / 60:.0f} minutes of wall time on a shared machine |
| machine | {facts.device}, {facts.machine}, {facts.processes} process(es) |
| began with | {facts.began_with or recipe.begins_with} |
| history | {facts.note or "one run"} |
| again | `vostoolkit train {recipe.name}` (then `vostoolkit.training.export`) |
| licence | Apache-2.0, as the project |

## Scores on held-out procedural clips

| measure | value | clips |
|---|---|---|
{rows}

## Limits

{_LIMITS.get(recipe.name, "Not examined.")}
"""
