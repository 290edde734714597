"""Clicks, boxes and masks as they are written on the command line."""

import argparse
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vostoolkit.data.folder import read_labels
from vostoolkit.errors import PromptError
from vostoolkit.prompts import Box, Click, Drawing, Prompt

_NUMBER = r"-?\d+(?:\.\d+)?"
_FORM = re.compile(rf"(?:(\d+):)?({_NUMBER}(?:,{_NUMBER})*)(?:@(\d+))?")


@dataclass(frozen=True)
class Mark:
    """Numbers for one object at one frame, such as ``2:312,140@10``."""

    object_id: int
    numbers: tuple[float, ...]
    frame: int


def point(text: str) -> Mark:
    """A point: ``X,Y``, ``OBJECT:X,Y``, either with ``@FRAME``."""
    return _mark(text, 2, "X,Y")


def rectangle(text: str) -> Mark:
    """A rectangle: ``L,T,R,B``, ``OBJECT:L,T,R,B``, either with ``@FRAME``."""
    return _mark(text, 4, "LEFT,TOP,RIGHT,BOTTOM")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Nothing; the parser takes marks."""
    group = parser.add_argument_group(
        "what to follow", "in pixels of the frame, x to the right, y down, counted from 0"
    )
    group.add_argument(
        "--click",
        type=point,
        action="append",
        default=[],
        metavar="[N:]X,Y[@FRAME]",
        help="a point on object N (1 if left out) in a frame (the first if left out); repeatable",
    )
    group.add_argument(
        "--not",
        dest="negative",
        type=point,
        action="append",
        default=[],
        metavar="[N:]X,Y[@FRAME]",
        help="a point that does not belong to object N; repeatable",
    )
    group.add_argument(
        "--box",
        type=rectangle,
        action="append",
        default=[],
        metavar="[N:]L,T,R,B[@FRAME]",
        help="a rectangle around object N; repeatable",
    )
    group.add_argument(
        "--mask",
        type=Path,
        metavar="FILE.png",
        help="a palette or grey PNG of the first frame's size; each value in it is an object",
    )


def prompts_of(args: argparse.Namespace) -> tuple[Prompt, ...]:
    """The prompts that the options describe.

    Raises:
        PromptError: a mask without any object, or an object id that can't be.
        VideoError: a mask file that can't be read.
    """
    prompts: list[Prompt] = []
    if args.mask is not None:
        labels = read_labels(args.mask)
        for object_id in np.unique(labels[labels > 0]).tolist():
            prompts.append(Drawing(0, object_id, labels == object_id))
        if not prompts:
            raise PromptError(f"the mask {args.mask} is all background: mark an object in it")
    for mark in args.box:
        left, top, right, bottom = mark.numbers
        prompts.append(Box(mark.frame, mark.object_id, left, top, right, bottom))
    for marks, positive in ((args.click, True), (args.negative, False)):
        for mark in marks:
            x, y = mark.numbers
            prompts.append(Click(mark.frame, mark.object_id, x, y, positive))
    return tuple(prompts)


def _mark(text: str, count: int, form: str) -> Mark:
    match = _FORM.fullmatch(text.strip().replace(" ", ""))
    numbers = tuple(float(n) for n in match[2].split(",")) if match else ()
    if match is None or len(numbers) != count:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not {form}; for object 2 write 2:{form}, for frame 10 {form}@10"
        )
    return Mark(int(match[1] or 1), numbers, int(match[3] or 0))
