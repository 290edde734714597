"""What a result says, in lines of text: for captions, for the widget, for people who can't see."""

from functools import singledispatch

from vostoolkit.arrays import ObjectId
from vostoolkit.prompts import (
    Absent,
    Box,
    Click,
    Drawing,
    Local,
    Prompt,
    Propagate,
    Release,
    Scribble,
    Skip,
)
from vostoolkit.results import (
    Checkpoint,
    Decision,
    MemoryUpdate,
    Propagation,
    PseudoClick,
    Refinement,
    Request,
    StageResult,
    Uncertainty,
)

_DONE = {"none": "go on", "pseudo": "give itself a click", "user": "ask a person"}


@singledispatch
def words(result: StageResult | Request | Checkpoint) -> tuple[str, ...]:
    """What the result says, a line per object or fact."""
    return ()


@words.register(Propagation)
@words.register(Checkpoint)
def _(result: Propagation | Checkpoint) -> tuple[str, ...]:
    pixels = result.masks.labels()
    return tuple(f"object {o}: {int((pixels == o).sum()):,} pixels" for o in result.masks.objects)


@words.register
def _(result: Uncertainty) -> tuple[str, ...]:
    return tuple(_scored(result, object_id) for object_id in result.score)


@words.register
def _(result: Decision) -> tuple[str, ...]:
    return tuple(
        f"object {o}: {_DONE[action]}" + (f" ({result.reason[o]})" if result.reason.get(o) else "")
        for o, action in result.action.items()
    )


@words.register
def _(result: PseudoClick) -> tuple[str, ...]:
    click, highest = result.click, float(result.product.max())
    return (
        f"object {click.object_id}: {_given(click)}, where distance × confidence is highest "
        f"({highest:.1f})",
    )


@words.register
def _(result: Refinement) -> tuple[str, ...]:
    before, after = result.before > 0.5, result.after > 0.5
    either = int((before | after).sum())
    share = int((before & after).sum()) / either if either else 1.0
    who = "the method's own" if result.by == "pseudo" else "a person's"
    given = ", ".join(_given(prompt) for prompt in result.prompts)
    return (
        f"object {result.object_id}: {who} {given}",
        f"{int((after & ~before).sum()):,} pixels added, {int((before & ~after).sum()):,} removed; "
        f"IoU of before and after {share:.2f}",
    )


@words.register
def _(result: MemoryUpdate) -> tuple[str, ...]:
    if result.tier is None:
        return (_because("nothing is stored", result.reason),)
    change = f"{result.tier} memory: {result.added:,} elements came in"
    if result.removed:
        change += f", {result.removed:,} left"
    return (_because(change, result.reason),)


@words.register
def _(result: Request) -> tuple[str, ...]:
    if result.kind == "object":
        return (_because("click on the objects to follow", result.reason),)
    if result.kind == "round":
        return (_because(f"round {result.round}", result.reason),)
    return (
        _because(f"object {result.object_id}: click on it, or on what it is not", result.reason),
    )


def _scored(result: Uncertainty, object_id: ObjectId) -> str:
    jump = result.jump.get(object_id)
    text = f"object {object_id}: S {result.score[object_id]:.3f}"
    text += ", no earlier score" if jump is None else f", ΔS {jump:+.3f}"
    return text + (", lost: its mask is empty" if object_id in result.lost else "")


def _given(prompt: Prompt) -> str:
    match prompt:
        case Click(x=x, y=y, positive=positive):
            return f"{'positive' if positive else 'negative'} click at ({x:.0f}, {y:.0f})"
        case Scribble(points=points, positive=positive):
            return f"{'positive' if positive else 'negative'} scribble of {len(points)} points"
        case Box(left=left, top=top, right=right, bottom=bottom):
            return f"box ({left:.0f}, {top:.0f}) to ({right:.0f}, {bottom:.0f})"
        case Drawing(mask=mask):
            return f"drawn mask of {int(mask.sum()):,} pixels"
        case Local(mark=mark):
            return f"{_given(mark)}, in a region only"
        case Absent():
            return "word that it is gone"
        case Skip():
            return "word to leave it"
        case Release():
            return "word to predict it again"
        case Propagate():
            return "word to carry it on"


def _because(text: str, reason: str) -> str:
    return f"{text}: {reason}" if reason else text
