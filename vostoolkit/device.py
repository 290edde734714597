"""The device and number format that networks run in."""

from contextlib import AbstractContextManager
from typing import Literal, TypeAlias

import torch

from vostoolkit.errors import DeviceError

Precision: TypeAlias = Literal["auto", "float32", "bfloat16", "float16"]

_FORMATS = {"float32": None, "bfloat16": torch.bfloat16, "float16": torch.float16}


def choose_device(name: str | None = None) -> torch.device:
    """The named device, or else the best there is: CUDA, then Apple's MPS, then the CPU.

    Raises:
        DeviceError: a name that isn't a device, or a device that this machine doesn't have.
    """
    if name is None:
        return torch.device(_available()[0])
    try:
        device = torch.device(name)
    except RuntimeError:
        raise DeviceError(f"{name!r} is no device: this machine has {_listed()}") from None
    count = torch.cuda.device_count() if device.type == "cuda" else 1
    if device.type not in _available() or (device.index or 0) >= count:
        raise DeviceError(
            f"device {name!r} isn't there: this machine has {_listed()}. Give one of these, or "
            "none to have it chosen"
        )
    return device


def choose_precision(precision: Precision, device: torch.device) -> torch.dtype | None:
    """The reduced number format to run in, or None for float32.

    ``auto`` reduces on CUDA only, where it pays in time; sums and similarities stay in float32.

    Raises:
        ValueError: not a known precision.
    """
    if precision == "auto":
        if device.type != "cuda":
            return None
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    if precision not in _FORMATS:
        raise ValueError(f"precision {precision!r}: give auto or one of {', '.join(_FORMATS)}")
    return _FORMATS[precision]


def reduced(device: torch.device, dtype: torch.dtype | None) -> AbstractContextManager[object]:
    """A context in which convolutions and products run in a reduced format (None: float32)."""
    return torch.autocast(device.type, dtype, enabled=dtype is not None)


def describe(device: torch.device) -> str:
    """The device in words, for a person."""
    if device.type == "cuda":
        return f"{device} ({torch.cuda.get_device_name(device)})"
    return f"{device} ({torch.get_num_threads()} threads)" if device.type == "cpu" else str(device)


def _available() -> tuple[str, ...]:
    """Device types from best to worst."""
    has_mps = torch.backends.mps.is_available()
    found = (("cuda", torch.cuda.is_available()), ("mps", has_mps), ("cpu", True))
    return tuple(name for name, is_there in found if is_there)


def _listed() -> str:
    return ", ".join(repr(name) for name in _available())
