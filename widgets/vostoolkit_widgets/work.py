"""The Explorer's row of work: what is saved where, and the menu that exports masks."""

import time
from pathlib import Path
from typing import Any

from vostoolkit.data.exporting import FORMATS, Progress, are_soft, existing, exporting
from vostoolkit.data.footage import footage_of
from vostoolkit.session import Session
from vostoolkit_widgets.assets import asset
from vostoolkit_widgets.bar import Bar
from vostoolkit_widgets.errand import Errand

_PACE_S = 0.1
_CHOSEN = ("palette", "coco")


class ExportMenu(Errand):
    """Exports a session's masks: formats to choose, a folder, a bar with the time left, stop.

    What is in the folder already is replaced only after a question.

    Example:
        >>> ExportMenu(session, folder="out/flies")
    """

    def __init__(
        self,
        session: Session,
        *,
        folder: str | Path = "export",
    ) -> None:
        self._asked: tuple[Path, list[str]] | None = None
        self._is_wanted = False
        row = _Row(
            self._pressed,
            kept="",
            formats=[[name, form.summary, form.output] for name, form in FORMATS.items()],
            chosen=list(_CHOSEN),
            folder=str(folder),
            doing="",
            share=None,
            question="",
            told="",
            wrong=False,
        )
        row.add_class("vos-work")
        super().__init__(session, row, thread="vostoolkit-export")

    def tell_kept(self, text: str) -> None:
        """Nothing; says where the work is saved."""
        self.row.show(kept=text)

    def export(self, folder: str | Path, formats: list[str], *, overwrite: bool = False) -> None:
        """Nothing; begins to export, or asks first where something would be replaced."""
        place = Path(folder).expanduser()
        there = () if overwrite else existing(place, [f for f in formats if f in FORMATS])
        self._asked = (place, formats) if there else None
        are = "is" if len(there) == 1 else "are"
        text = f"{_listed(there)} {are} in {place} already. Replace?" if there else ""
        self.row.show(folder=str(folder), chosen=formats, question=text, told="", wrong=False)
        if not there:
            self._is_wanted = True
            self._worker.post(lambda: self._export(place, formats, overwrite=overwrite))

    def stop(self) -> None:
        """Nothing; ends the export after the frame at work, as if it had never begun."""
        self._is_wanted = False

    def _pressed(self, name: str, value: Any) -> None:
        match name, self._asked:
            case "export", _:
                self.export(str(value["folder"]).strip(), [str(f) for f in value["formats"]])
            case "replace", (folder, formats):
                self.export(folder, formats, overwrite=True)
            case "stop", _:
                self.stop()
            case _:
                self._asked = None
                self.row.show(question="")

    def _export(self, folder: Path, formats: list[str], *, overwrite: bool) -> None:
        footage, shown_at = footage_of(self.session, is_soft=are_soft(formats)), 0.0
        steps = exporting(footage, folder, formats, overwrite=overwrite)
        for step in steps:
            if not self._is_wanted:
                steps.close()
                self._end(f"Stopped: nothing was written to {folder}.")
                return
            if time.monotonic() - shown_at > _PACE_S:
                shown_at = time.monotonic()
                self._show(step)
        outputs = _listed([FORMATS[name].output for name in formats])
        self._end(f"{footage.count} frames are in {folder.resolve()}: {outputs}.")

    def _show(self, step: Progress) -> None:
        self.row.show(doing=str(step), share=step.done / step.total)

    def _end(self, told: str, *, wrong: bool = False) -> None:
        self.row.show(doing="", share=None, told=told, wrong=wrong)

    def _complain(self, text: str) -> None:
        self._end(text, wrong=True)


class _Row(Bar):
    _esm = asset("elements.js") + asset("work.js")


def _listed(outputs: tuple[str, ...] | list[str]) -> str:
    return " and ".join([", ".join(outputs[:-1]), outputs[-1]] if outputs[1:] else outputs)
