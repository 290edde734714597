"""See free models from all sides: `python tools/render_models.py FURNITURE` packs their pictures.

FURNITURE is the folder of the .sh3f files of Debian's package sweethome3d-furniture (CC0 and CC BY
3.0). Which models are taken, how often, and who made them is written in
`vostoolkit/embedded/models.md`. It needs embreex.
"""

from __future__ import annotations

import argparse
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import cv2
import numpy as np
from cut_out import TARGET, continued, grouped, largest, names_in, pack
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene

SIDE = 144
_FINER = 2
_SKYLIGHT_RAYS = 6
_INSIDE = 0.94
_GAMMA = 1.6


@dataclass
class Material:
    """How a surface looks: its colour or picture, its gloss from 0 to 1, how much it hides."""

    colour: np.ndarray = field(default_factory=lambda: np.full(3, 0.7, np.float32))
    gloss: float = 0.0
    opacity: float = 1.0
    picture: np.ndarray | None = None


@dataclass
class Model:
    """Triangles with corners (T x 3 x 3), places in pictures (T x 3 x 2), normals, materials."""

    corners: np.ndarray
    places: np.ndarray
    normals: np.ndarray
    numbers: np.ndarray
    materials: list[Material]


def read(archive: zipfile.ZipFile, path: str, turn: np.ndarray) -> Model:
    """A Wavefront model at `path`, turned so that y points up, a unit around its middle."""
    lists: dict[str, list[list[float]]] = {"v": [], "vt": [[0.0, 0.0]], "vn": [[0.0, 0.0, 0.0]]}
    faces: list[tuple[list[list[int]], int]] = []
    names: list[str] = []
    known: dict[str, Material] = {}
    folder, current = PurePosixPath(path).parent, 0
    for line in archive.read(path).decode("latin1").splitlines():
        word, *rest = line.split() or [""]
        if word in lists:
            lists[word].append([float(number) for number in rest[: 2 if word == "vt" else 3]])
        elif word == "mtllib":
            known |= _materials(archive, folder, " ".join(rest))
        elif word == "usemtl":
            name = " ".join(rest)
            current = names.index(name) if name in names else len(names)
            names += [name] if current == len(names) else []
        elif word == "f":
            counts = (len(lists["v"]) + 1, len(lists["vt"]), len(lists["vn"]))
            faces.append(([_corner(text, counts) for text in rest], current))
    kept = [known.get(name, Material()) for name in names] or [Material()]
    triangles, numbers = [], []
    for corners, number in faces:
        if kept[number].opacity > 0.3:
            for second in range(1, len(corners) - 1):
                triangles.append((corners[0], corners[second], corners[second + 1]))
                numbers.append(number)
    at = np.array(triangles, np.int64)
    points = np.array(lists["v"], np.float32) @ turn.T.astype(np.float32)
    used = points[np.unique(at[..., 0])]
    middle = (used.min(0) + used.max(0)) / 2
    points = (points - middle) / np.linalg.norm(used - middle, axis=1).max()
    corners = points[at[..., 0]]
    flat = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.array(lists["vn"], np.float32)[at[..., 2]] @ turn.T.astype(np.float32)
    is_given = (np.abs(normals).sum(-1) > 0).all(1)
    normals = np.where(is_given[:, None, None], normals, flat[:, None])
    places = np.array(lists["vt"], np.float32)[at[..., 1]]
    return Model(corners.astype(np.float32), places, normals, np.array(numbers), kept)


def _corner(text: str, counts: tuple[int, int, int]) -> list[int]:
    """Numbers of the vertex, of its place in the picture and of its normal; 0 where not given."""
    parts = [int(part) if part else 0 for part in (text + "//").split("/")[:3]]
    parts = [part + count if part < 0 else part for part, count in zip(parts, counts, strict=True)]
    return [parts[0] - 1, *parts[1:]]


def _materials(archive: zipfile.ZipFile, folder: PurePosixPath, name: str) -> dict[str, Material]:
    found: dict[str, Material] = {}
    current = Material()
    if str(folder / name) not in archive.namelist():
        return found
    for line in archive.read(str(folder / name)).decode("latin1").splitlines():
        word, *rest = line.split() or [""]
        if word == "newmtl":
            current = found[" ".join(rest)] = Material()
        elif word == "Kd":
            current.colour = np.array(rest[:3], np.float32)
        elif word == "Ks":
            current.gloss = float(np.mean(np.array(rest[:3], np.float32)))
        elif word == "d":
            current.opacity = float(rest[-1])
        elif word == "map_Kd" and str(folder / rest[-1]) in archive.namelist():
            code = np.frombuffer(archive.read(str(folder / rest[-1])), np.uint8)
            picture = cv2.imdecode(code, cv2.IMREAD_COLOR)
            current.picture = None if picture is None else picture[..., ::-1]
    return found


def seen(rng: np.random.Generator, model: Model, height: tuple[float, float]) -> np.ndarray | None:
    """The model from a random side in the sun, None where too little of it can be seen.

    Of each fine pixel the colour in this light, the colour of the surface, and 1 where it's the
    model: (SIDE * _FINER) x (SIDE * _FINER) x 7.
    """
    eye = _turned(rng.uniform(0, 2 * np.pi), rng.uniform(*height)) * rng.uniform(2.6, 6.0)
    rays = _rays(eye, model.corners.reshape(-1, 3))
    scene = EmbreeScene()
    TriangleMesh(scene, model.corners)
    start = np.repeat(eye[None].astype(np.float32), len(rays), 0)
    hit = scene.run(start, rays, output=True)
    inside = hit["primID"] >= 0
    if inside.mean() < 0.04:
        return None
    face, u, v = hit["primID"][inside], hit["u"][inside, None], hit["v"][inside, None]
    weights = np.stack([1 - u - v, u, v], axis=1)
    at = (model.corners[face] * weights).sum(1)
    normal = _unit((model.normals[face] * weights).sum(1))
    ray = rays[inside]
    normal *= np.where((normal * ray).sum(1) > 0, -1, 1)[:, None].astype(np.float32)
    colour = _painted(model, face, (model.places[face] * weights).sum(1))
    light = _light(rng, scene, at + 1e-3 * normal, normal)
    gloss = np.array([material.gloss for material in model.materials])[model.numbers[face], None]
    mirrored = ray - 2 * (ray * normal).sum(1, keepdims=True) * normal
    sheen = gloss * (1 - np.abs((ray * normal).sum(1, keepdims=True))) ** 2
    sky = np.clip(0.35 + 0.9 * mirrored[:, 1:2], 0.05, 1.0) * rng.uniform(0.5, 1.2)
    side = SIDE * _FINER
    image = np.zeros((side * side, 7), np.float32)
    image[inside, :3] = _shown(colour * light * (1 - sheen) + sheen * sky)
    image[inside, 3:6] = _shown(colour)
    image[inside, 6] = 1
    return image.reshape(side, side, 7)


def _shown(colour: np.ndarray) -> np.ndarray:
    return 255 * np.clip(colour, 0, 1) ** (1 / _GAMMA)


def _turned(azimuth: float, elevation: float) -> np.ndarray:
    flat = np.cos(elevation)
    return np.array([flat * np.sin(azimuth), np.sin(elevation), flat * np.cos(azimuth)])


def _unit(vectors: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return (vectors / np.maximum(length, 1e-9)).astype(np.float32)


def _rays(eye: np.ndarray, points: np.ndarray) -> np.ndarray:
    """One direction for each fine pixel (SIDE * _FINER squared) such that all points are seen."""
    ahead = _unit(-eye)
    right = _unit(np.cross(ahead, [0, 1, 0]))
    down = np.cross(ahead, right)
    away = points - eye
    flat = np.stack([away @ right, away @ down], 1) / (away @ ahead)[:, None]
    middle = (flat.min(0) + flat.max(0)) / 2
    reach = float(np.abs(flat - middle).max()) / _INSIDE
    grid = (np.arange(SIDE * _FINER) + 0.5) / (SIDE * _FINER) * 2 - 1
    y, x = np.meshgrid(middle[1] + reach * grid, middle[0] + reach * grid, indexing="ij")
    return _unit(ahead + x.ravel()[:, None] * right + y.ravel()[:, None] * down)


def _painted(model: Model, face: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Colours from 0 to 1 in linear light of points on triangles."""
    colour = np.zeros((len(face), 3), np.float32)
    for number in np.unique(model.numbers[face]):
        where, material = model.numbers[face] == number, model.materials[number]
        colour[where] = material.colour
        if material.picture is not None:
            high, wide = material.picture.shape[:2]
            x = (place[where, 0] % 1 * (wide - 1)).astype(int)
            y = ((1 - place[where, 1]) % 1 * (high - 1)).astype(int)
            colour[where] = (material.picture[y, x] / 255.0) ** _GAMMA
    return colour


def _light(
    rng: np.random.Generator, scene: EmbreeScene, at: np.ndarray, normal: np.ndarray
) -> np.ndarray:
    """Sun with sharp shadows, and skylight that is dimmer where other parts stand around."""
    sun = _turned(rng.uniform(0, 2 * np.pi), rng.uniform(0.3, 1.3)).astype(np.float32)
    share = rng.choice([0.0, 0.35, 0.7])
    facing = np.clip(normal @ sun, 0, 1)
    is_lit = scene.run(at, np.repeat(sun[None], len(at), 0), query="OCCLUDED") != 0
    skylight = np.zeros(len(at), np.float32)
    for _ in range(_SKYLIGHT_RAYS):
        way = _unit(normal + _unit(rng.normal(size=normal.shape)))
        is_open = scene.run(at, way, query="OCCLUDED") != 0
        skylight += is_open * (0.65 + 0.35 * way[:, 1]) / _SKYLIGHT_RAYS
    light = share * 1.6 * facing * is_lit + (1 - 0.6 * share) * (0.25 + skylight)
    return light[:, None]


def sprite(view: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """The view at SIDE pixels: colours continued beyond the thing, and material numbers.

    None where what hangs together is small.
    """
    small = cv2.resize(view, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    inside = largest(small[..., 6] >= 0.5)
    if inside.mean() < 0.04:
        return None
    colours = (small[..., :6] / np.maximum(small[..., 6:], 0.1)).astype(np.uint8)
    numbers = np.zeros((SIDE, SIDE), np.uint8)
    numbers[inside] = grouped(cv2.cvtColor(colours[..., 3:], cv2.COLOR_RGB2LAB)[inside])
    smooth = cv2.medianBlur(continued(numbers[..., None], inside)[..., 0], 5)
    return continued(colours[..., :3], inside), np.where(inside, smooth, 0).astype(np.uint8)


def turn(archive: zipfile.ZipFile, path: str) -> np.ndarray:
    """The rotation that the catalogue asks for to stand the model upright."""
    text = archive.read("PluginFurnitureCatalog.properties").decode("latin1")
    number = re.search(rf"^model#(\d+)=/{re.escape(path)}", text, re.MULTILINE)
    given = number and re.search(rf"^modelRotation#{number[1]}=(.*)", text, re.MULTILINE)
    return np.array(given[1].split(), float).reshape(3, 3) if given else np.eye(3)


def main() -> None:
    """Packs what `models.md` names into `models.npz`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("furniture", type=Path, help="the folder of the .sh3f files")
    given = parser.parse_args()
    found: list[tuple[np.ndarray, np.ndarray]] = []
    for line in names_in((TARGET / "models.md").read_text()):
        views, catalogue, path = line.split(" ", 3)[:3]
        rng = np.random.default_rng(len(found))
        with zipfile.ZipFile(given.furniture / f"{catalogue}.sh3f") as archive:
            model = read(archive, path, turn(archive, path))
        for _ in range(int(views)):
            view = seen(rng, model, (-0.1, 0.55))
            made = None if view is None else sprite(view)
            found += [made] if made else []
    pack(found, "models.npz", quality=45)


if __name__ == "__main__":
    main()
