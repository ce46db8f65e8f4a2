"""Synthetic axial CT of the head in Hounsfield units: scalp, skull, sulci, grey and white matter, ventricles, falx."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .bleeds import Bleed, Places, blood

Field = npt.NDArray[np.float32]

SIDE = 512
"""Pixels of a slice, across and down, of 0.5 mm: a field of view of 256 mm."""

GRID = 256
"""Points across and down on which anatomy is drawn, 1 mm apart; only the noise is as fine as the pixels."""

AIR, FAT, SCALP, CSF, WHITE, GREY, FALX, TABLE = -1000.0, -70.0, 35.0, 8.0, 28.0, 37.0, 46.0, 250.0
"""Hounsfield units of what a head consists of (Radiopaedia, "Hounsfield unit"), and of the headrest."""

DENSE, DIPLOE, CALCIFIED = 1300.0, 600.0, 180.0
"""Hounsfield units of the skull's two tables, of what lies between them, and of a calcified choroid plexus."""

HEADREST = 108.0
"""Millimetres from the middle of the image down to the headrest's lowest point."""


@dataclass(frozen=True)
class Head:
    """One patient's head as one scanner shows it.

    Args:
        width: Half the skull's width at its widest slice, mm.
        length: Half its length from front to back, mm.
        bone: Thickness of the skull, mm.
        scalp: Thickness of the scalp, mm.
        outline: Amplitudes of the outline's 2nd to 5th harmonics, as fractions of the radius: no head is an ellipse.
        turn: Rotation of the head, radians.
        centre: Middle of the head in the image, mm to the right and down.
        ventricles: Size of the ventricles; 1 is a young adult's, 1.6 an old one's.
        atrophy: Width of the sulci; likewise.
        noise: Standard deviation of the noise, Hounsfield units.
        headrest: Radius of the headrest's curve, mm; 0 where it is not in the picture.
    """

    width: float
    length: float
    bone: float
    scalp: float
    outline: tuple[float, ...]
    turn: float
    centre: tuple[float, float]
    ventricles: float
    atrophy: float
    noise: float
    headrest: float


def draw_head(generator: np.random.Generator) -> Head:
    """Return a random head, drawn without regard to what bleeds in it.

    Heads differ so much that `common.datasets.duplicates` takes none for another, as it takes none of CT-ICH.
    """
    age = float(generator.uniform(0, 1))
    return Head(
        width=float(generator.uniform(63, 79)),
        length=float(generator.uniform(78, 98)),
        bone=float(generator.uniform(3.5, 5.5)),
        scalp=float(generator.uniform(3.5, 7)),
        outline=tuple(float(value) for value in generator.normal(0, 0.018, 8)),
        turn=float(generator.normal(0, 0.17)),
        centre=(float(generator.normal(0, 8)), float(generator.normal(-4, 5))),
        ventricles=0.85 + 0.6 * age + float(generator.uniform(0, 0.2)),
        atrophy=0.8 + 0.7 * age,
        noise=float(generator.uniform(3.5, 5.5)),
        headrest=float(generator.uniform(110, 220)) if generator.random() < 0.6 else 0.0,
    )


def head_slice(
    generator: np.random.Generator, head: Head, level: float, bleeds: Sequence[Bleed] = ()
) -> tuple[npt.NDArray[np.int16], dict[str, npt.NDArray[np.bool_]]]:
    """Return a slice in Hounsfield units, int16 (512, 512), rows from the front, and the mask of each subtype of blood.

    Args:
        generator: Where what differs from slice to slice comes from: sulci, noise.
        head: The patient's head.
        level: Height of the slice: 0 through the basal ganglia, 1 just below the vertex.
        bleeds: Haemorrhages of this head; those that do not reach the slice are not seen.
    """
    from scipy.ndimage import gaussian_filter

    places = _places(generator, head, level)
    image = _tissue(generator, head, places, level)
    image[places.ventricles] = CSF
    _falx_and_choroid(image, places, level)
    masks: dict[str, npt.NDArray[np.bool_]] = {}
    for bleed in bleeds:
        seen = blood(bleed, places, level)
        oedema = gaussian_filter(seen.astype(np.float32), 4) if bleed.subtype == "intraparenchymal" else 0
        image -= np.where(places.depth > head.bone + 2, 9 * bleed.contrast / 30 * oedema, 0).astype(np.float32)
        if seen.any():
            image[seen] += (GREY + bleed.contrast - image[seen]) * bleed.share
            masks[bleed.subtype] = masks.get(bleed.subtype, np.zeros_like(seen)) | seen
    image = _enlarged(gaussian_filter(image, 0.5))
    grain = gaussian_filter(generator.standard_normal((SIDE, SIDE), dtype=np.float32), 0.8)
    image += head.noise * grain / grain.std()
    fine = {subtype: mask.repeat(SIDE // GRID, 0).repeat(SIDE // GRID, 1) for subtype, mask in masks.items()}
    return np.clip(np.round(image), AIR, 3071).astype(np.int16), fine


def _places(generator: np.random.Generator, head: Head, level: float) -> Places:
    """Return where everything lies in this slice, as depths and coordinates in mm in the head's own axes."""
    steps = np.arange(GRID, dtype=np.float32) - (GRID - 1) / 2
    right, down = steps[None] - head.centre[0], steps[:, None] - head.centre[1]
    cosine, sine = np.cos(head.turn), np.sin(head.turn)
    x, y = right * cosine + down * sine, down * cosine - right * sine
    size = float(np.sqrt(1 - (0.85 * level) ** 2))
    angle = np.arctan2(y, x)
    radius = size / np.hypot(np.cos(angle) / head.width, np.sin(angle) / head.length)
    for order, (even, odd) in enumerate(zip(head.outline[::2], head.outline[1::2], strict=True), start=2):
        radius = radius * (1 + even * np.cos(order * angle) + odd * np.sin(order * angle))
    # Foreheads are narrower than backs of heads.
    radius = radius * (1 + 0.03 * np.sin(angle) * np.cos(angle) ** 2)
    depth = (radius - np.hypot(x, y)).astype(np.float32)
    inner = depth - head.bone * (1 + 0.5 * level)
    folds = _smooth(generator, (34, 34))
    sulci = (np.abs(folds) < 0.16 * head.atrophy) & (inner > 0) & (inner < 13 + 4 * _smooth(generator, (12, 12)))
    return Places(
        x=x / size,
        y=y / size,
        angle=angle.astype(np.float32),
        radius=radius.astype(np.float32),
        depth=depth,
        inner=inner,
        sulci=sulci,
        wide_sulci=(np.abs(folds) < 0.34) & (inner > 0) & (inner < 16),
        ventricles=_ventricles(head, x / size, y / size, level),
        ragged=_smooth(generator, (26, 26)),
    )


def _ventricles(head: Head, x: Field, y: Field, level: float) -> npt.NDArray[np.bool_]:
    """Return frontal horns and bodies, which meet the midline in front and part behind; none above the roof."""
    if level > 0.62:
        return np.zeros(x.shape, bool)
    big = head.ventricles * (1 - (level / 0.7) ** 2) ** 0.5
    across = np.abs(x)
    axis = 4 + 0.006 * (y + 4) ** 2 * (1 - 0.6 * level)
    horn = np.hypot((across - axis) / (3.4 * big), (y + 4) / ((24 + 14 * level) * big**0.5)) < 1
    occipital = np.hypot((across - 23) / 4.5, (y - 29) / 11) < big * (1 - level)
    third = (across < 1.6 * big) & (np.abs(y - 6) < 9) if level < 0.2 else False
    return np.asarray(horn | occipital | third)


def _tissue(generator: np.random.Generator, head: Head, places: Places, level: float) -> Field:
    """Return scalp, skull and brain; white matter fans out into the gyri."""
    depth, inner = places.depth, places.inner
    ribbon = inner - 4.5 - 3.5 * np.abs(_smooth(generator, (30, 30)))
    brain = np.where(ribbon > 0, WHITE, GREY)
    # Caudate and lentiform nuclei, thalamus: smaller the higher.
    nuclei = np.hypot((np.abs(places.x) - 17) / 10, (places.y - 4) / 17) < 1 - 2 * level
    brain = np.where(nuclei, GREY - 1, brain) + 1.2 * _smooth(generator, (9, 9))
    brain = np.where(places.sulci | (inner < 1.2 * head.atrophy), CSF + 4, brain)
    skull = np.where(np.minimum(depth, -inner) < 1.6, DENSE, DIPLOE)
    image = np.where(inner > 0, brain, skull)
    image = np.where(depth < 0, np.where(depth > -0.45 * head.scalp, FAT, SCALP), image)
    image = np.where(depth < -head.scalp, AIR, image).astype(np.float32)
    if head.headrest:
        steps = np.arange(GRID) - (GRID - 1) / 2
        radius = head.headrest
        arc = np.abs(np.hypot(steps[None], steps[:, None] - HEADREST + radius) - radius) < 1.2
        image[arc & (steps[:, None] > 40) & (depth < -head.scalp)] = TABLE
    return image


def _falx_and_choroid(image: Field, places: Places, level: float) -> None:
    """Draw the falx (all the way above the ventricles, else in front and behind), and calcified choroid plexus."""
    wavy = np.abs(places.x - 1.2 * places.ragged) < 0.9
    cleft = places.inner > 0
    middle = (np.abs(places.y) > 38) if level < 0.62 else cleft
    image[wavy & cleft & middle & ~places.ventricles] = FALX
    if level < 0.3:
        plexus = np.hypot(np.abs(places.x) - 21, places.y - 25) < 1.8
        image[plexus & cleft] = CALCIFIED


def _smooth(generator: np.random.Generator, cells: tuple[int, int]) -> Field:
    """Return a smooth random field of about unit variance with `cells` (down, across) independent values."""
    from PIL import Image

    coarse = Image.fromarray(generator.standard_normal(cells, dtype=np.float32))
    return np.asarray(coarse.resize((GRID, GRID), Image.Resampling.BICUBIC))


def _enlarged(image: Field) -> Field:
    from PIL import Image

    return np.array(Image.fromarray(image).resize((SIDE, SIDE), Image.Resampling.BILINEAR))
