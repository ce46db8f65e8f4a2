"""Synthetic axial CT of the chest in the lung window: lungs, heart, vessels, and pneumonia as opacities."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .draw import edge, smooth, stream
from .pneumonia import Pneumonia, draw_pneumonia

Field = npt.NDArray[np.floating[Any]]

GRID = 256
"""Side in pixels of the grid on which anatomy is drawn; scanners reconstruct 512, of which noise fills the finest."""

AIR, LUNG, FAT, SOFT, BLOOD, BONE = -1000, -850, -100, 45, 55, 400
"""Hounsfield units of what is drawn."""

WINDOW = -600, 1500
"""Centre and width of the lung window, HU, in which the published slices are stored."""


@dataclass(frozen=True)
class Thorax:
    """One patient on one scanner, drawn without regard to the class; lengths as fractions of the image's side.

    Args:
        half_width: Of the body at the chest.
        half_depth: From the middle to the breastbone.
        fat: Thickness of the fat below the skin.
        lung: Width of a lung against the half width.
        heart: Radius of the heart.
        turn: Rotation on the table, radians.
        level: Height of the body's centre in the image.
        build: Seed of how this body departs from an oval; no two people have one outline.
        noise: Standard deviation, HU, at 512 x 512.
    """

    half_width: float
    half_depth: float
    fat: float
    lung: float
    heart: float
    turn: float
    level: float
    build: int
    noise: float


def draw_thorax(generator: np.random.Generator) -> Thorax:
    """Return a random patient."""
    return Thorax(
        half_width=float(generator.uniform(0.32, 0.46)),
        half_depth=float(generator.uniform(0.21, 0.33)),
        fat=float(generator.uniform(0.01, 0.05)),
        lung=float(generator.uniform(0.34, 0.41)),
        heart=float(generator.uniform(0.09, 0.15)),
        turn=float(generator.normal(0, 0.09)),
        level=float(generator.uniform(0.42, 0.54)),
        build=int(generator.integers(2**31)),
        noise=float(generator.uniform(20, 60)),
    )


def slices_of(
    record: Mapping[str, Any], patient: int, *, ill: bool, diffuse: bool, scan: int, amount: int, size: int
) -> Iterator[tuple[npt.NDArray[np.uint8], dict[str, Any]]]:
    """Yield slices of one scan of a patient, from the apex down, each with its planted truth.

    They lie where the opacities are, or would be: the published sets hold slices that a reader picked for them.

    Args:
        record: Of the folder that is written: dataset, seed and difficulty.
        patient: Counted from 1.
        ill: See `draw_pneumonia`, as `diffuse`.
        diffuse: Whether it is COVID-19.
        scan: Counted from 0; another scan of the same patient shows the same disease.
        amount: How many slices.
        size: Rows and columns.
    """
    key, seed = str(record["dataset"]), int(record["seed"])
    generator = stream(seed, key, patient)
    thorax = draw_thorax(generator)
    pneumonia = draw_pneumonia(generator, ill=ill, diffuse=diffuse, difficulty=record["difficulty"])
    along = [focus[1] for focus in pneumonia.foci]
    for number, height in enumerate(np.linspace(min(along) - 0.04, max(along) + 0.04, amount)):
        yield lung_slice(stream(seed, key, patient, scan, number), thorax, pneumonia, height=float(height), size=size)


def lung_slice(
    generator: np.random.Generator, thorax: Thorax, pneumonia: Pneumonia, *, height: float, size: int = 512
) -> tuple[npt.NDArray[np.uint8], dict[str, Any]]:
    """Return one slice and the truth that was planted.

    Args:
        generator: The slice's stream: noise, vessels, small displacements.
        thorax: The patient.
        pneumonia: What the lungs show.
        height: Where the slice lies, from the apex of the lungs (0) to their base (1).
        size: Rows and columns.

    Returns:
        The image, uint8 (size, size), the patient's right on the left and the back below; and the truth, for JSON.
    """
    across, down = _body(generator, thorax)
    lungs = _lungs(thorax, across, down, height=height)
    units = _tissue(generator, thorax, across, down, lungs=lungs, height=height)
    opaque = np.zeros_like(units)
    for focus in pneumonia.foci:
        opaque = np.maximum(opaque, _focus(generator, thorax, focus, across, down, height=height))
    opaque *= lungs
    units += pneumonia.opacity * opaque * np.clip(SOFT - units, 0, None)
    burden = float((opaque * pneumonia.opacity).sum() / max(float(lungs.sum()), 1))
    truth = {"thorax": asdict(thorax), "pneumonia": asdict(pneumonia), "height": height, "burden": burden}
    return _windowed(generator, thorax, units, size), truth


def _body(generator: np.random.Generator, thorax: Thorax) -> tuple[Field, Field]:
    """Return how far each pixel lies right of and below the body's centre, in sides of the image."""
    steps = (np.arange(GRID, dtype=np.float32) + 0.5) / GRID
    columns, rows = steps[None] - 0.5, steps[:, None] - np.float32(thorax.level)
    turn = thorax.turn + float(generator.normal(0, 0.01))
    own, breath = stream(thorax.build), 0.004
    across, down = (
        0.018 * smooth(own, (GRID, GRID), (5, 5)) + breath * smooth(generator, (GRID, GRID), (4, 4)) for _ in range(2)
    )
    return columns + np.float32(turn) * rows + across, rows - np.float32(turn) * columns + down


def _oval(across: Field, down: Field, half: tuple[float, float], *, power: float = 2) -> Field:
    """Return 1 in the middle of an oval, 0 on its edge, below 0 outside."""
    ratio = (np.abs(across) / np.float32(half[0])) ** power + (np.abs(down) / np.float32(half[1])) ** power
    return 1 - ratio ** (1 / power)


def _size_at(height: float) -> float:
    """Return the size of a lung's section against its largest: small at the apex and again behind the diaphragm."""
    return float(np.clip(0.5 + 1.6 * height, 0, 1) * np.clip(1 - 1.2 * max(0.0, height - 0.8), 0, 1))


def _lungs(thorax: Thorax, across: Field, down: Field, *, height: float) -> Field:
    """Return where the lungs are, 0-1."""
    size = _size_at(height)
    half = thorax.lung * thorax.half_width * size, (thorax.half_depth - 2 * thorax.fat) * 0.92 * size
    middle = 0.52 * thorax.half_width
    lungs = np.zeros_like(across)
    for side in (-1, 1):
        lungs = np.maximum(lungs, edge(_oval(across - side * middle, down + 0.01, half, power=2.4), 0.08))
    return (lungs * (1 - edge(_heart(thorax, across, down, height=height), 0.1))).astype(np.float32)


def _heart(thorax: Thorax, across: Field, down: Field, *, height: float) -> Field:
    """Return the heart, or above it the great vessels: 1 in the middle, 0 on the edge."""
    size = thorax.heart * (0.45 + 0.85 * float(np.clip(2.2 * height - 0.6, 0, 1)))
    return _oval(across - 0.35 * size, down + 0.3 * thorax.half_depth, (1.25 * size, size))


def _tissue(
    generator: np.random.Generator, thorax: Thorax, across: Field, down: Field, *, lungs: Field, height: float
) -> Field:
    """Return the Hounsfield units of a healthy chest."""
    half = thorax.half_width, thorax.half_depth
    skin = _oval(across, down, half, power=2.4)
    muscle = _oval(across, down, (half[0] - thorax.fat, half[1] - thorax.fat), power=2.4)
    units = AIR + edge(skin, 0.02) * (FAT - AIR) + edge(muscle, 0.03) * (SOFT - FAT)
    table = np.exp(-(((down - half[1] - 0.03 + 0.15 * across**2) / 0.006) ** 2))
    units += 500 * table
    units += edge(_oval(across, down - 0.62 * half[1], (0.055, 0.05)), 0.1) * (BONE - SOFT)
    angle = np.arctan2(down / half[1], across / half[0])
    wall = np.abs(muscle - 0.05) < 0.035
    units += (BONE - SOFT) * wall * (np.sin(11 * angle + 9 * height) > 0.2)
    units += lungs * (LUNG - units)
    units += edge(_heart(thorax, across, down, height=height), 0.1) * (BLOOD - units) * edge(muscle, 0.03)
    units += _airways(across, down, height=height) * (AIR - units)
    shape = across.shape
    vessels = sum(np.clip(smooth(generator, shape, cells) - 1.5, 0, 0.5) * 2 for cells in ((34, 34), (64, 64)))
    towards_hilum = 0.5 + np.exp(-np.hypot(np.abs(across) - 0.1, down) / 0.15)
    units += np.clip(vessels * towards_hilum, 0, 1) * lungs * (BLOOD - LUNG)
    return (units + 25 * lungs * smooth(generator, shape, (12, 12))).astype(np.float32)


def _airways(across: Field, down: Field, *, height: float) -> Field:
    """Return trachea, or below the carina both main bronchi, 0-1."""
    apart = 0.0 if height < 0.35 else 0.05 + 0.1 * (height - 0.35)
    radius = 0.022 if height < 0.35 else 0.014
    both = [edge(_oval(across - side * apart, down, (radius, radius)), 0.3) for side in (-1, 1)]
    return np.maximum(*both) * np.float32(height < 0.6)


def _focus(
    generator: np.random.Generator,
    thorax: Thorax,
    focus: tuple[float, float, float, float, int],
    across: Field,
    down: Field,
    *,
    height: float,
) -> Field:
    """Return the section of one opacity, 0-1: ragged, and gone where the slice passes it by."""
    outward, along, depth, radius, side = focus
    # A lung is about 2.5 times as tall as wide.
    reach = radius**2 - (0.4 * 2.5 * (height - along)) ** 2
    if reach <= 0:
        return np.zeros_like(across)
    size = 1.6 * thorax.lung * thorax.half_width * reach**0.5
    place = side * (0.2 + 0.66 * outward) * thorax.half_width, (2 * depth - 1) * 0.7 * thorax.half_depth
    ragged = 0.3 * smooth(generator, across.shape, (24, 24))
    bronchi = np.clip(smooth(generator, across.shape, (40, 40)) - 1.6, 0, 0.4) * 2
    return (edge(_oval(across - place[0], down - place[1], (size, size)) + ragged, 0.5) * (1 - bronchi)).astype(
        np.float32
    )


def _windowed(generator: np.random.Generator, thorax: Thorax, units: Field, size: int) -> npt.NDArray[np.uint8]:
    """Return the slice in the lung window at its full size, with the scanner's correlated noise."""
    from PIL import Image

    large = np.asarray(Image.fromarray(units).resize((size, size), Image.Resampling.BICUBIC))
    grain = Image.fromarray(generator.standard_normal((size * 3 // 4, size * 3 // 4), dtype=np.float32))
    noise = np.asarray(grain.resize((size, size), Image.Resampling.BILINEAR))
    centre, width = WINDOW
    grey = (large + np.float32(thorax.noise) * noise - (centre - width / 2)) / width
    return (255 * np.clip(grey, 0, 1)).astype(np.uint8)
