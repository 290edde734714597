"""Parts that are made when a person unfolds them, and closed when they are folded away."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, runtime_checkable

import ipywidgets

from vostoolkit_widgets.assets import asset
from vostoolkit_widgets.bar import Bar
from vostoolkit_widgets.closing import close_all


@runtime_checkable
class Part(Protocol):
    """A widget of ours: what is displayed, and how it ends."""

    @property
    def widget(self) -> ipywidgets.DOMWidget:
        """What is displayed."""
        ...

    def close(self) -> None:
        """Nothing; takes it out of the page."""
        ...


class Folds:
    """A button per part; `widget` is displayed.

    ``makers`` make the parts. Jobs go through ``later``.

    What the page still makes must not be taken out of it: a box of ipywidgets whose children come
    after it is gone throws an error there, and so does a model that is closed before the page got
    to it. So a part that is folded away is hidden at first, and closed when the page says that it
    has made this very part.
    """

    def __init__(
        self,
        makers: Mapping[str, tuple[str, Callable[[], Part]]],
        *,
        later: Callable[[Callable[[], None]], None],
    ) -> None:
        self._makers = dict(makers)
        self._parts: dict[str, Part] = {}
        self._numbers: dict[str, int] = {}
        self._leaving: dict[int, tuple[str, Part]] = {}
        self._made, self._has_page = 0, False
        self._row = _Row(lambda name, value: later(lambda: self._pressed(name, value)))
        self._places = {name: ipywidgets.VBox() for name in makers}  # a place's own views stay
        for place in self._places.values():
            place.add_class("vos-fold")
        self.widget = ipywidgets.VBox([self._row, *self._places.values()])
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
        if old is not None:
            old.widget.add_class("vos-folded")
            self._leaving[self._numbers[name]] = name, old
        if part is not None:
            self._made += 1
            self._parts[name], self._numbers[name] = part, self._made
            part.widget.add_class(f"vos-part-{self._made}")
        self._show()
        if not self._has_page:
            self._clear(*self._leaving)

    def close(self) -> None:
        """Nothing; takes all out of the page."""
        self._has_page = False
        for name in self._makers:
            self.put(name, None)
        close_all(self.widget)

    def _pressed(self, name: str, value: Any) -> None:
        """Nothing; a button was pressed, or the page is there and has made parts that leave."""
        if name != "made":
            self.toggle(name)
            return
        self._has_page = True
        self._clear(*value)

    def _clear(self, *numbers: int) -> None:
        """Nothing; closes parts that were folded away."""
        left = [self._leaving.pop(number) for number in numbers if number in self._leaving]
        if left:
            self._show()
        for _, part in left:
            part.close()

    def _show(self) -> None:
        names = [name for name in self._makers if name in self._parts]
        for name, place in self._places.items():
            now = [self._parts[name]] if name in names else []
            old = [part for whose, part in self._leaving.values() if whose == name]
            place.children = [part.widget for part in (*old, *now)]
        self._row.show(
            parts=[[name, tip] for name, (tip, _) in self._makers.items()],
            open=names,
            leaving=list(self._leaving),
        )


class _Row(Bar):
    """The buttons that unfold."""

    _esm = asset("elements.js") + asset("folds.js")
