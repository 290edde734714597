"""What the notebook's cells do, noticed."""

import weakref
from collections.abc import Callable

from IPython.core.getipython import get_ipython


def after_each_cell(method: Callable[[], None]) -> Callable[[], None]:
    """Calls a bound method after each cell from now on; returns how to end that.

    The method's object isn't kept alive by it. Outside of a notebook nothing happens.
    """
    shell, found = get_ipython(), weakref.WeakMethod(method)
    if shell is None:
        return lambda: None

    def after_cell(*_: object) -> None:
        if (call := found()) is not None:
            call()

    shell.events.register("post_run_cell", after_cell)
    return lambda: shell.events.unregister("post_run_cell", after_cell)
