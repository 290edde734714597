"""Jointed things of several materials: walkers, beasts, vehicles, furniture, gadgets with holes.

A body of one texture teaches a network that an object is one colour. Here an object is what hangs
together: sleeves and legs of other cloth, wheels, thin legs, rings that one can look through.
Lengths are in units of the figure's radius until the end; x is to the right and y down.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from vostoolkit.data.synthetic.body import Body, Part, Skin
from vostoolkit.data.synthetic.motion import wander
from vostoolkit.data.synthetic.shapes import outline
from vostoolkit.data.synthetic.textures import Texture
from vostoolkit.data.synthetic.workshop import Workshop, box, capsule, ellipse, ring

_DOWN = math.pi / 2


def random_figure(
    rng: np.random.Generator,
    skin: Skin,
    *,
    radius: float,
    liveliness: float,
    place: tuple[float, float],
) -> Body:
    """A figure of a random kind, mostly upright, mirrored at times, moving with `liveliness`."""
    shop = Workshop(rng, skin, radius, liveliness)
    kinds: tuple[Callable[[Workshop], list[Part]], ...] = (
        walker, walker, beast, vehicle, furniture, gadget, gadget,
    )  # fmt: skip
    parts = kinds[rng.integers(len(kinds))](shop)
    upright = 0.0 if rng.random() < 0.8 else float(rng.uniform(-math.pi, math.pi))
    return Body(
        parts=tuple(parts),
        x=wander(rng, place[0], velocity=0.004 * liveliness, swing=0.09 * liveliness),
        y=wander(rng, place[1], velocity=0.002 * liveliness, swing=0.05 * liveliness),
        angle=wander(rng, upright + float(rng.normal(0, 0.12)), swing=0.08 * liveliness),
        log_scale=wander(rng, 0.0, velocity=0.002, swing=0.12 * liveliness),
        log_squash=wander(rng, float(rng.normal(0, 0.12)), swing=0.08),
        follows_scene=bool(rng.random() < 0.5),
        opacity=float(rng.uniform(0.55, 0.9)) if rng.random() < 0.06 else 1.0,
        is_mirrored=bool(rng.random() < 0.5),
    )


def walker(shop: Workshop) -> list[Part]:
    """A person: shirt, trousers, skin, hair, shoes, and sometimes something in the hand."""
    shirt, cloth, skin, dark = (shop.skin() for _ in range(4))
    uniform = shop.uniform
    bare_arms, bare_legs = shop.rng.random(2) < 0.5
    stride = uniform(0.05, 0.75) * shop.rng.choice([0.5, 1.0])
    thick, broad = uniform(0.11, 0.17), uniform(0.26, 0.42)
    parts: list[Part] = []
    for side in (1, -1):
        thigh = shop.limb(
            cloth, (side * 0.3 * broad, 0.05), length=0.42, width=thick * 1.3,
            angle=_DOWN + side * stride * uniform(0.5, 1.1),
        )  # fmt: skip
        shin = shop.limb(
            skin if bare_legs else cloth, (0, 0), length=0.42, width=thick * 0.9,
            angle=uniform(-0.1, 0.9), parent=thigh,
        )  # fmt: skip
        foot = shop.limb(
            dark, (0, 0), length=0.16, width=0.08, angle=uniform(-1.7, -1.0), sway=0, parent=shin
        )
        parts += [thigh, shin, foot]
    trunk = shop.piece(
        box(broad * uniform(0.75, 1.1), 0.62, top=uniform(0.9, 1.3)), shirt, (0, -0.25)
    )
    arms = [_arm(shop, side * 0.5 * broad, shirt, skin if bare_arms else shirt) for side in (1, -1)]
    head = shop.piece(ellipse(0.13, 0.17), skin, (uniform(-0.08, 0.08), -0.76))
    hair = shop.piece(ellipse(0.15, 0.1), dark, (uniform(-0.04, 0.04), -0.09), parent=head)
    return [*arms[0], *parts, trunk, head, hair, *arms[1]]


def beast(shop: Workshop) -> list[Part]:
    """An animal on four legs with a neck, a head, a tail, and a coat that may have patches."""
    coat, other = shop.skin(), shop.skin()
    uniform = shop.uniform
    trunk = shop.piece(capsule(uniform(0.7, 1.1), uniform(0.35, 0.6), uniform(0.3, 0.55)), coat)
    sock = other if shop.rng.random() < 0.4 else coat
    length, width = uniform(0.25, 0.5), uniform(0.08, 0.16)
    legs: list[Part] = []
    for x in (-0.45, -0.3, 0.32, 0.45):
        upper = shop.limb(
            coat, (x, 0.12), length=length, width=width, angle=_DOWN + uniform(-0.5, 0.5)
        )
        angle = uniform(-0.4, 0.4)
        lower = shop.limb(sock, (0, 0), length=length, width=0.7 * width, angle=angle, parent=upper)
        legs += [upper, lower]
    neck = shop.limb(
        coat, (0.45, -0.1), length=uniform(0.2, 0.5), width=uniform(0.16, 0.3),
        angle=uniform(-1.3, 0.1),
    )  # fmt: skip
    head = shop.limb(
        other if shop.rng.random() < 0.3 else coat, (0, 0), length=uniform(0.18, 0.32),
        width=uniform(0.15, 0.24), angle=uniform(0.2, 1.3), parent=neck,
    )  # fmt: skip
    tail = shop.limb(
        coat, (-0.5, -0.1), length=uniform(0.2, 0.6), width=uniform(0.04, 0.12),
        angle=math.pi + uniform(-1, 0.8),
    )  # fmt: skip
    spots: list[Part] = []
    for _ in range(int(shop.rng.choice([0, 0, 1, 3]))):
        spot = ellipse(uniform(0.08, 0.25), uniform(0.06, 0.16))
        spots.append(shop.piece(spot, other, (uniform(-0.4, 0.4), uniform(-0.1, 0.1))))
    return [tail, *legs[:2], *legs[4:6], trunk, *spots, *legs[2:4], *legs[6:], neck, head]


def vehicle(shop: Workshop) -> list[Part]:
    """A body on wheels with a cabin, windows that mirror the surroundings, lights and a stripe."""
    paint, glass, tyre, rim = (shop.skin() for _ in range(4))
    uniform = shop.uniform
    height, cabin = uniform(0.25, 0.5), uniform(0.25, 0.45)
    width, x = uniform(0.8, 1.3), uniform(-0.2, 0.2)
    roof = uniform(0.55, 0.95)
    parts = [
        shop.piece(box(width, cabin, top=roof), paint, (x, -0.5 * height - 0.5 * cabin + 0.02)),
        shop.piece(box(1.8, height, top=uniform(0.85, 1.0)), paint),
    ]
    panes = int(shop.rng.integers(1, 4))
    for pane in range(panes):
        step = 0.85 * width / panes
        centre = x + (pane - (panes - 1) / 2) * step
        shape = box(0.8 * step, 0.65 * cabin, top=uniform(0.7, 1.0))
        parts.append(shop.piece(shape, glass, (centre, -0.5 * height - 0.5 * cabin + 0.02)))
    if shop.rng.random() < 0.5:
        parts.append(
            shop.piece(box(1.75, 0.25 * height), shop.skin(), (0, uniform(0, 0.3) * height))
        )
    for side in (-1, 1):
        size = uniform(0.16, 0.26)
        wheel = shop.piece(ellipse(size, size), tyre, (side * uniform(0.45, 0.7), 0.5 * height))
        hub = shop.piece(ellipse(0.6 * size, 0.6 * size), rim, parent=wheel)
        lamp = shop.piece(ellipse(0.07, 0.05), shop.skin(), (side * 0.82, -0.15 * height))
        parts += [wheel, hub, lamp]
    return parts


def furniture(shop: Workshop) -> list[Part]:
    """A seat or table top on thin legs or a foot, with a back that may be a frame."""
    cloth, metal = shop.skin(), shop.skin()
    uniform = shop.uniform
    width, thin = uniform(0.7, 1.2), uniform(0.03, 0.09)
    parts: list[Part] = []
    if shop.rng.random() < 0.5:
        for _ in range(int(shop.rng.integers(3, 6))):
            angle = uniform(0.03, 0.35) * math.pi
            angle = angle if shop.rng.random() < 0.5 else math.pi - angle
            foot = shop.limb(metal, (0, 0.7), length=0.4, width=thin, angle=angle, sway=0)
            parts.append(foot)
        parts.append(shop.limb(metal, (0, 0.1), length=0.6, width=1.5 * thin, angle=_DOWN, sway=0))
    else:
        for x in (-0.45, -0.3, 0.3, 0.45):
            place, length = (x * width, 0.1), uniform(0.7, 0.9)
            angle = _DOWN - 0.3 * x
            parts.append(shop.limb(metal, place, length=length, width=thin, angle=angle, sway=0))
    parts.append(shop.piece(capsule(width, 0.12, uniform(0.08, 0.2)), cloth, (0, 0.1)))
    if shop.rng.random() < 0.75:
        side = uniform(-0.5, 0.5) * width
        back = box(uniform(0.12, 0.9) * width, uniform(0.6, 0.9), top=uniform(0.8, 1.1))
        lean = uniform(-0.15, 0.15)
        if shop.rng.random() < 0.5:
            parts.append(shop.piece(back * 0.85, cloth, (side, -0.4), angle=lean))
        parts.append(shop.piece(ring(back, uniform(0.75, 0.9)), metal, (side, -0.4), angle=lean))
    return parts


def gadget(shop: Workshop) -> list[Part]:
    """Two to five forms of different materials stuck together, at times with a ring or a stick."""
    main = shop.skin()
    parts = [shop.piece(outline(shop.rng, turned=True) * shop.uniform(0.4, 0.7), main)]
    for _ in range(int(shop.rng.integers(1, 5))):
        material = main if shop.rng.random() < 0.25 else shop.skin()
        angle = shop.uniform(0, 2 * math.pi)
        place = (0.5 * math.cos(angle), 0.5 * math.sin(angle))
        kind = shop.rng.integers(4)
        if kind == 0:
            length, width = shop.uniform(0.3, 0.8), shop.uniform(0.05, 0.2)
            part = shop.limb(material, place, length=length, width=width, angle=angle)
        else:
            shape = outline(shop.rng, turned=True) * shop.uniform(0.15, 0.5)
            shape = ring(shape, shop.uniform(0.5, 0.85)) if kind == 1 else shape
            part = shop.piece(shape, material, place)
        parts.insert(int(shop.rng.integers(len(parts) + 1)), part)
    return parts


def _arm(shop: Workshop, x: float, sleeve: Texture, skin: Texture) -> list[Part]:
    uniform = shop.uniform
    towards = _DOWN - math.copysign(uniform(-0.3, 1.9) * uniform(0.2, 1), x)
    upper = shop.limb(sleeve, (x, -0.48), length=0.3, width=uniform(0.08, 0.14), angle=towards)
    lower = shop.limb(
        skin, (0, 0), length=0.3, width=uniform(0.06, 0.09), angle=uniform(-1.4, 0.5), parent=upper
    )
    if shop.rng.random() < 0.8:
        return [upper, lower]
    tool = shop.limb(
        shop.skin(), (0, 0), length=uniform(0.2, 0.6), width=uniform(0.03, 0.07),
        angle=uniform(-1, 1), parent=lower,
    )  # fmt: skip
    if shop.rng.random() < 0.5:
        return [upper, lower, tool]
    loop = ring(ellipse(0.16, 0.11), uniform(0.6, 0.9))
    end = (tool.reach / shop.radius + 0.15, 0.0)
    return [upper, lower, tool, shop.piece(loop, shop.skin(), end, parent=tool)]
