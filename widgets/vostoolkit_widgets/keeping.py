"""The Explorer's last row: work kept in a folder, and exported from a menu."""

from pathlib import Path

from vostoolkit.autosave import Autosave
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
        self._kept = None if folder is None else Autosave(session, folder)
        self.menu = ExportMenu(session, folder="export" if folder is None else f"{folder}/export")

    def of(self, session: Session) -> Autosave | None:
        """What keeps a session; None if nothing does."""
        return self._kept if self._kept is not None and self._kept.session is session else None

    def show(self, session: Session) -> None:
        """Nothing; writes what is new, and says where this session's work is saved."""
        self.menu.session = session
        kept = self.of(session)
        if kept is None or not kept.is_open:
            self.menu.tell_kept(_HINT)
            return
        kept.keep()
        back = f" Its {kept.resumed} earlier prompts are back." if kept.resumed else ""
        self.menu.tell_kept(f"Saved in {self._folder} as you go.{back}")

    def close(self) -> None:
        """Nothing; saves once more, and ends an export."""
        self.menu.close()
        if self._kept is not None:
            self._kept.close()
