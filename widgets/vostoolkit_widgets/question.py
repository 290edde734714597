"""The line in which the Explorer asks or invites, and the buttons that answer."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import ipywidgets

from vostoolkit_widgets.controls import BUTTON, set_html

ANSWERS = {
    "not it": "The next click says what is not the object  (X)",
    "skip": "Leave the object as it is predicted",
    "it is gone": "The object isn't in this frame",
    "accept": "The mask is right: it counts as drawn by you",
    "propagate": "This round is complete: carry it to all other frames",
}
"""The answers that have a button, and what they mean."""


@dataclass(frozen=True)
class Asked:
    """A line and what belongs to it; ``picture`` is HTML.

    ``answers`` are the buttons to show; ``asks`` says that the method waits for one.
    """

    head: str
    rest: str
    asks: bool = False
    answers: tuple[str, ...] = ()
    picture: str = ""

    @property
    def text(self) -> str:
        """The whole line."""
        return f"{self.head} {self.rest}"


class Question:
    """The line that asks or invites, the buttons that answer it, and what went wrong."""

    def __init__(self, pressed: Callable[[str], None]) -> None:
        self._picture, self._text = ipywidgets.HTML(), ipywidgets.HTML()
        self._picture.add_class("vos-question-picture")
        self._text.add_class("vos-question-text")
        self.buttons: dict[str, ipywidgets.Button] = {}
        for name, tip in ANSWERS.items():
            button = ipywidgets.Button(
                description=name, tooltip=tip, layout=ipywidgets.Layout(**BUTTON)
            )
            button.on_click(lambda _, name=name: pressed(name))
            self.buttons[name] = button
        self._error = ipywidgets.HTML()
        self._error.add_class("vos-error")
        self._row = ipywidgets.HBox([self._picture, self._text, *self.buttons.values()])
        self._row.add_class("vos-question")
        self.widget = ipywidgets.VBox([self._row, self._error])

    def show(self, asked: Asked) -> None:
        """Nothing; shows a line, in the asking colour where the method waits."""
        set_html(self._picture, asked.picture)
        self._picture.layout.display = None if asked.picture else "none"
        set_html(self._text, f"<b>{escape(asked.head)}</b> {escape(asked.rest)}")
        (self._row.add_class if asked.asks else self._row.remove_class)("vos-asks")
        for name, button in self.buttons.items():
            button.layout.display = None if name in asked.answers else "none"

    def complain(self, message: str) -> None:
        """Nothing; shows what went wrong, or nothing."""
        set_html(self._error, escape(message))
        self._error.layout.display = None if message else "none"
