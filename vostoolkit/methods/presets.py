"""All methods by name: for the command line, papermill and lists to choose from."""

from typing import Protocol, runtime_checkable

from vostoolkit.methods.eva_vos import EvaVos
from vostoolkit.methods.idpro import IDPro
from vostoolkit.methods.lazy_xmem import LazyXMem
from vostoolkit.methods.mivos import MiVOS
from vostoolkit.methods.named import named
from vostoolkit.methods.xmem_plus_plus import XMemPlusPlus
from vostoolkit.protocols import Method

NETWORKS = ("nano", "paper")
"""What every method can be made with: the embedded networks, or the published ones."""


@runtime_checkable
class Preset(Protocol):
    """Makes a method with the networks of a name, on a device."""

    def __call__(self, name: str = "nano", *, device: str | None = None) -> Method:
        """The method."""
        ...


PRESETS: dict[str, Preset] = {
    "lazy-xmem": LazyXMem.preset,
    "mivos": MiVOS.preset,
    "xmem++": XMemPlusPlus.preset,
    "idpro": IDPro.preset,
    "eva-vos": EvaVos.preset,
}


def method(name: str, networks: str = "nano", *, device: str | None = None) -> Method:
    """A method by its name, with the embedded networks (``"nano"``) or published (``"paper"``).

    Raises:
        ValueError: no such method or networks.
        WeightsError: the weights aren't there.
        DeviceError: the device isn't there.

    Example:
        >>> session = Session(method("mivos"), open_video("juggle.mp4"))
    """
    return named("method", name, PRESETS)(networks, device=device)
