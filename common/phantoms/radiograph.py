"""Synthetic frontal chest radiographs: ribs, lungs, heart, diaphragm, and pneumonia as opacities within the lungs."""

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .draw import edge, smooth, stream
from .pneumonia import Pneumonia

Field = npt.NDArray[np.floating[Any]]

GRID = 256
"""Longer side in pixels of the grid on which anatomy is drawn; what is finer than 1/256 of a radiograph is grain."""


@dataclass(frozen=True)
class Chest:
    """One patient's anatomy and exposure, drawn without regard to the class; lengths in heights of the image.

    Args:
        half_width: Of the rib cage.
        base: Where the right hemidiaphragm stands.
        heart: Mean radius of the heart.
        ribs: Distance of neighbouring ribs.
        slope: How far a posterior rib falls from the spine to the chest wall.
        tilt: Rotation of the patient, radians.
        shift: Of the midline to the right of the image.
        fat: Thickness of the chest wall.
        gain: Contrast of the exposure.
        gamma: Of the display.
        build: Seed of how this chest departs from a symmetrical one; no two people have the same ribs.
    """

    half_width: float
    base: float
    heart: float
    ribs: float
    slope: float
    tilt: float
    shift: float
    fat: float
    gain: float
    gamma: float
    build: int


def draw_chest(generator: np.random.Generator) -> Chest:
    """Return a random patient."""
    return Chest(
        half_width=float(generator.uniform(0.3, 0.42)),
        base=float(generator.uniform(0.74, 0.86)),
        heart=float(generator.uniform(0.13, 0.19)),
        ribs=float(generator.uniform(0.062, 0.088)),
        slope=float(generator.uniform(0.04, 0.16)),
        tilt=float(generator.normal(0, 0.05)),
        shift=float(generator.normal(0, 0.035)),
        fat=float(generator.uniform(0.03, 0.08)),
        gain=float(generator.uniform(0.85, 1.15)),
        gamma=float(generator.uniform(0.85, 1.2)),
        build=int(generator.integers(2**31)),
    )


class Box(NamedTuple):
    """Left and upper edge, width and height of an opacity, in pixels from the image's left upper corner."""

    left: int
    top: int
    width: int
    height: int


def radiograph(
    generator: np.random.Generator, chest: Chest, pneumonia: Pneumonia, *, size: tuple[int, int]
) -> tuple[npt.NDArray[np.uint8], list[Box], dict[str, Any]]:
    """Return one radiograph, the boxes of its opacities, visible or not, and the truth that was planted.

    Args:
        generator: The exposure's stream: noise and small displacements.
        chest: The patient.
        pneumonia: What the lungs show.
        size: Height and width in pixels.

    Returns:
        The image, uint8 (H, W), dense is bright, the patient's right on the left; boxes; and the truth, for JSON.
    """
    scale = GRID / max(size)
    shape = round(size[0] * scale), round(size[1] * scale)
    across, down = _body(generator, chest, shape)
    lungs, base = _lungs(chest, across, down)
    density = _tissue(generator, chest, across, down, lungs=lungs, base=base)
    masks = [_focus(generator, chest, focus, across, down) * lungs for focus in pneumonia.foci]
    for mask in masks:
        density += 0.5 * pneumonia.opacity * mask * (1 - np.clip(density - 0.45, 0, 0.5))
    boxes = [_box(mask, scale, size) for mask in masks]
    truth = {"chest": asdict(chest), "pneumonia": asdict(pneumonia), "boxes": boxes}
    return _exposed(generator, chest, density, size), boxes, truth


def _body(generator: np.random.Generator, chest: Chest, shape: tuple[int, int]) -> tuple[Field, Field]:
    """Return for each pixel how far it lies right of the midline and below the upper edge, in heights of the image."""
    height, width = shape
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    columns = (np.arange(width, dtype=np.float32)[None] - (width - 1) / 2) / height
    columns = columns - chest.shift - np.float32(generator.normal(0, 0.01))
    tilt = chest.tilt + float(generator.normal(0, 0.01))
    turned = columns + np.float32(np.tan(tilt)) * (rows - 0.5)
    own, breath = stream(chest.build), 0.005
    aside, along = (0.016 * smooth(own, shape, (5, 5)) + breath * smooth(generator, shape, (4, 4)) for _ in range(2))
    return turned + aside, rows - np.float32(np.tan(tilt)) * columns + along


def _line(distance: Field, width: float) -> Field:
    return np.exp(-((distance / np.float32(width)) ** 2))


def _lungs(chest: Chest, across: Field, down: Field) -> tuple[Field, Field]:
    """Return where the lungs are, 0-1, and how far above the diaphragm each point lies."""
    aside = np.abs(across)
    out = chest.half_width * 0.93
    oval = (aside / out) ** 2.4 + (np.clip(0.8 - down, 0, None) / 0.7) ** 2.2
    from_top = (aside - 0.45 * out) / (0.55 * out)
    dome = chest.base + np.where(from_top > 0, 0.15, 0.05) * from_top**2 + 0.03 * edge(across, 0.15)
    above = (dome - down).astype(np.float32)
    middle = 0.055 + 0.03 * np.clip(down - 0.3, 0, 1)
    inside = edge(1 - oval, 0.12) * edge(above, 0.02) * edge(aside - middle, 0.03)
    # The left ventricle reaches into the left lung, which stands on the image's right.
    return (inside * (1 - 0.75 * _heart(chest, across, down))).astype(np.float32), above


def _heart(chest: Chest, across: Field, down: Field) -> Field:
    place = across - 0.3 * chest.heart, down - (chest.base - 0.75 * chest.heart)
    lean = place[0] + 0.25 * place[1]
    return edge(1 - np.hypot(lean / chest.heart, place[1] / (1.1 * chest.heart)), 0.25)


def _tissue(
    generator: np.random.Generator, chest: Chest, across: Field, down: Field, *, lungs: Field, base: Field
) -> Field:
    """Return the attenuation of a healthy chest, about 0 (air) to 1 (spine behind the heart)."""
    aside = np.abs(across)
    shoulders = 0.4 * np.exp(-(((down - 0.1) / 0.1) ** 2)) - 0.3 * np.exp(-((down / 0.05) ** 2))
    body = edge(chest.half_width + chest.fat + shoulders - aside, 0.03)
    density = 0.5 * body * np.sqrt(np.clip(1 - (aside / (chest.half_width + 2.5 * chest.fat)) ** 2, 0.15, 1))
    density -= 0.3 * lungs
    density += 0.22 * _heart(chest, across, down) * body
    density += 0.3 * (1 - edge(base, 0.02)) * body * edge(down - 0.5, 0.1)
    density -= 0.2 * edge(1 - np.hypot((across - 0.2) / 0.07, (base + 0.09) / 0.05), 0.5)
    vertebrae = 0.85 + 0.15 * np.cos(2 * np.pi * down / 0.055)
    density += 0.2 * _line(across, 0.05) * vertebrae * body
    density -= 0.1 * _line(across - 0.005, 0.014) * edge(0.33 - down, 0.05)
    density += _bones(chest, across, down) * body
    vessels = (_line(smooth(generator, across.shape, cells), 0.15) for cells in ((40, 60), (20, 32)))
    strands = sum(vessels) * np.clip(0.4 + 0.6 * smooth(generator, across.shape, (24, 24)), 0, 1)
    near_hilum = np.exp(-np.hypot(aside - 0.09, down - 0.47) / 0.12)
    density += lungs * (strands * (0.03 + 0.1 * near_hilum) + 0.06 * near_hilum)
    return (density + 0.02 * smooth(generator, across.shape, (6, 6))).astype(np.float32)


def _bones(chest: Chest, across: Field, down: Field) -> Field:
    """Return what ribs and clavicles add."""
    aside = np.abs(across)
    part = aside / chest.half_width
    bones = (
        0.12 * _line(down - 0.17 + 0.25 * (aside - 0.08), 0.014) * edge(aside - 0.04, 0.02) * edge(0.34 - aside, 0.03)
    )
    wall = edge(1.02 - part, 0.06)
    for number in range(int(0.75 / chest.ribs)):
        top = 0.1 + number * chest.ribs
        bones += 0.09 * _line(down - (top + chest.slope * part**2), 0.011) * wall
        front = top + 0.12 + 0.22 * (1 - part)
        bones += 0.04 * _line(down - front, 0.013) * wall * edge(part - 0.45, 0.1)
    return (bones + 0.1 * _line(part - 0.98, 0.04) * edge(down - 0.15, 0.05) * edge(0.95 - down, 0.1)).astype(
        np.float32
    )


def _focus(
    generator: np.random.Generator,
    chest: Chest,
    focus: tuple[float, float, float, float, int],
    across: Field,
    down: Field,
) -> Field:
    """Return one opacity, 0-1, patchy and soft-edged."""
    outward, along, _, radius, side = focus
    place = side * (0.05 + outward * (chest.half_width * 0.93 - 0.05)), 0.12 + along * (chest.base - 0.14)
    size = radius * 0.9 * chest.half_width
    distance = np.hypot((across - place[0]) / size, (down - place[1]) / (1.15 * size))
    ragged = 0.2 * smooth(generator, across.shape, (12, 12))
    patches = np.clip(0.9 + 0.1 * smooth(generator, across.shape, (32, 32)), 0, 1)
    return (edge(1 - distance + ragged, 0.9) * patches).astype(np.float32)


def _box(mask: Field, scale: float, size: tuple[int, int]) -> Box:
    """Return the box around what is at least half as dense as the densest of an opacity."""
    inside = mask >= mask.max() / 2
    rows, columns = (np.flatnonzero(inside.any(axis)) / scale for axis in (1, 0))
    left, top = int(columns[0]), int(rows[0])
    right, bottom = (min(int(ends[-1] + 1 / scale), end) for ends, end in ((columns, size[1]), (rows, size[0])))
    return Box(left, top, right - left, bottom - top)


def _exposed(
    generator: np.random.Generator, chest: Chest, density: Field, size: tuple[int, int]
) -> npt.NDArray[np.uint8]:
    """Return the displayed image at its full size, with quantum noise that falls with the exposure."""
    from PIL import Image

    grey = np.clip(0.85 * chest.gain * density + 0.1, 0.02, 1) ** np.float32(chest.gamma)
    large = np.asarray(Image.fromarray(grey.astype(np.float32)).resize(size[::-1], Image.Resampling.BICUBIC))
    noisy = large + 0.015 * generator.standard_normal(size, dtype=np.float32)
    return (255 * np.clip(noisy, 0, 1)).astype(np.uint8)
