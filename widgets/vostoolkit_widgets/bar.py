"""Rows of controls that are drawn in the page: they show a state and say what was pressed."""

from collections.abc import Callable, Sequence
from typing import Any

import anywidget
import traitlets


class Bar(anywidget.AnyWidget):
    """A row whose script, `_esm`, draws `state` and sends ``{"name": …, "value": …}``.

    The value of a file is its name and its content.

    Messages and not traits come back, because a trait that is changed in the page while a cell is
    awaited never reaches the kernel.
    """

    state = traitlets.Dict().tag(sync=True)

    def __init__(self, pressed: Callable[[str, Any], None], **state: Any) -> None:
        super().__init__(state=state)
        self._pressed = pressed
        self.on_msg(self._received)

    def show(self, **state: Any) -> None:
        """Nothing; shows these values, and those shown before of what isn't named."""
        if (whole := {**self.state, **state}) != self.state:
            self.state = whole

    def _received(self, _: object, content: dict[str, Any], buffers: Sequence[Any]) -> None:
        value = content.get("value")
        self._pressed(str(content["name"]), (value, bytes(buffers[0])) if buffers else value)
