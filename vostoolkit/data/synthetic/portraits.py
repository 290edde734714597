"""Things drawn nearer to how they look: a car seen askew, a player in shorts, a chair on a foot.

The figures of `figures` have few parts of one tone each. Here are the edges that real things have
inside: seams between doors, dark glass, arches, shorts on bare legs, thin metal. Units are those
of `figures`; only staged scenes use these.
"""

from __future__ import annotations

import math

import numpy as np

from vostoolkit.data.synthetic.body import Part
from vostoolkit.data.synthetic.shapes import Outline
from vostoolkit.data.synthetic.textures import Texture
from vostoolkit.data.synthetic.workshop import Workshop, box, capsule, ellipse, ring

_DOWN = math.pi / 2
_SILL = 0.3


def car(shop: Workshop) -> list[Part]:
    """A car from three quarters: side and end in two tones of one paint, glass, seams, wheels."""
    paint, glass = shop.skin(), toned(shop.skin(), shop.uniform(0.1, 0.6))
    dark = toned(shop.skin(), shop.uniform(0.1, 0.4))
    profile = _profile(shop)
    side = float(shop.rng.choice([-1, 1]))
    depth = np.array([side * shop.uniform(0.05, 0.7), -shop.uniform(0.02, 0.22)])
    wheel, across = shop.uniform(0.17, 0.25), shop.uniform(0.6, 1.0)
    end = profile[:, 0].max()
    shapes: list[tuple[Outline, Texture]] = [
        (ellipse(0.6 * wheel, wheel) + 0.9 * depth + (side * (end - 0.2), _SILL), dark),
        *_hull(shop, profile, depth, paint, glass),
        *_windows(shop, profile, paint, glass, dark),
        *_trim(shop, profile, paint, dark),
    ]
    rim = shop.skin()
    for place in (-shop.uniform(0.5, 0.68), shop.uniform(0.5, 0.68)):
        middle = (place * end, _SILL)
        for size, material in ((1.25, dark), (1.0, dark), (shop.uniform(0.5, 0.75), rim)):
            height = 0.9 if size > 1 else size
            shapes.append((ellipse(across * size * wheel, height * wheel) + middle, material))
    if shop.rng.random() < 0.5:
        shapes.append((ellipse(0.05, 0.04) + np.array([0.3 * end, -0.12]), paint))
    slope = np.array([[1, shop.uniform(-0.1, 0.1)], [0, 1]])
    facing = (shop.rng.choice([-1, 1]), 1)
    return [shop.piece(shape @ slope * facing, material) for shape, material in shapes]


def _profile(shop: Workshop) -> Outline:
    """The side from the rear's lower corner over the roof to the front's; x is to the front."""
    uniform, length = shop.uniform, shop.uniform(0.5, 0.95)
    belt, roof = -uniform(0.02, 0.14), -uniform(0.38, 0.62)
    shape = np.array([
        (-0.97, _SILL), (-1.0, belt), (-uniform(0.4, 0.93), roof), (uniform(-0.05, 0.3), roof),
        (uniform(0.4, 0.7), belt), (0.95, belt + uniform(0.02, 0.15)), (1.0, _SILL),
    ])  # fmt: skip
    return shape * (length, 1)


def _hull(
    shop: Workshop, profile: Outline, depth: np.ndarray, paint: Texture, glass: Texture
) -> list[tuple[Outline, Texture]]:
    """The faces between the near and the far side, the hidden ones first, and the near side."""
    shapes: list[tuple[Outline, Texture]] = []
    tones = shop.rng.uniform(0.45, 1.35, 3)
    is_front = bool(depth[0] > 0)
    for number in range(6) if is_front else reversed(range(6)):
        start, stop = profile[number : number + 2]
        is_upright = abs(stop[1] - start[1]) > abs(stop[0] - start[0])
        face = np.array([start, stop, stop + depth, start + depth])
        shapes.append((face, toned(paint, tones[0] if is_upright else tones[1])))
        if number in (1, 3):  # the rear window and the windscreen
            inset = 0.82 * (face - face.mean(axis=0)) + face.mean(axis=0)
            shapes.append((inset, glass))
    under, lamp = profile[-1 if is_front else 0], shop.skin()
    shapes.append(
        (_bar(_off(under, 0, -0.12), _off(under + depth, 0, -0.12), 0.16), toned(paint, 0.5))
    )
    light = under + 0.85 * depth + (0, -0.3)
    shapes.append((ellipse(0.06, shop.uniform(0.04, 0.12)) + light, lamp))
    shapes.append((np.concatenate([profile, _off(profile[-1:], 0, 0.03)]), toned(paint, tones[2])))
    shapes.append((ellipse(0.05, shop.uniform(0.04, 0.14)) + _off(0.94 * under, 0, -0.28), lamp))
    return shapes


def _windows(
    shop: Workshop, profile: Outline, paint: Texture, glass: Texture, dark: Texture
) -> list[tuple[Outline, Texture]]:
    """A band of glass under the roof, cut by pillars, and a seam between doors below each."""
    low, high = profile[1:5][[0, 3]], profile[2:4]
    band = np.array([low[0] + (0.1, -0.03), high[0] + (0.05, 0.06),
                     high[1] + (-0.03, 0.06), low[1] + (-0.06, -0.03)])  # fmt: skip
    shapes: list[tuple[Outline, Texture]] = [(band, glass)]
    seam = toned(paint, shop.rng.choice([0.3, 0.6, 1.5]))
    pillar = paint if shop.rng.random() < 0.6 else dark
    top, belt = float(high[0, 1]) + 0.04, float(low[0, 1])
    for share in np.linspace(0, 1, int(shop.rng.integers(3, 6)))[1:-1]:
        x = float(band[0, 0] * (1 - share) + band[3, 0] * share) + shop.uniform(-0.03, 0.03)
        lean = 0.3 * (high.mean() - low.mean()) * (share - 0.5)
        shapes.append((_bar((x, belt), (x + lean, top), shop.uniform(0.025, 0.07)), pillar))
        shapes.append((_bar((x, belt), (x, 0.92 * _SILL), shop.uniform(0.01, 0.025)), seam))
        handle = (x - 0.06, belt + 0.08)
        shapes.append((box(0.07, 0.025) + handle, seam))
    return shapes


def _trim(
    shop: Workshop, profile: Outline, paint: Texture, dark: Texture
) -> list[tuple[Outline, Texture]]:
    """Bumpers, a strip along the doors, a darker sill, and glare on the flank, each at times."""
    rear, front = profile[0], profile[-1]
    is_there = shop.rng.random(4) < 0.5
    bumper = dark if shop.rng.random() < 0.5 else toned(paint, shop.uniform(0.6, 1.3))
    strips = [
        (_off(rear, 0, -0.08), _off(rear, 0.25, -0.08), 0.14, bumper),
        (_off(front, 0, -0.08), _off(front, -0.25, -0.08), 0.14, bumper),
    ] * int(is_there[0])
    strips += [(_off(rear, 0.05, -0.18), _off(front, -0.05, -0.18), 0.04, dark)] * int(is_there[1])
    strips += [(_off(rear, 0.05, -0.03), _off(front, -0.05, -0.03), 0.06, dark)] * int(is_there[2])
    glare = toned(paint, shop.uniform(1.3, 2.0))
    strips += [(_off(rear, 0.05, -0.3), _off(front, -0.1, -0.28), 0.06, glare)] * int(is_there[3])
    return [(_bar(start, stop, width), material) for start, stop, width, material in strips]


def player(shop: Workshop) -> list[Part]:
    """A person in shorts with bare arms and legs who takes large steps, often with a racket."""
    shirt, skin, uniform = shop.skin(), shop.skin(), shop.uniform
    shorts = toned(shop.skin(), uniform(0.1, 0.6)) if shop.rng.random() < 0.7 else shop.skin()
    shoe, sock = shop.skin(), shop.skin()
    stride, thick, broad = uniform(0.1, 0.95), uniform(0.11, 0.16), uniform(0.28, 0.42)
    legs: list[Part] = []
    reach = uniform(0.35, 0.95)
    for side in (1, -1):
        thigh = shop.limb(
            skin, (side * 0.28 * broad, 0.05), length=0.42, width=1.25 * thick,
            angle=_DOWN - side * stride * uniform(0.5, 1.1),
        )  # fmt: skip
        cloth = capsule(0.42 * reach, 1.6 * thick, uniform(1.5, 2.0) * thick)
        sleeve = shop.piece(cloth, shorts, (-0.21 * (1 - reach), 0.0), parent=thigh)
        shin = shop.limb(
            skin, (0, 0), length=0.42, width=0.9 * thick, angle=uniform(-0.1, 0.8), parent=thigh
        )
        ankle = shop.piece(capsule(0.1, 0.7 * thick, 0.65 * thick), sock, (0.14, 0), parent=shin)
        foot = shop.limb(
            shoe, (0, 0), length=0.17, width=0.09, angle=uniform(-1.7, -1.0), sway=0, parent=shin
        )
        legs += [thigh, shin, ankle, foot, sleeve]
    hips = shop.piece(box(0.95 * broad, 0.2, top=0.9), shorts, (0, 0.06))
    trunk = shop.piece(box(0.9 * broad, 0.52, top=uniform(1.0, 1.35)), shirt, (0, -0.26))
    neck = shop.piece(box(0.12, 0.12), skin, (0, -0.57))
    head = shop.piece(ellipse(0.115, 0.155), skin, (uniform(-0.06, 0.06), -0.74))
    hair = shop.piece(ellipse(0.125, 0.08), shop.skin(), (uniform(-0.04, 0.04), -0.09), parent=head)
    back, front = (_bare_arm(shop, side * 0.5 * broad, shirt, skin) for side in (1, -1))
    return [*back, *legs, hips, neck, trunk, head, hair, *front]


def _bare_arm(shop: Workshop, x: float, shirt: Texture, skin: Texture) -> list[Part]:
    """An arm with a short sleeve, and in one hand of two a racket of thin lines."""
    uniform = shop.uniform
    towards = _DOWN - math.copysign(uniform(-0.3, 1.6), x)
    upper = shop.limb(skin, (x, -0.46), length=0.3, width=0.09, angle=towards)
    sleeve = shop.piece(capsule(0.15, 0.15, 0.16), shirt, (-0.08, 0.0), parent=upper)
    lower = shop.limb(
        skin, (0, 0), length=0.28, width=0.075, angle=uniform(-1.4, 0.5), parent=upper
    )
    if shop.rng.random() < 0.5:
        return [upper, lower, sleeve]
    handle = shop.limb(
        shop.skin(), (0, 0), length=0.22, width=0.03, angle=uniform(-1, 1), parent=lower
    )
    loop = ring(ellipse(0.17, uniform(0.05, 0.13)), uniform(0.8, 0.92))
    end = (handle.reach / shop.radius + 0.16, 0.0)
    return [upper, lower, sleeve, handle, shop.piece(loop, shop.skin(), end, parent=handle)]


def seat(shop: Workshop) -> list[Part]:
    """A chair or a stool seen askew: a seat on a star of thin feet or on four legs, and a back."""
    cloth, metal, uniform = shop.skin(), shop.skin(), shop.uniform
    dark, thin = toned(shop.skin(), uniform(0.1, 0.5)), uniform(0.025, 0.06)
    wide, depth = uniform(0.35, 0.6), np.array([uniform(0.05, 0.4), -uniform(0.05, 0.25)])
    near = np.array([(-wide, 0.1), (wide, 0.1)])
    corners = np.concatenate([near, near[::-1] + depth])
    shapes = _star(shop, metal, dark, thin) if shop.rng.random() < 0.5 else [
        (_bar(corner, _off(corner, 0.1 * corner[0], 0.75), thin), metal) for corner in corners[::-1]
    ]  # fmt: skip
    edge = _bar(corners[0], corners[1], uniform(0.06, 0.14))
    pad = [(corners, cloth), (edge, toned(cloth, uniform(0.6, 1.2)))]
    if shop.rng.random() < 0.2:
        back: list[tuple[Outline, Texture]] = []
    else:
        start, stop = corners[[3, 2]] if shop.rng.random() < 0.6 else corners[[0, 3]]
        rise = np.array([uniform(-0.15, 0.15), -uniform(0.55, 0.9)])
        panel = np.array([start, stop, stop + rise * (1, 0.95), start + rise])
        middle = panel.mean(axis=0)
        frame = ring(panel - middle, uniform(0.82, 0.94)) + middle
        is_filled = shop.rng.random() < 0.75
        back = [(panel, cloth)] * int(is_filled) + [(frame, metal)]
        back += [(_bar((start + stop) / 2, (start + stop) / 2 + (0, 0.12), 2 * thin), metal)]
    behind = shop.rng.random() < 0.6
    shapes += [*back, *pad] if behind else [*pad, *back]
    return [shop.piece(shape, material) for shape, material in shapes]


def _star(
    shop: Workshop, metal: Texture, dark: Texture, thin: float
) -> list[tuple[Outline, Texture]]:
    """Four or five feet that leave one column, seen from above, each with a castor at its end."""
    count, turn = int(shop.rng.integers(4, 6)), shop.uniform(0, 2 * math.pi)
    middle, radius = np.array([0.1, 0.72]), shop.uniform(0.35, 0.6)
    shapes: list[tuple[Outline, Texture]] = []
    for angle in turn + np.linspace(0, 2 * math.pi, count, endpoint=False):
        end = middle + radius * np.array([math.cos(angle), 0.28 * math.sin(angle)]) + (0, 0.06)
        shapes.append((_bar(middle, end, thin), metal))
        shapes.append((ellipse(0.05, 0.055) + end, dark))
    return [*shapes, (_bar((0.1, 0.05), middle, 1.7 * thin), metal)]


def toned(material: Texture, share: float) -> Texture:
    """The material in less or in more light."""
    return np.clip(material * np.float32(share), 0, 255).astype(np.uint8)


def _off(places: np.ndarray, right: float, down: float) -> np.ndarray:
    """The place or places, moved."""
    return places + np.array([right, down])


def _bar(start: np.ndarray | tuple[float, float], stop: np.ndarray | tuple[float, float],
         width: float) -> Outline:  # fmt: skip
    """A straight bar between two places."""
    start, stop = np.asarray(start, np.float64), np.asarray(stop, np.float64)
    along = stop - start
    side = np.array([-along[1], along[0]]) * (0.5 * width / max(float(np.hypot(*along)), 1e-6))
    return np.array([start + side, stop + side, stop - side, start - side])
