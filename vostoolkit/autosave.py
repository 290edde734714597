"""Work that outlives its kernel: what a person does is on disk before it is computed with."""

import json
import time
import weakref
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from typing import Any

from vostoolkit import storage
from vostoolkit.answers import Answers, Group
from vostoolkit.appearance import Appearance
from vostoolkit.errors import SessionError
from vostoolkit.frames import Video
from vostoolkit.journal import Journal
from vostoolkit.method_changes import changes_between, with_changes
from vostoolkit.prompt_json import (
    answers_from_json,
    answers_to_json,
    group_from_json,
    group_to_json,
)
from vostoolkit.results import Checkpoint
from vostoolkit.session import Session

JOURNAL = "journal.jsonl"
"""The file with all that a person did, a line for each thing."""

_OFTEN_S, _SELDOM_S = 5.0, 30.0
_SHARE = 20
"""At most one part in so many of the time goes into saving."""

_keepers: "weakref.WeakValueDictionary[Path, Autosave]" = weakref.WeakValueDictionary()
"""Who keeps each folder in this process: a cell that is run again takes it over."""


@dataclass(frozen=True)
class Work:
    """What a person did, as the journal has it.

    ``given`` are groups of prompts by place, ``waiting`` those that weren't taken yet; ``changes``
    are those of the method, where a branch was gone on with.
    """

    given: Mapping[str, Any] = field(default_factory=dict[str, Any])
    waiting: tuple[list[dict[str, Any]], ...] = ()
    appearance: Appearance | None = None
    changes: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def after(self, line: Mapping[str, Any]) -> "Work":
        """The work with one more line of the journal."""
        if "answers" in line:
            kept = {p: self.given[p][:count] for p, count in line.get("kept", {}).items() if count}
            new: dict[str, Any] = line["answers"]
            return self._with_answers({p: kept.get(p, []) + groups for p, groups in new.items()})
        if "method" in line:
            return replace(self, changes=line["method"])
        if "given" in line:
            return replace(self, waiting=(*self.waiting, line["given"]))
        if "refused" in line:
            waiting = tuple(group for group in self.waiting if group != line["refused"])
            return replace(self, waiting=waiting)
        return replace(self, appearance=Appearance.from_json(line["appearance"]))

    def _with_answers(self, changed: Mapping[str, Any]) -> "Work":
        """With other groups at some places; as many that wait are taken as are new there."""
        old = {place: self.given.get(place, []) for place in changed}
        fresh, waiting = _counted(changed) - _counted(old), list[list[dict[str, Any]]]()
        for group in self.waiting:
            own = _counted({"": [group]})
            if own <= fresh:
                fresh -= own
            else:
                waiting.append(group)
        given = {place: groups for place, groups in {**self.given, **changed}.items() if groups}
        return replace(self, given=given, waiting=tuple(waiting))

    @cached_property
    def answers(self) -> Answers:
        """The prompts that were taken."""
        return answers_from_json(dict(self.given))

    @property
    def prompts(self) -> int:
        """How many there are."""
        return len(tuple(self.answers)) + sum(map(len, self.waiting))


class Autosave:
    """Keeps a session's work in a folder, and goes on with the work that it finds there.

    Prompts, names and colours are on disk at once; masks and the state to go on from when the run
    pauses, and every half minute. A kernel that is killed costs what was computed since, and
    nothing that a person did. The same lines of code resume it, with a new session.

    Raises:
        SessionError: the folder holds other work than the session's, or another kernel keeps it; or
            the video is a live stream.

    Example:
        >>> session = Session(LazyXMem.preset("nano"), open_video("flies.mp4"))
        >>> kept = Autosave(session, "work/flies")
    """

    def __init__(self, session: Session, folder: str | Path) -> None:
        if not isinstance(session.video, Video):
            raise SessionError("a live stream can't be gone on with: record it to a file first")
        self.folder = Path(folder).expanduser().resolve()
        self.session = session
        if (other := _keepers.get(self.folder)) is not None:
            other.close()
        self._method = session.method
        self._journal = Journal(self.folder / JOURNAL)
        try:
            found = self._found()
            self._resume(found)
        except BaseException:
            self._journal.close()
            raise
        _keepers[self.folder] = self
        self.resumed = found.prompts
        """How many prompts were in the folder already."""
        self.changed = tuple(found.changes)
        """The fields of the method that were changed when a branch was gone on with."""
        self._answers, self._appearance = found.answers, found.appearance
        self._saved_event, self._saved_at, self._cost_s = session.last, time.monotonic(), 0.0
        session.watchers.append(self.keep)
        self.keep()

    @property
    def is_open(self) -> bool:
        """Whether it still keeps the session; another session may have taken the folder over."""
        return self._journal.is_open

    def give(self, prompts: Group) -> None:
        """Nothing; these prompts are about to be given to the session, and won't be lost."""
        self._journal.write({"given": group_to_json(prompts)})

    def refuse(self, prompts: Group) -> None:
        """Nothing; the session refused these prompts."""
        self._journal.write({"refused": group_to_json(prompts)})

    def keep(self) -> None:
        """Nothing; what was done since is on disk. A session calls it after each change."""
        if not self.is_open:
            return
        now = self.session.history.answers
        if kept := _kept(self._answers, now):
            new = {place: now.at(place)[count:] for place, count in kept.items()}
            self._journal.write({"answers": answers_to_json(Answers(new)), "kept": kept})
            self._answers = now
        appearance = self.session.appearance
        if appearance != (self._appearance or Appearance()):
            self._journal.write({"appearance": appearance.to_json()})
            self._appearance = appearance
        if self.session.last is not self._saved_event and self._is_due():
            self.save()

    def follow(self, session: Session) -> None:
        """Nothing; keeps another session of the video from now on, as a branch that is taken.

        Its thresholds and weights of networks are on disk as well, for the same lines of code to
        go on with.

        Raises:
            SessionError: its method differs in more than these from that of the lines of code.
        """
        with self.session.turn, session.turn:
            changes = changes_between(self._method, session.method, self.folder)
            self.session.watchers.remove(self.keep)
            self.session, self.changed = session, tuple(changes)
            (self.folder / storage.INDEX).unlink(missing_ok=True)  # a state of another method
            self._journal.write({"method": changes})
            session.watchers.append(self.keep)
            self.keep()
            self.save()

    def save(self) -> None:
        """Nothing; masks and state are on disk as well."""
        start = time.monotonic()
        self.session.save(self.folder)
        self._saved_event, self._saved_at = self.session.last, time.monotonic()
        self._cost_s = self._saved_at - start

    def close(self) -> None:
        """Nothing; saves once more, and the folder is free for others."""
        with self.session.turn:
            if self.is_open and self.session.last is not self._saved_event:
                self.save()
            self._journal.close()
            if self.keep in self.session.watchers:
                self.session.watchers.remove(self.keep)

    def _found(self) -> Work:
        """The work in the folder; a new journal begins with what it is for."""
        session, work = self.session, Work()
        own = storage.described(session.method, session.video)
        if not self._journal.lines:
            self._journal.write({"work": own})
            return work
        first, *lines = self._journal.lines
        storage.check_belongs(self._journal.path, first.get("work", {}), own)
        for line in lines:
            work = work.after(line)
        return work

    def _resume(self, found: Work) -> None:
        """Nothing; a new session stands where the work had come to.

        Raises:
            SessionError: the session has begun, and its prompts aren't those of the folder.
        """
        session = self.session
        if session.last is not None or session.prompts:
            own = answers_to_json(session.history.answers)
            if found.prompts and answers_to_json(found.answers) != own:
                raise SessionError(
                    f"{self.folder} holds other work, of {found.prompts} prompts, than this "
                    "session: go on with it in a new Session(method, video), or give another folder"
                )
            return
        is_saved = (self.folder / storage.INDEX).is_file()
        has_work = len(self._journal.lines) > 1  # or a kernel was killed before it took it over
        method = with_changes(session.method, found.changes, self.folder)
        session.restore(self.folder, found.answers if has_work or not is_saved else None, method)
        if found.appearance is not None:
            session.appearance = found.appearance
        for group in found.waiting:
            session.answer(*group_from_json(group))

    def _is_due(self) -> bool:
        session = self.session
        is_pause = session.request is not None or session.finished
        if not is_pause and not isinstance(session.last, Checkpoint):
            return False
        waited = time.monotonic() - self._saved_at
        return waited > max(_OFTEN_S if is_pause else _SELDOM_S, _SHARE * self._cost_s)


def _counted(groups: Mapping[str, Any]) -> Counter[str]:
    """How often each prompt is in groups of JSON by place."""
    return Counter(json.dumps(p) for of_place in groups.values() for g in of_place for p in g)


def _kept(before: Answers, now: Answers) -> dict[int, int]:
    """The places whose groups are others now, and how many of the first are as they were."""
    places = sorted({*before.groups, *now.groups})
    pairs = {place: (before.at(place), now.at(place)) for place in places}
    return {
        place: sum(1 for _ in takewhile(lambda two: two[0] == two[1], zip(*groups, strict=False)))
        for place, groups in pairs.items()
        if groups[0] != groups[1]
    }
