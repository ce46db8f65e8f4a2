"""Haemorrhages of the five subtypes in a head: where each of them lies, and what a slice shows of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

SUBTYPES = ("epidural", "intraparenchymal", "intraventricular", "subarachnoid", "subdural")

CONTRAST = 34.0
"""Hounsfield units by which fresh blood exceeds grey matter at difficulty 0: 71 against 37."""

HALF_THICKNESS = {
    "epidural": (0.22, 0.36),
    "subdural": (0.35, 0.55),
    "intraparenchymal": (0.15, 0.3),
    "intraventricular": (0.3, 0.5),
    "subarachnoid": (0.2, 0.35),
}
"""How far above and below its middle a bleed reaches, in levels (from the basal ganglia, 0, to the vertex, 1)."""

MIDDLES = {
    "epidural": (0.1, 0.6),
    "subdural": (0.3, 0.7),
    "intraparenchymal": (0.1, 0.55),
    "intraventricular": (0.0, 0.25),
    "subarachnoid": (0.1, 0.6),
}
"""Levels among which the middle of a bleed lies."""


class Places(NamedTuple):
    """Coordinates of every point of a slice, all (256, 256).

    Args:
        x: From the midline to the image's right, mm of the widest slice.
        y: From the middle to the back, mm of the widest slice.
        angle: Around the middle, radians from the image's right towards the back.
        radius: Of the skull's outside at that angle, mm.
        depth: Below the skull's outside, mm.
        inner: Below its inside, mm.
        sulci: Where cerebrospinal fluid fills them.
        wide_sulci: What blood among them covers.
        ventricles: Where they are.
        ragged: A smooth random field of about unit variance.
    """

    x: npt.NDArray[np.float32]
    y: npt.NDArray[np.float32]
    angle: npt.NDArray[np.float32]
    radius: npt.NDArray[np.float32]
    depth: npt.NDArray[np.float32]
    inner: npt.NDArray[np.float32]
    sulci: npt.NDArray[np.bool_]
    wide_sulci: npt.NDArray[np.bool_]
    ventricles: npt.NDArray[np.bool_]
    ragged: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Bleed:
    """One haemorrhage.

    Args:
        subtype: One of `SUBTYPES`.
        side: 1 on the image's right, -1 on its left.
        middle: Level of its middle.
        reach: Levels that it reaches above and below.
        direction: Angle from the side (0) towards the back, radians, at which it lies.
        length: Half its length along the skull, or its radius, mm.
        thickness: Greatest thickness, or the share of the ventricles that it fills, from behind.
        contrast: Hounsfield units above grey matter.
        share: How much of a point is blood.
    """

    subtype: str
    side: int
    middle: float
    reach: float
    direction: float
    length: float
    thickness: float
    contrast: float
    share: float


_SIZES = {
    "epidural": ((18, 30), (11, 20)),
    "subdural": ((55, 80), (5, 10)),
    "intraparenchymal": ((9, 18), (0, 0)),
    "intraventricular": ((0, 0), (0.5, 0.9)),
    "subarachnoid": ((35, 55), (0, 0)),
}
"""Length and thickness of `Bleed`, from least to greatest."""


def draw_bleeds(generator: np.random.Generator, subtypes: Sequence[str], *, difficulty: float) -> list[Bleed]:
    """Return a random haemorrhage of each subtype. At difficulty 1 blood is as dense as brain: nothing can be seen."""
    return [_draw(generator, subtype, difficulty) for subtype in subtypes]


def _draw(generator: np.random.Generator, subtype: str, difficulty: float) -> Bleed:
    length, thickness = (float(generator.uniform(*limits)) for limits in _SIZES[subtype])
    return Bleed(
        subtype=subtype,
        side=int(generator.choice((-1, 1))),
        middle=float(generator.uniform(*MIDDLES[subtype])),
        reach=float(generator.uniform(*HALF_THICKNESS[subtype])),
        direction=float(generator.uniform(-0.7, 0.7)),
        length=length,
        thickness=thickness,
        contrast=float(CONTRAST * (1 - difficulty) * generator.uniform(0.85, 1.15)),
        share=0.8 if subtype == "subarachnoid" else 1.0,
    )


def blood(bleed: Bleed, places: Places, level: float) -> npt.NDArray[np.bool_]:
    """Return where a slice at this level shows a haemorrhage, bool (256, 256)."""
    away = abs(level - bleed.middle) / bleed.reach
    if away >= 1:
        return np.zeros(places.x.shape, bool)
    size = float(np.sqrt(1 - away**2))
    if bleed.subtype == "intraventricular":
        return places.ventricles & (places.y > 34 - 62 * bleed.thickness * size)
    if bleed.subtype == "intraparenchymal":
        right = places.x - bleed.side * (30 - 10 * abs(bleed.direction))
        down = places.y - 34 * bleed.direction
        lobes = 1 + 0.22 * places.ragged
        return (np.hypot(right, 0.8 * down) < bleed.length * size * lobes) & (places.inner > 3) & ~places.ventricles
    # Along the skull, mm from the middle of the bleed.
    sideways = np.arctan2(places.y, bleed.side * places.x) - bleed.direction
    along = np.abs((sideways + np.pi) % (2 * np.pi) - np.pi) * places.radius / (bleed.length * size)
    if bleed.subtype == "subarachnoid":
        return places.wide_sulci & (along < 1)
    # A lens ends at an angle, a crescent in points, and only the lens is thick.
    profile = np.clip(1 - along ** (2 if bleed.subtype == "epidural" else 6), 0, 1)
    edge = bleed.thickness * size * profile * (1 + 0.05 * places.ragged)
    return (places.inner > 0) & (places.inner < edge) & (bleed.side * places.x > 1)
