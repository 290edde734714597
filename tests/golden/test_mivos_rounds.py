"""The method MiVOS whole, driven by a session, against the published loop's two rounds."""

import numpy as np
import torch
from golden.goldens import golden
from golden.mivos_runs import OBJECTS, drawn, frame, fusion_network, propagator

from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.methods.mivos import MiVOS
from vostoolkit.prompts import Drawing, Prompt, Propagate
from vostoolkit.results import Refinement
from vostoolkit.session import Session
from vostoolkit.stages.fuse import DifferenceAwareFusion
from vostoolkit.video import open_video

COUNT, UNDECIDED = 12, 4e-3


def as_drawn(
    frame: Frame, object_id: int, prompts: tuple[Prompt, ...], masks: Masks | None, /
) -> Refinement:
    """A refiner for drawings alone."""
    (prompt,) = prompts
    after = torch.from_numpy(prompt.mask).float()
    return Refinement(
        frame=frame.index, object_id=object_id, prompts=prompts, before=after, after=after
    )


def test_two_rounds_of_the_method_are_those_of_the_release():
    given = golden("mivos_core.npz")
    fuse = DifferenceAwareFusion(propagator(), fusion_network(), top_k=None)
    method = MiVOS(propagator(), as_drawn, fuse=fuse, every=int(given["mem_freq"]))
    session = Session(method, open_video(np.stack([frame(t).image for t in range(COUNT)])))
    for number, corrected in ((1, 0), (2, 8)):
        labels = drawn(corrected).labels()
        session.answer(*(Drawing(corrected, o, labels == o) for o in OBJECTS), Propagate())
        session.run()
        album = session._runner.store.nearest(session._runner.cursor).checkpoint.state.album
        pmf = torch.stack([album.masks(t).pmf for t in range(COUNT)], 1)
        assert np.abs(pmf[..., ::2, ::2].numpy() - given[f"prob_round{number}"]).mean() < 1e-4
        found = np.stack([session.labels(t) for t in range(COUNT)])
        first, second = pmf.topk(2, 0)[0]
        is_flipped = found != given[f"masks_round{number}"]
        assert is_flipped.mean() < 1e-3
        assert ((first - second)[torch.from_numpy(is_flipped)] < UNDECIDED).all()
