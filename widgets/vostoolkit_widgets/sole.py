"""A session has only one driver that runs."""

import weakref

from vostoolkit_widgets.driver import Driver

_drivers: "weakref.WeakValueDictionary[int, Driver]" = weakref.WeakValueDictionary()
"""The driver of each session, by its id."""


def take_over(driver: Driver) -> None:
    """Nothing; stops the driver that the session had before, as when a cell is run again."""
    before = _drivers.get(id(driver.session))
    if before is not None and before.session is driver.session:
        before.stop()
    _drivers[id(driver.session)] = driver
