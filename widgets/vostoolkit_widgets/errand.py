"""Widgets that do one long thing in the background, which can be stopped."""

from abc import ABC, abstractmethod
from typing import Any

import ipywidgets
import numpy as np
from jaxtyping import UInt8

from vostoolkit.errors import VostoolkitError
from vostoolkit.session import Session
from vostoolkit_widgets import wording
from vostoolkit_widgets.bar import Bar
from vostoolkit_widgets.bundle import bundle_of
from vostoolkit_widgets.closing import close_all
from vostoolkit_widgets.style import style
from vostoolkit_widgets.worker import Worker


class Errand(ABC):
    """Does something with a session on a thread of its own; its ``row`` shows how that goes.

    `widget` is what is displayed.
    """

    def __init__(self, session: Session, row: Bar, *, thread: str) -> None:
        self.session, self.row = session, row
        self._worker = Worker(thread, self._failed)
        self.widget = ipywidgets.VBox([style(), row])

    @abstractmethod
    def stop(self) -> None:
        """Nothing; ends what is being done, without a result."""

    def wait(self, timeout_s: float) -> bool:
        """Whether what was begun ended in time."""
        return self._worker.wait(timeout_s)

    def close(self) -> None:
        """Nothing; stops, and takes it out of the page."""
        self.stop()
        self._worker.close()
        close_all(self.widget)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({wording.summary(self.session)})"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """The widget; beside it a picture of its result, if any, for pages without a kernel."""
        return bundle_of(self.widget, repr(self), self._picture())

    def _picture(self) -> UInt8[np.ndarray, "h w 3"] | None:
        return None

    @abstractmethod
    def _complain(self, text: str) -> None:
        """Nothing; says in the row what went wrong."""

    def _failed(self, error: Exception) -> None:
        is_ours = isinstance(error, VostoolkitError)
        self._complain(str(error) if is_ours else f"{type(error).__name__}: {error}")
