"""The Explorer's last row: work kept in a folder, and exported from a menu."""

from pathlib import Path

from vostoolkit.autosave import Autosave
from vostoolkit.errors import SessionError
from vostoolkit.session import Session
from vostoolkit_widgets.work import ExportMenu

_HINT = 'Not saved. Explorer(session, folder="work") keeps all that you do.'


class Keeping:
    """Keeps a session's work in a folder, if one is given, and offers to export it.

    Raises:
        SessionError: the folder holds other work, or another kernel keeps it.
    """

    def __init__(self, session: Session, folder: str | Path | None) -> None:
        self._folder = folder
        self._why_not = ""
        self._kept = None if folder is None else Autosave(session, folder)
        self.menu = ExportMenu(session, folder="export" if folder is None else f"{folder}/export")

    def of(self, session: Session) -> Autosave | None:
        """What keeps a session from now on; None if nothing does.

        One that takes another's place, as a branch does, is kept in its place.
        """
        kept, self._why_not = self._kept, ""
        if kept is None or not kept.is_open:  # another took the folder over
            return None
        if kept.session is not session:
            try:
                kept.follow(session)
            except SessionError as error:
                self._why_not = f"Not saved: {error}"
                return None
        return kept

    def show(self, session: Session) -> None:
        """Nothing; writes what is new, and says where this session's work is saved."""
        self.menu.session = session
        kept = self._kept
        if kept is None or not kept.is_open or kept.session is not session:
            self.menu.tell_kept(self._why_not or _HINT)
            return
        kept.keep()
        back = f" Its {kept.resumed} earlier prompts are back." if kept.resumed else ""
        names = " and ".join(kept.changed)
        other = f" Its {names} is no longer that of the code." if names else ""
        self.menu.tell_kept(f"Saved in {self._folder} as you go.{back}{other}")

    def close(self) -> None:
        """Nothing; saves once more, and ends an export."""
        self.menu.close()
        if self._kept is not None:
            self._kept.close()
