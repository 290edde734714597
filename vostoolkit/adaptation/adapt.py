"""Fine-tuning of the propagation network on clips made of a video's annotated frames.

Source: the study in the embedded networks' card; Khoreva et al., "Lucid Data Dreaming" (IJCV 2019),
for clips made of an annotated frame.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn

from vostoolkit.adaptation.gain import Gain, measure
from vostoolkit.adaptation.synthesis import Annotated, Synthesis, synthetic_batch
from vostoolkit.device import choose_device
from vostoolkit.frames import Video
from vostoolkit.networks.xmem import XMem
from vostoolkit.pictures.html import facts, img
from vostoolkit.pictures.layout import Picture
from vostoolkit.pictures.returned import ComingBack, returned_picture
from vostoolkit.stages.propagate_xmem import XMemPropagator
from vostoolkit.training.learn_propagation import batch_loss
from vostoolkit.training.loop import Budget, Loss, Optimisation, fit, start

_TRAINING_SHARE = 0.7
"""Of the progress; the rest is measuring before (half of it) and after."""


@dataclass(frozen=True, eq=False)
class Adapted:
    """A propagator for one video, and what it gained; it isn't used before a person says so."""

    propagator: XMemPropagator
    gain: Gain
    annotated: tuple[Annotated, ...]

    def picture(self, most: int = 3) -> Picture:
        """The annotated frames that came back worst: as annotated, and back before and after.

        Each mask was carried some frames on and back; dashed is what a person annotated.
        """
        before, after = self.gain.before.returned, self.gain.after.returned
        found = zip(self.annotated, before, after, strict=True)
        worst = sorted(found, key=lambda three: three[1].overlap)[:most]
        return returned_picture(
            [ComingBack(a.frame, a.image, (a.labels, b.labels, c.labels)) for a, b, c in worst]
        )

    def _repr_html_(self) -> str:
        """The gain as a small table and a picture; the last line of a cell shows them."""
        before, after = self.gain.before, self.gain.after
        verdict = "yes" if self.gain.is_worth_it else "no"
        title = "Adapted to this video: mean IoU before → after"
        table = facts(
            title,
            {
                "there and back": f"{before.there_and_back:.2f} → {after.there_and_back:.2f}",
                "on clips made of it": f"{before.synthetic:.2f} → {after.synthetic:.2f}",
                "worth switching in": verdict,
            },
        )
        return table.html + img(self.picture(), f"{title}, as masks: {self.gain}")


@dataclass(frozen=True, eq=False)
class _LearnVideo:
    """Makes its clips from annotated frames; batch norms stand still, for so few pictures."""

    annotated: Sequence[Annotated]
    synthesis: Synthesis
    clips: int
    frames: int
    told: Callable[[float], None]

    def __call__(self, network: nn.Module, rng: np.random.Generator, progress: float, /) -> Loss:
        self.told(progress)
        if not isinstance(network, XMem):
            raise TypeError(f"a {type(network).__name__} can't propagate: give an XMem network")
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()
        batch = synthetic_batch(
            rng, self.annotated, self.synthesis, clips=self.clips, frames=self.frames
        )
        device = next(network.parameters()).device
        return batch_loss(network, batch.to(device), progress=1.0)


def adapt(
    propagator: XMemPropagator,
    video: Video,
    annotated: Sequence[Annotated],
    *,
    steps: int = 60,
    learning_rate: float = 2e-4,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Adapted:
    """A copy of a propagator whose network knows this video better, with its measured gain.

    It trains for ``steps`` of 4 clips of 3 frames, about 10 s of a CPU for the embedded network.
    ``progress`` gets the share that is done, in [0, 1]; what it raises stops the work.

    Raises:
        ValueError: no annotated frames or no steps.
    """
    if not annotated or steps < 1:
        raise ValueError(f"{len(annotated)} annotated frames, {steps} steps: give 1 or more")

    def told(share: float) -> None:
        if progress is not None:
            progress(share)

    edge = (1 - _TRAINING_SHARE) / 2
    before = measure(propagator, video, annotated, progress=lambda s: told(edge * s))
    synthesis = Synthesis(short_side=propagator.short_side or min(annotated[0].labels.shape))
    learner = _LearnVideo(
        annotated, synthesis, 4, 3, lambda share: told(edge + _TRAINING_SHARE * share)
    )
    optimisation = Optimisation(learning_rate=learning_rate, warmup_steps=5, average=0.9)
    network = copy.deepcopy(propagator.network).requires_grad_()
    with torch.enable_grad():
        run = fit(
            start(network.to(choose_device(propagator.device)), optimisation),
            learner,
            budget=Budget(steps=steps),
            optimisation=optimisation,
            seed=seed,
        )
    if not isinstance(run.average, XMem):
        raise TypeError(f"training made a {type(run.average).__name__}")
    own = replace(propagator, network=run.average.eval())
    rest = 1 - edge
    after = measure(own, video, annotated, progress=lambda s: told(rest + edge * s))
    told(1.0)
    return Adapted(own, Gain(before, after), tuple(annotated))
