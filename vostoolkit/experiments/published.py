"""What Lazy-XMem's paper reports, on LVOS's validation set; to be shown beside, never mixed in."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple, TypeAlias


class Published(NamedTuple):
    """One row of a table: J&F and R@ in percent, N_ΔI, NoI, and ΔI in seconds (None: no person)."""

    jf: float
    r10: float
    r25: float
    r50: float
    ndi: float | None = None
    noi: int | None = None
    di_s: float | None = None

    def values(self) -> dict[str, float | None]:
        """The numbers by the names that `workload` and `scores` use; J&F and R@ in [0, 1]."""
        shares = {"J&F": self.jf, "R@0.1": self.r10, "R@0.25": self.r25, "R@0.5": self.r50}
        work = {"NDI_mean": self.ndi, "NoI": self.noi, "dI_s": self.di_s}
        return {**{name: value / 100 for name, value in shares.items()}, **work}


Claim: TypeAlias = tuple[str, str]
"""Two rows of which the first has the higher J&F in the paper."""

_XMEM = Published(52.8, 57.0, 55.0, 49.0)
_UDU_USER = Published(55.6, 58.2, 56.4, 51.8, 7.80, 507, 12.6)
_LAZY = Published(64.3, 70.2, 67.8, 62.3, 5.02, 325, 18.4)
_DAGGER = Published(56.4, 58.8, 56.8, 50.6)

TABLES: Mapping[str, Mapping[str, Published]] = MappingProxyType(
    {
        "1": {
            "xmem": _XMEM,
            "lazy-xmem-dagger": _DAGGER,
            "rand-lazy-xmem": Published(61.3, 67.9, 65.8, 59.3, 5.17, 335, 17.9),
            "lazy-qdmn": Published(52.7, 58.2, 52.0, 42.9, 5.64, 360, 16.7),
            "lazy-xmem": _LAZY,
        },
        "2": {
            "xmem": _XMEM,
            "xmem-udu": Published(54.7, 56.3, 54.5, 50.0),
            "xmem-udu-user": _UDU_USER,
            "xmem-udu-idu": Published(62.9, 67.8, 66.2, 60.9, 5.05, 327, 18.3),
            "xmem-udu-idu-mask": Published(48.4, 57.5, 53.9, 48.2, 4.30, 279, 20.9),
            "lazy-xmem": _LAZY,
            "lazy-xmem-pseudo-idu": Published(64.3, 70.1, 68.2, 62.1, 5.91, 352, 17.3),
            "lazy-xmem-dagger": _DAGGER,
        },
        "S1": {
            "xmem": Published(53.7, 54.6, 51.7, 41.3),
            "lazy-xmem-dagger": Published(57.2, 60.3, 58.5, 49.6),
            "rand-lazy-xmem": Published(60.3, 66.3, 64.3, 58.8, 5.05, 320, 18.2),
            "lazy-xmem": Published(63.5, 70.0, 68.3, 63.1, 4.86, 315, 18.9),
        },
        "S2": {
            "xmem": Published(53.7, 54.6, 51.7, 41.3),
            "score-udu-user": Published(54.7, 56.3, 54.5, 50.0, 56.1, 3647, 1.9),
            "score-udu-idu": Published(63.5, 67.6, 66.1, 61.7, 12.1, 787, 8.5),
            "xmem-udu-user": _UDU_USER,
            "xmem-udu-idu": Published(62.9, 67.8, 66.2, 60.9, 5.05, 327, 18.3),
        },
    }
)
"""By table, then by the names of `rows.ROWS`. ``NDI_mean`` stands for N_ΔI, which the published
values fit as a mean over objects.

Note: three rows of Table 2 repeat rows of Table S2, although their settings differ: ``xmem-udu``
(the paper's S2 has it with 3647 calls), ``xmem-udu-user`` and ``xmem-udu-idu``.
"""

_CLICKED: Mapping[str, str] = MappingProxyType({"first": "clicks", "user": "simulated"})

SETTINGS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "1": _CLICKED,
        "2": _CLICKED,
        "S1": MappingProxyType({"first": "masks", "user": "simulated"}),
        "S2": MappingProxyType({"first": "masks", "user": "mask"}),
    }
)
"""By table, how objects are shown and who answers, as parameters of the notebook ``experiment``
(where the first ones are the defaults); so that rows of two tables are never mixed."""

CLAIMS: Mapping[str, tuple[Claim, ...]] = MappingProxyType(
    {
        "1": (
            ("lazy-xmem", "lazy-xmem-dagger"),
            ("lazy-xmem", "rand-lazy-xmem"),
            ("lazy-xmem", "lazy-qdmn"),
            ("rand-lazy-xmem", "lazy-xmem-dagger"),
            ("lazy-xmem-dagger", "xmem"),
        ),
        "2": (
            ("xmem-udu", "xmem"),
            ("xmem-udu-user", "xmem-udu"),
            ("xmem-udu-idu", "xmem-udu-user"),
            ("xmem-udu-idu", "xmem-udu-idu-mask"),
            ("lazy-xmem", "xmem-udu-idu"),
            ("lazy-xmem-dagger", "xmem-udu"),
        ),
        "S1": (
            ("lazy-xmem", "lazy-xmem-dagger"),
            ("lazy-xmem", "rand-lazy-xmem"),
            ("lazy-xmem-dagger", "xmem"),
        ),
        "S2": (
            ("score-udu-idu", "score-udu-user"),
            ("xmem-udu-idu", "xmem-udu-user"),
            ("score-udu-idu", "xmem-udu-idu"),
        ),
    }
)
"""The orderings that each table shows."""
