"""Numbers of bytes in words."""


def in_bytes(count: int) -> str:
    """The count in kB, MB or GB of 1000, rounded for reading."""
    for unit, scale in (("GB", 10**9), ("MB", 10**6)):
        if count >= scale:
            return f"{count / scale:.3g} {unit}"
    return f"{count / 1000:.0f} kB"
