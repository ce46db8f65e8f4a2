"""Synthetic sagittal MR images of the knee, fluid bright: cruciate ligament and menisci, whole or torn."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .draw import smooth, stream
from .lesions import SEPARATION

Field = npt.NDArray[np.float32]

SIDE = 256
"""Pixels of a slice down and across, as MRNet's."""

SLICES = 17, 31
"""Slices of an examination: 17 to 30. MRNet has 17 to 61."""

MARROW, FAT, MUSCLE, SKIN, CARTILAGE, FLUID, DARK = 0.42, 0.62, 0.3, 0.25, 0.55, 0.9, 0.05
"""Grey levels of proton-density weighting with some T2: ligament, meniscus and cortical bone give no signal."""

NOTCH, COMPARTMENT = 0.3, (0.3, 0.85)
"""Where the cruciate ligament and the menisci are seen, as distance from the middle of the knee, which ends at 1."""

TEXTURE = 0.08
"""Standard deviation of the signal of trabeculae, fibres and septa, four pixels wide, against its mean."""

SMALLEST_CYST = 0.2
"""Size from which a popliteal cyst is drawn: five pixels high."""

NOISE = 0.035
"""Standard deviation of the noise in each of two channels: the magnitude of MR images is Rice distributed."""


@dataclass(frozen=True)
class Knee:
    """One knee in the words of a report; what is torn follows from the two suspicions.

    Args:
        ligament: Latent score of an anterior cruciate ligament tear, N(-d'/2, 1) in whole and N(d'/2, 1) in torn ones.
        meniscus: The same of a meniscal tear.
        slices: Sagittal slices from one side of the knee to the other.
        effusion: Fluid in the joint, 0-1: more in torn ligaments, some in any knee.
        cyst: Size of the popliteal cyst, 0-1: larger in torn menisci.
        anatomy: Displacements of the parts of the knee, in units of their usual spread, (12,).
    """

    ligament: float
    meniscus: float
    slices: int
    effusion: float
    cyst: float
    anatomy: tuple[float, ...]


class Place(NamedTuple):
    """Where each pixel lies, in pixels below and behind the middle of the joint line: two fields (256, 256)."""

    y: Field
    x: Field


def draw_knee(generator: np.random.Generator, *, ligament: bool, meniscus: bool, difficulty: float) -> Knee:
    """Return a random knee with a torn or whole ligament and meniscus, in the binormal model of `lesions`."""
    shift = SEPARATION * (1 - difficulty) / 2
    first, second = generator.normal(0, 1, 2)
    suspicions = float(first + (shift if ligament else -shift)), float(second + (shift if meniscus else -shift))
    noise = generator.normal(0, 1, 2)
    return Knee(
        ligament=suspicions[0],
        meniscus=suspicions[1],
        slices=int(generator.integers(*SLICES)),
        effusion=float(np.clip(0.15 + 0.7 * share(suspicions[0]) + 0.12 * noise[0], 0, 1)),
        cyst=float(np.clip(0.7 * share(suspicions[1]) + 0.12 * noise[1], 0, 1)),
        anatomy=tuple(float(value) for value in generator.normal(0, 1, 12).clip(-2, 2)),
    )


def share(suspicion: float) -> float:
    """Return how far a part is torn, 0-1."""
    return 1 / (1 + float(np.exp(-2 * suspicion)))


def position(knee: Knee, index: int) -> float:
    """Return where slice `index`, from 0, lies between the sides of the knee: -1 to 1, 0 in the middle."""
    return 2 * (index + 0.5) / knee.slices - 1


def shows_ligament(knee: Knee, index: int) -> bool:
    """Return whether the cruciate ligament is in slice `index`."""
    return abs(position(knee, index)) < NOTCH


def shows_meniscus(knee: Knee, index: int) -> bool:
    """Return whether a meniscus is in slice `index`."""
    return COMPARTMENT[0] <= abs(position(knee, index)) < COMPARTMENT[1]


def knee_slices(
    knee: Knee, indices: Iterable[int], *, seed: int, key: str, number: int
) -> Iterator[npt.NDArray[np.uint8]]:
    """Yield the slices `indices`, from 0, of the examination `number` of the data set `key`: uint8 (256, 256).

    Rows from head to foot, columns from front to back.
    """
    generator = stream(seed, key, "knee", number)
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32) - SIDE // 2
    y += 2.5 * _waves(generator, 5) - 6 * knee.anatomy[0]
    x += 2.5 * _waves(generator, 5) - 5 * knee.anatomy[4]
    coil, gain = 0.85 + 0.12 * _waves(generator, 3), 255 * float(generator.uniform(0.85, 1.1))
    for index in indices:
        generator = stream(seed, key, "slice", number, index)
        image = coil * _tissue(generator, knee, index, Place(y + 0.8 * _waves(generator, 9), x))
        image *= 1 + TEXTURE * _waves(generator, 64)
        channels = NOISE * generator.standard_normal((2, SIDE, SIDE), dtype=np.float32)
        yield np.clip(gain * np.hypot(image + channels[0], channels[1]), 0, 255).astype(np.uint8)


def _tissue(generator: np.random.Generator, knee: Knee, index: int, place: Place) -> Field:
    """Return the signal of one slice, about 0-1."""
    side = position(knee, index)
    image = _soft_tissue(generator, knee, place, side)
    _bones(generator, image, knee, place, side)
    _fluid(image, knee, place)
    if shows_ligament(knee, index):
        _ligaments(generator, image, knee, place)
    if shows_meniscus(knee, index):
        _menisci(generator, image, knee, place)
    return image


def _waves(generator: np.random.Generator, cells: int) -> Field:
    """Return a smooth random field of about unit variance, (256, 256)."""
    return smooth(generator, (SIDE, SIDE), (cells, cells))


def _put(image: Field, inside: Field, level: Field | float, *, edge: float = 1.5) -> None:
    """Blend `level` into `image` where `inside`, a distance in pixels, is positive; borders are `edge` pixels soft."""
    image += np.clip(inside / edge + 0.5, 0, 1) * (level - image)


def _ellipse(place: Place, centre: tuple[float, float], radii: tuple[float, float]) -> Field:
    """Return about how many pixels inside an ellipse each pixel lies; below 0 outside."""
    return (1 - np.hypot((place.y - centre[0]) / radii[0], (place.x - centre[1]) / radii[1])) * min(radii)


def _band(place: Place, start: tuple[float, float], end: tuple[float, float], width: float) -> tuple[Field, Field]:
    """Return how far inside a straight band each pixel lies, in pixels, and how far along it, 0 to 1."""
    down, across = end[0] - start[0], end[1] - start[1]
    y, x, length = place.y - start[0], place.x - start[1], float(np.hypot(down, across))
    along = ((y * down + x * across) / length**2).astype(np.float32)
    away = np.abs(y * across - x * down) / length
    return np.minimum(width / 2 - away, length * np.minimum(along, 1 - along)), along


def _soft_tissue(generator: np.random.Generator, knee: Knee, place: Place, side: float) -> Field:
    """Return skin, fat and muscle around an empty joint: the leg is narrower at the sides of the knee."""
    thin = 1 - 0.12 * abs(side)
    front, back = -(90 + 6 * knee.anatomy[1]) * thin, (94 + 6 * knee.anatomy[2]) * thin
    leg = np.minimum(place.x - front - 10 * (place.y / 128) ** 2, back - place.x)
    image = np.zeros((SIDE, SIDE), np.float32)
    _put(image, leg, FAT + 0.05 * _waves(generator, 24))
    muscle = np.minimum(back - 12 - place.x, place.x - 30 - 4 * knee.anatomy[3] + 0.2 * np.abs(place.y))
    _put(image, muscle, MUSCLE + 0.06 * _waves(generator, 20), edge=4)
    _put(image, 8 - np.abs(muscle - 14), 0.5 * FAT + 0.1, edge=6)
    _put(image, 1.6 - np.abs(leg - 1.6), SKIN)
    return image


def _bones(generator: np.random.Generator, image: Field, knee: Knee, place: Place, side: float) -> None:
    """Put femur, tibia, patella and its tendons into the image: marrow in a dark cortex, cartilage where they meet."""
    y, x = place.y, place.x - 6 * side
    condyle = _ellipse(place, (-40, 6 * side - 2), (38, 44 + 3 * knee.anatomy[5]))
    femur = np.maximum(condyle, np.minimum(-46 - y, 24 - 0.05 * y - np.abs(x + 8)))
    tibia = np.minimum(y - 6, 41 - 0.3 * np.clip(y - 22, 0, 60) - np.abs(x - 2))
    patella = _ellipse(place, (-42 + 3 * knee.anatomy[6], 6 * side - 66), (23, 10))
    for bone in (femur, tibia, patella):
        marrow = MARROW + 0.05 * _waves(generator, 12)
        _put(image, bone + 4, CARTILAGE)
        _put(image, bone, DARK)
        _put(image, bone - 2.5, marrow)
    for above, below in (((-20, 6 * side - 68), (46, 6 * side - 44)), ((-118, 6 * side - 52), (-62, 6 * side - 68))):
        _put(image, _band(place, above, below, 7)[0], DARK)


def _fluid(image: Field, knee: Knee, place: Place) -> None:
    """Put the effusion above the patella and the cyst behind the knee into the image."""
    leaning = Place(place.y, place.x + 0.25 * (80 + place.y))
    recess = _ellipse(leaning, (-80, -46), (25, 2 + 9 * knee.effusion))
    _put(image, recess, FLUID * (0.5 + 0.5 * knee.effusion), edge=2)
    if knee.cyst > SMALLEST_CYST:
        _put(image, _ellipse(place, (6, 60), (24 * knee.cyst, 13 * knee.cyst)), FLUID, edge=2)


def _ligaments(generator: np.random.Generator, image: Field, knee: Knee, place: Place) -> None:
    """Put the cruciate ligaments into the notch; a torn anterior one is interrupted, thick and full of fluid."""
    torn, lean = share(knee.ligament), 3 * knee.anatomy[8]
    _put(image, _ellipse(place, (-16, 4), (24, 30)), 0.5 * FAT, edge=4)
    _put(image, _band(place, (-30, -4), (12, 36), 9)[0], DARK)
    anterior, along = _band(place, (-36 + 3 * knee.anatomy[7], 24), (6, lean - 24), 8 + 4 * torn)
    middle = 0.5 + 0.08 * knee.anatomy[9]
    gap = np.exp(-(((along - middle) / (0.08 + 0.25 * torn)) ** 2)) * torn
    _put(image, anterior + 5 * torn, 0.35 + 0.4 * torn + 0.15 * _waves(generator, 24), edge=6)
    _put(image, anterior, DARK + (FLUID - DARK) * gap)


def _menisci(generator: np.random.Generator, image: Field, knee: Knee, place: Place) -> None:
    """Put the two horns of a meniscus into the joint; in a torn one a bright cleft parts the rear horn."""
    torn, y, x = share(knee.meniscus), place.y - 1, place.x
    thick = 13 + 1.5 * knee.anatomy[10]
    for tip, base in ((-16, -42), (12, 44)):
        along = (x - tip) / (base - tip)
        wedge = np.minimum(along * thick / 2 - np.abs(y), (1 - along) * abs(base - tip))
        _put(image, np.minimum(wedge + 3, abs(base - tip) * along), CARTILAGE, edge=3)
        _put(image, wedge, DARK)
    cleft = 1 + 2.2 * torn - np.abs(y - 0.25 * knee.anatomy[11] * (x - 28))
    _put(image, np.minimum(cleft, wedge + 1), DARK + (FLUID - DARK) * torn)
    _put(image, _ellipse(place, (0, 48), (9, 5)), 0.4 + 0.5 * torn + 0.05 * float(generator.random()))
