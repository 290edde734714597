"""Every set of weights that is known: its file, its network, where it's from, on what terms.

Addresses, file names, sizes and checksums are what the authors' own pages say (read as stored
copies, none was opened from here); ``note`` says where that isn't so.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from vostoolkit.weights import blueprints
from vostoolkit.weights.blueprints import Blueprint


@dataclass(frozen=True)
class Weights:
    """One set of weights.

    ``page`` is where its authors publish it, None for weights that come with the package; ``url``
    is the file's own address, None where a person has to fetch it. ``size`` is in bytes. Size and
    ``sha256`` are None where nobody has published them.
    """

    name: str
    blueprint: Blueprint
    file: str
    licence: str
    page: str | None = None
    url: str | None = None
    size: int | None = None
    sha256: str | None = None
    note: str = ""

    @property
    def network(self) -> str:
        """The network it's for, in words."""
        return self.blueprint.name

    @property
    def is_embedded(self) -> bool:
        """Whether it comes with the package."""
        return self.page is None


_APACHE = "Apache-2.0"
_MIT = "MIT (code); its training data have terms of their own"
_GPL = "GPL-3.0 (what its author says of the code)"
_BSD = "BSD-3-Clause (code); its training data have terms of their own"


_EMBEDDED = tuple(
    Weights(name, blueprint, f"{name}.safetensors", _APACHE)
    for name, blueprint in (
        ("nano", blueprints.NANO),
        ("click", blueprints.CLICK),
        ("aot-nano", blueprints.AOT_NANO),
        ("fusion-nano", blueprints.FUSION_NANO),
        ("quality-nano", blueprints.QUALITY_NANO),
        ("policy-nano", blueprints.POLICY_NANO),
    )
)


def _xmem(
    name: str,
    file: str,
    blueprint: Blueprint = blueprints.XMEM,
    *,
    sha256: str | None = None,
    note: str = "",
) -> Weights:
    release = "https://github.com/hkchengrex/XMem/releases"
    url = f"{release}/download/v1.0/{file}"
    return Weights(name, blueprint, file, _MIT, f"{release}/tag/v1.0", url, None, sha256, note)


_XMEM = (
    _xmem("xmem", "XMem.pth", note="XMem++ and Lazy-XMem use this one too"),
    _xmem(
        "xmem-s012",
        "XMem-s012.pth",
        note="trained with BL30K too; its authors give no checksum, copies at Hugging Face have "
        "the SHA-256 16205ad04bfc55b442bd4d7af894382e09868b35e10721c5afc09a24ea8d72d9",
    ),
    _xmem(
        "xmem-s2",
        "XMem-s2.pth",
        note="without pretraining; the address is not verified: its name, put behind the others' "
        "address",
    ),
    _xmem("xmem-no-sensory", "XMem-no-sensory.pth", blueprints.XMEM_NO_SENSORY),
)


def _from_drive(
    name: str, blueprint: Blueprint, file: str, drive_id: str, *, page: str, licence: str, note: str
) -> Weights:
    """Weights that their authors keep at Google Drive, which they link from a page."""
    url = f"https://drive.usercontent.google.com/download?id={drive_id}&export=download&confirm=t"
    note = f"{note}Google Drive's direct address is not verified: it may show a page instead"
    return Weights(name, blueprint, file, licence, page, url, note=note)


def _mivos(name: str, blueprint: Blueprint, file: str, drive_id: str) -> Weights:
    page = "https://github.com/hkchengrex/MiVOS#pretrained-models"
    return _from_drive(name, blueprint, file, drive_id, page=page, licence=_GPL, note="")


_MIVOS = (
    _mivos(
        "mivos-propagation",
        blueprints.MIVOS_PROPAGATION,
        "propagation_model.pth",
        "19dfbVDndFkboGLHESi8DGtuxF1B21Nm8",
    ),
    _mivos(
        "mivos-fusion", blueprints.MIVOS_FUSION, "fusion.pth", "1Lc1lI5-ix4WsCRdipACXgvS3G-o0lMoz"
    ),
    _mivos(
        "mivos-scribble", blueprints.MIVOS_SCRIBBLE, "s2m.pth", "1HKwklVey3P2jmmdmrACFlkXtcvNxbKMM"
    ),
)


def _aot(size: str, blueprint: Blueprint, drive_id: str) -> Weights:
    return _from_drive(
        f"aot{size}",
        blueprint,
        f"AOT{size.upper()}_PRE_YTB_DAV.pth",
        drive_id,
        page="https://github.com/yoxu515/aot-benchmark/blob/main/MODEL_ZOO.md",
        licence=_BSD,
        note="the file's own name is not verified; it may hold the optimiser's state too. ",
    )


_AOT = (
    _aot("t", blueprints.AOT_T, "1owPmwV4owd_ll6GuilzklqTyAd0ZvbCu"),
    _aot("s", blueprints.AOT_S, "1beU5E6Mdnr_pPrgjWvdWurKAIwJSz1xf"),
    _aot("b", blueprints.AOT_B, "1hH-GOn4GAxHkV8ARcQzsUy8Ax6ndot-A"),
    _aot("l", blueprints.AOT_B, "1L1N2hkSPqrwGgnW9GyFHuG59_EYYfTG4"),
)

_EVA = (
    Weights(
        "eva-quality",
        blueprints.EVA_QUALITY,
        "qnet.pth",
        _MIT,
        "https://github.com/thanosDelatolas/eva-vos",
        note="its download_weights.py fetches model_weights.zip; in it is qnet/qnet.pth",
    ),
    Weights(
        "eva-policy",
        blueprints.EVA_POLICY,
        "eva_policy.pth",
        _MIT,
        "https://github.com/thanosDelatolas/eva-vos",
        note="its download_weights.py fetches model_weights.zip; in it is rl_agent/model.pth",
    ),
)


def _sam_hq(size: str, blueprint: Blueprint, bytes_: int, sha256: str) -> Weights:
    origin, file = "https://huggingface.co/lkeab/hq-sam", f"sam_hq_{size}.pth"
    url = f"{origin}/resolve/main/{file}"
    name = f"sam-hq-{size.replace('_', '-')}"
    return Weights(name, blueprint, file, _APACHE, origin, url, bytes_, sha256)


_SAM_HQ = (
    _sam_hq(
        "vit_tiny",
        blueprints.SAM_HQ_TINY,
        42_526_881,
        "0f32c075ccdd870ae54db2f7630e7a0878ede5a2b06d05d6fe02c65a82fb7196",
    ),
    _sam_hq(
        "vit_b",
        blueprints.SAM_HQ_B,
        379_335_069,
        "14a9d662cd6f5a9c2dba6d40ab0058d88d287e4a18fd6fdc6ad5fb1a3fdeaa57",
    ),
    _sam_hq(
        "vit_l",
        blueprints.SAM_HQ_L,
        1_254_865_805,
        "e1a6c385d62bf005ded91a54d5ec55c985cfc4103ef89c08d90f39f04934c343",
    ),
    _sam_hq(
        "vit_h",
        blueprints.SAM_HQ_H,
        2_570_940_653,
        "a7ac14a085326d9fa6199c8c698c4f0e7280afdbb974d2c4660ec60877b45e35",
    ),
)

WEIGHTS: Mapping[str, Weights] = {
    w.name: w for w in (*_EMBEDDED, *_XMEM, *_MIVOS, *_AOT, *_EVA, *_SAM_HQ)
}
