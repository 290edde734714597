"""The Explorer's row of work: what is saved where, and the menu that exports masks."""

import time
from pathlib import Path
from typing import Any

import ipywidgets

from vostoolkit.data.exporting import FORMATS, Progress, are_soft, existing, exporting
from vostoolkit.data.footage import footage_of
from vostoolkit.errors import VostoolkitError
from vostoolkit.session import Session
from vostoolkit_widgets import wording
from vostoolkit_widgets.assets import asset
from vostoolkit_widgets.bar import Bar
from vostoolkit_widgets.bundle import bundle_of
from vostoolkit_widgets.closing import close_all
from vostoolkit_widgets.style import style
from vostoolkit_widgets.worker import Worker

_PACE_S = 0.1
_CHOSEN = ("palette", "coco")


class ExportMenu:
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
        self.session = session
        self._worker = Worker("vostoolkit-export", self._failed)
        self._asked: tuple[Path, list[str]] | None = None
        self._is_wanted = False
        self.row = _Row(
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
        self.row.add_class("vos-work")
        self.widget = ipywidgets.VBox([style(), self.row])

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

    def wait(self, timeout_s: float) -> bool:
        """Whether what was begun ended in time."""
        return self._worker.wait(timeout_s)

    def close(self) -> None:
        """Nothing; stops, and takes it out of the page."""
        self.stop()
        self._worker.close()
        close_all(self.widget)

    def __repr__(self) -> str:
        return f"ExportMenu({wording.summary(self.session)})"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """The widget, and a line of text for pages that have no kernel."""
        return bundle_of(self.widget, repr(self), None)

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

    def _failed(self, error: Exception) -> None:
        is_ours = isinstance(error, VostoolkitError)
        self._end(str(error) if is_ours else f"{type(error).__name__}: {error}", wrong=True)


class _Row(Bar):
    _esm = asset("elements.js") + asset("work.js")


def _listed(outputs: tuple[str, ...] | list[str]) -> str:
    return " and ".join([", ".join(outputs[:-1]), outputs[-1]] if outputs[1:] else outputs)
