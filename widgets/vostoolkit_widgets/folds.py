"""Parts that are made when a person unfolds them, and closed when they are folded away."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, runtime_checkable

import ipywidgets

from vostoolkit_widgets.assets import asset
from vostoolkit_widgets.bar import Bar


@runtime_checkable
class Part(Protocol):
    """A widget of ours: what is displayed, and how it ends."""

    @property
    def widget(self) -> ipywidgets.Widget:
        """What is displayed."""
        ...

    def close(self) -> None:
        """Nothing; takes it out of the page."""
        ...


class Folds:
    """A button per part; `widget` is displayed.

    ``makers`` make the parts; what they raise goes to ``failed``. Jobs go through ``later``.
    """

    def __init__(
        self,
        makers: Mapping[str, tuple[str, Callable[[], Part]]],
        *,
        later: Callable[[Callable[[], None]], None],
    ) -> None:
        self._makers = dict(makers)
        self._parts: dict[str, Part] = {}
        self._row = _Row(lambda name, value: later(lambda: self.toggle(name)))
        self._holder = ipywidgets.VBox()
        self.widget = ipywidgets.VBox([self._row, self._holder])
        self.widget.add_class("vos-folds")
        self._show()

    def part(self, name: str) -> Any:
        """A part that is unfolded, or None."""
        return self._parts.get(name)

    def toggle(self, name: str) -> None:
        """Nothing; unfolds a part, or folds it away."""
        if name in self._parts:
            self.put(name, None)
        else:
            self.put(name, self._makers[name][1]())

    def put(self, name: str, part: Part | None) -> None:
        """Nothing; a part is this one from now on, or with None folded away."""
        old = self._parts.pop(name, None)
        if part is not None:
            self._parts[name] = part
        self._show()
        if old is not None:
            old.close()

    def close(self) -> None:
        """Nothing; takes all out of the page."""
        for name in list(self._parts):
            self.put(name, None)
        for widget in (self._row, self._holder, self.widget):
            widget.close()

    def _show(self) -> None:
        names = [name for name in self._makers if name in self._parts]
        self._holder.children = [self._parts[name].widget for name in names]
        self._row.show(parts=[[name, tip] for name, (tip, _) in self._makers.items()], open=names)


class _Row(Bar):
    """The buttons that unfold."""

    _esm = asset("elements.js") + asset("folds.js")
