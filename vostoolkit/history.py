"""What was done to a run, thing by thing; each can be taken back and done again."""

from collections import deque
from typing import TypeAlias

from vostoolkit.answers import Answers, Group, is_commit
from vostoolkit.appearance import Appearance
from vostoolkit.arrays import ObjectId
from vostoolkit.checkpoints import Cursor
from vostoolkit.errors import PromptError, SessionError
from vostoolkit.prompts import Prompt, Propagate, Release
from vostoolkit.protocols import Event, place_of
from vostoolkit.runner import Runner

Point: TypeAlias = tuple[Cursor, Answers, Appearance]
"""Where a run stood, what was given to it, and what its objects looked like."""

DEPTH = 50_000
"""So many things can be taken back; each is some 100 bytes."""


class History:
    """Does things to a run and remembers where it stood before each of them.

    ``done`` counts what can be taken back, ``undone`` what was taken back and can be done again;
    that is over once something else is done.
    """

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self.appearance = Appearance()
        """Names and colours of objects, as they are now."""
        self._past: deque[Point] = deque(maxlen=DEPTH)
        self._future: list[Point] = []

    @property
    def answers(self) -> Answers:
        """All that was given and not taken back."""
        return self._runner.answers

    @property
    def done(self) -> int:
        """How many steps and answers can be taken back."""
        return len(self._past)

    @property
    def undone(self) -> int:
        """How many steps and answers that were taken back can be done again."""
        return len(self._future)

    @property
    def now(self) -> Point:
        """Where things stand."""
        return self._runner.cursor, self._runner.answers, self.appearance

    def step(self) -> Event:
        """The result of the next stage, or the request or checkpoint that comes next."""
        before = self.now
        event = self._runner.advance()
        self._add(before)
        return event

    def answer(self, prompts: tuple[Prompt, ...]) -> None:
        """Nothing; gives prompts, and takes the run back to the first frame of theirs it is past.

        They are put together with those that still wait at their frame. In rounds the run stays,
        and they belong to the present round, or the next if two of them would complete it.
        """
        before, runner = self.now, self._runner
        if not runner.in_rounds and any(isinstance(p, Propagate | Release) for p in prompts):
            raise PromptError("Propagate and Release are for methods in rounds: this one has none")
        if runner.in_rounds:
            self._give(self._round_for(prompts), prompts)
        else:
            frames = sorted({prompt.frame for prompt in prompts})
            if runner.last is not None and runner.last.frame > frames[0]:
                self._go_back_to(frames[0])
            for frame in frames:
                self._give(frame, tuple(p for p in prompts if p.frame == frame))
        self._add(before)

    def forget(self, object_id: ObjectId) -> None:
        """Nothing; takes an object's prompts away, and the run to before the first of them.

        A round that had no other prompts is left out.

        Raises:
            SessionError: it has none, or the video is a live stream.
        """
        before, runner = self.now, self._runner
        answers = runner.answers.without(object_id)
        if runner.in_rounds:
            answers = answers.without_empty_rounds()
        first = runner.answers.first_change(answers)
        if first is None:
            raise SessionError(f"no prompt was given on object {object_id}: nothing to forget")
        runner.check_can_go_back()
        if runner.last is not None and place_of(runner.last) >= first:
            self._go_back_to(first - 1)
        runner.answers = answers
        self._add(before)

    def describe(self, appearance: Appearance) -> None:
        """Nothing; objects have other names and colours; if they are the same, nothing was done."""
        if appearance != self.appearance:
            before = self.now
            self.appearance = appearance
            self._add(before)

    def rewind(self, place: int) -> None:
        """Nothing; goes back to the end of a finished frame or round, or to before the first.

        Raises:
            SessionError: it isn't finished yet, or the video is a live stream.
        """
        before, runner = self.now, self._runner
        if place >= runner.first and place > runner.cursor.place:
            raise SessionError(
                f"{runner.named(place)} isn't finished: rewind() goes back, "
                f"session.run(until={place}) on"
            )
        self._go_back_to(place)
        self._add(before)

    def back(self, count: int) -> None:
        """Nothing; takes back the last things that were done.

        Raises:
            SessionError: there aren't so many, or one is a step of a live stream.
        """
        if not 1 <= count <= self.done:
            if not self.done:
                raise SessionError("nothing to undo: no step or answer has been made")
            raise SessionError(
                f"undo({count}), but {self.done} steps and answers have been made: "
                f"give a count from 1 to {self.done}"
            )
        now, (cursor, answers, appearance) = self.now, self._past[-count]
        if cursor != self._runner.cursor:
            self._runner.check_can_go_back()
        self._runner.change(answers)
        self._runner.seek(cursor)
        self.appearance = appearance
        self._future.append(now)
        for _ in range(count - 1):
            self._future.append(self._past.pop())
        self._past.pop()

    def forth(self) -> None:
        """Nothing; does again what was taken back last.

        Raises:
            SessionError: nothing was, or something else was done since.
        """
        if not self._future:
            raise SessionError("nothing to redo: nothing was undone, or other things since")
        before, (cursor, answers, appearance) = self.now, self._future[-1]
        self._runner.change(answers)
        while self._runner.cursor < cursor:  # by steps, so that the trace sees each of them
            self._runner.advance()
        self._runner.seek(cursor)
        self.appearance = appearance
        self._future.pop()
        self._past.append(before)

    def _add(self, before: Point) -> None:
        self._past.append(before)
        self._future.clear()

    def _go_back_to(self, place: int) -> None:
        self._runner.go_to_end_of(place)
        self._runner.store.drop_from(place + 1)

    def _give(self, place: int, group: Group) -> None:
        runner = self._runner
        last = len(runner.answers.at(place)) - 1
        join = last if last >= 0 and not runner.is_used(place, last) else None
        runner.answers = runner.answers.added(place, group, join=join)

    def _round_for(self, prompts: Group) -> int:
        """The round that prompts belong to: one that two answers complete becomes two."""
        number, answers = self._runner.round, self._runner.answers
        while is_commit(prompts) and any(is_commit(group) for group in answers.at(number)):
            number += 1
        return number
