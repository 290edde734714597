"""What the embedded networks reach on clips with ground truth; see the README beside this file."""

import argparse
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import torch

import vostoolkit as vos
from vostoolkit.arrays import Labels
from vostoolkit.data.folder import GroundTruth, open_masks
from vostoolkit.training.simulated_clicks import error_click

Carried = Iterable[Labels]
MOST_CLICKS = 5
FRAMES_CLICKED = 4


@dataclass(frozen=True)
class Clip:
    """A video of a folder and its ground truth."""

    name: str
    video: vos.Video
    truth: GroundTruth


def open_clip(folder: Path) -> Clip:
    video = vos.open_video(folder / "JPEGImages")
    return Clip(folder.name, video, open_masks(folder / "Annotations", video))


def first_labels(clip: Clip) -> Labels:
    labels = clip.truth.labels(0)
    if labels is None:
        raise SystemExit(f"{clip.name} has no mask for its first frame")
    return labels


def propagated(clip: Clip) -> Carried:
    """Labels carried on from the first frame's true ones by the embedded network."""
    propagator = vos.XMemPropagator.nano()
    rule = vos.LazyXMem.preset("nano").update
    first = vos.Masks.from_labels(first_labels(clip))
    state = propagator.start(clip.video[0], first.objects)
    _, state = propagator.memorise(clip.video[0], first, state, tier="permanent")
    for frame in list(clip.video)[1:]:
        result, state = propagator.propagate(frame, state)
        if frame.index % rule.every == 0:
            _, state = propagator.memorise(frame, result.masks, state, tier="working")
        yield result.masks.labels()


def flowed(clip: Clip) -> Carried:
    """The first labels moved along with OpenCV's dense flow: a bar to pass."""
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    masks = vos.Masks.from_labels(first_labels(clip))
    pmf = masks.pmf.numpy().transpose(1, 2, 0)
    before = cv2.cvtColor(clip.video[0].image, cv2.COLOR_RGB2GRAY)
    place = np.stack(np.meshgrid(*(np.arange(n) for n in before.shape[::-1])), -1)
    for frame in list(clip.video)[1:]:
        now = cv2.cvtColor(frame.image, cv2.COLOR_RGB2GRAY)
        source = (place + flow.calc(now, before, np.zeros((*now.shape, 2), np.float32))).astype(
            np.float32
        )
        pmf = cv2.remap(pmf, source, np.empty(0), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        before = now
        yield np.array((0, *masks.objects), np.uint8)[pmf.argmax(-1)]


def copied(clip: Clip) -> Carried:
    """The first labels in every frame: what must be beaten."""
    return (first_labels(clip) for _ in range(1, len(clip.video)))


def mean_overlap(clip: Clip, carried: Carried) -> float:
    """Mean J over objects and annotated frames after the first."""
    objects = [int(o) for o in np.unique(first_labels(clip)) if o]
    scores = []
    for index, ours in enumerate(carried, start=1):
        truth = clip.truth.labels(index)
        if truth is not None:
            scores += [overlap(ours == o, truth == o) for o in objects]
    return float(np.mean(scores))


def overlap(ours: np.ndarray, truth: np.ndarray) -> float:
    union = int((ours | truth).sum())
    return float((ours & truth).sum() / union) if union else 1.0


def clicked(clip: Clip, refiner: Callable[..., vos.Refinement]) -> list[list[float]]:
    """IoU after each of five clicks, for every object of a few annotated frames."""
    frames = clip.truth.frames[:: max(1, len(clip.truth.frames) // FRAMES_CLICKED)]
    curves = []
    for index in frames[:FRAMES_CLICKED]:
        labels = clip.truth.labels(index)
        if labels is None:
            continue
        for object_id in np.unique(labels[labels > 0]):
            wanted = (labels == object_id).astype(np.uint8)
            if int(wanted.sum()) >= 200:
                curves.append(click_curve(clip.video[index], wanted, refiner))
    return curves


def click_curve(
    frame: vos.Frame, truth: np.ndarray, refiner: Callable[..., vos.Refinement]
) -> list[float]:
    masks, clicks, scores = None, [], []
    for _ in range(MOST_CLICKS):
        now = np.zeros_like(truth) if masks is None else (masks.of(1) > 0.5).byte().numpy()
        click = error_click(truth, now)
        if click is not None:
            x, y, positive = click.x, click.y, click.positive
            clicks.append(vos.Click(frame.index, 1, x, y, positive=positive))
        after = refiner(frame, 1, tuple(clicks), masks).after
        masks = vos.Masks.empty(frame.size, (1,)).replaced(1, after)
        scores.append(overlap((after > 0.5).numpy(), truth > 0))
    return scores


def click_table(clips: list[Clip]) -> pd.DataFrame:
    refiners = {"click network": vos.ClickRefiner(), "GrabCut": vos.GrabCutRefiner()}
    rows = {}
    for name, refiner in refiners.items():
        curves = [c for clip in clips for c in clicked(clip, partial(refiner))]
        means = np.mean(curves, axis=0)
        rows[name] = {f"{n} clicks": means[n - 1] for n in (1, 3, 5)} | {"objects": len(curves)}
    return pd.DataFrame(rows).T


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, help="JPEGImages and Annotations in each")
    clips = [open_clip(folder) for folder in parser.parse_args().folders]
    torch.set_num_threads(1)
    methods = {"nano": propagated, "dense flow": flowed, "first mask copied": copied}
    scores = {
        name: {clip.name: mean_overlap(clip, method(clip)) for clip in clips}
        for name, method in methods.items()
    }
    table = pd.DataFrame(scores).T
    print(table.assign(mean=table.mean(axis=1)).round(3).to_string())
    print(click_table(clips).round(3).to_string())
    return 0


if __name__ == "__main__":
    sys.exit(main())
