"""Synthetic B-mode images of the breast: layers, speckle, attenuation, and lesions with shadow or enhancement."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from .draw import smooth
from .examinations import Examination
from .lesions import Lesion

Field = npt.NDArray[np.float32]

SKIN, FAT, MUSCLE, WALL = 8.0, -8.0, -7.0, -8.0
"""Mean echo level of the layers against the fibroglandular tissue (0 dB), in dB: fat and muscle are hypoechoic."""

WAVES = 0.003, 0.02, 0.02, 0.02
"""How far the beginnings of fat, gland, muscle and chest wall undulate, as fractions of the height."""

LOOKS = 2
"""Independent images that spatial compounding averages; more looks, less speckle contrast."""

NOISE = 10**-3.2
"""Electronic noise, as power against the gland's echo (-32 dB): what is left deep below and in cysts."""

LINE_PITCH = 2
"""Pixels across for each scan line: scanners interpolate between lines when they draw the image."""


def breast_image(
    generator: np.random.Generator, examination: Examination, lesions: Sequence[Lesion] = ()
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_], dict[str, Any]]:
    """Return one image, the masks of its lesions, and the truth that was planted.

    Scatterers are complex Gaussian with the tissue's echo level and the pulse is a Gaussian low-pass, so the envelope
    is Rayleigh distributed (fully developed speckle; Wagner et al., IEEE Trans Sonics Ultrason 30:156, 1983); it is
    compounded and log-compressed.

    Returns:
        The image, uint8 (H, W), rows from the skin down; masks, bool (lesions, H, W); and the truth, ready for JSON.
    """
    height, width = (side + int(generator.integers(-6, 7)) for side in (examination.height, examination.width))
    echo = _layers(generator, (height, scan_lines(width)), examination.layers)
    image, masks = insonify(generator, echo, examination, lesions, width=width)
    truth = {"examination": asdict(examination), "lesions": [asdict(lesion) for lesion in lesions]}
    return image, masks, truth


def scan_lines(width: int) -> int:
    """Return how many scan lines an image of `width` pixels has."""
    return -(-width // LINE_PITCH)


def insonify(
    generator: np.random.Generator, echo: Field, examination: Examination, lesions: Sequence[Lesion], *, width: int
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
    """Return what the scanner shows of a tissue with lesions in it: uint8 (H, W), and masks, bool (lesions, H, W).

    Args:
        generator: Draws the lesions' margins and the speckle.
        echo: Mean echo level of the tissue in dB, float32 (H, scan lines); the lesions are put into it.
        examination: Scanner and settings.
        lesions: What to put into the tissue.
        width: Pixels across.
    """
    height = len(echo)
    masks = np.zeros((len(lesions), height, width), dtype=bool)
    for lesion, mask in zip(lesions, masks, strict=True):
        distance = _distance(generator, lesion, (height, scan_lines(width)), width=width)
        mask[:] = np.repeat(distance > 0, LINE_PITCH, axis=1)[:, :width]
        _insert(echo, lesion, distance)
    echo -= examination.attenuation * np.linspace(0, 1, height, dtype=np.float32)[:, None] ** 1.5
    device = examination.device
    envelope = _envelope(generator, echo, (device.axial, device.lateral / LINE_PITCH))
    return _display(envelope, examination, width), masks


def _layers(generator: np.random.Generator, shape: tuple[int, int], starts: tuple[float, float, float, float]) -> Field:
    """Return the echo level of skin, fat, gland, muscle and chest wall, dB, with septa, fascia and striations."""
    depth = np.linspace(0, 1, shape[0], dtype=np.float32)[:, None]
    waves = (smooth(generator, (1, shape[1]), (1, 6)) for _ in starts)
    fat, gland, muscle, wall = (start + height * wave for start, height, wave in zip(starts, WAVES, waves, strict=True))
    patches = smooth(generator, shape, (10, 5))
    grain = smooth(generator, shape, (50, 14))
    septa = strands(generator, shape, (10, 4))
    fibres = strands(generator, shape, (30, 4))
    striae = strands(generator, shape, (45, 2))
    echo = FAT + grain + 12 * septa
    echo = np.where(depth > gland, 3.5 * patches + 2.5 * grain + 12 * fibres, echo)
    echo = np.where(depth > muscle, MUSCLE + grain + 10 * striae, echo)
    echo = np.where(depth > wall, WALL + 3 * patches - 12 * (depth - wall), echo)
    echo = np.where(depth < fat, SKIN - 8 * np.sin(np.pi * depth / fat), echo)
    for border, level in ((gland, 6), (muscle, 11), (wall, 12)):
        glint = level * np.clip(0.6 + 0.5 * smooth(generator, (1, shape[1]), (1, 12)), 0, 1.5)
        echo += glint * np.exp(-(((depth - border) / 0.007) ** 2))
    return echo.astype(np.float32)


def strands(generator: np.random.Generator, shape: tuple[int, int], cells: tuple[int, int]) -> Field:
    """Return thin interrupted strands of connective tissue (1 on a strand, 0 off it)."""
    line = np.exp(-((smooth(generator, shape, cells) / 0.15) ** 2))
    return line * np.clip(smooth(generator, shape, cells), 0, 1)


def _distance(generator: np.random.Generator, lesion: Lesion, shape: tuple[int, int], *, width: int) -> Field:
    """Return how deep each point of the scan lines lies inside the margin, in radii; below 0 outside."""
    height, lines = shape
    radius = lesion.size * min(height, width) / 2
    tall, wide = radius * lesion.orientation**0.5, radius * lesion.orientation**-0.5
    y = (np.arange(height, dtype=np.float32)[:, None] - lesion.depth * height) / tall
    x = (np.arange(lines, dtype=np.float32)[None] * LINE_PITCH - lesion.across * width) / wide
    margin = _margin(generator, lesion.irregularity)
    turn = (np.arctan2(y, x) / (2 * np.pi) + 0.5) * (len(margin) - 1)
    ragged = lesion.irregularity / 3 * smooth(generator, shape, (40, 40))
    return margin[turn.astype(np.intp)] + ragged - np.hypot(y, x)


def _margin(generator: np.random.Generator, irregularity: float) -> Field:
    """Return the margin's radius at 720 angles over the whole turn: a circle with lobules and spicules."""
    angle = np.linspace(-np.pi, np.pi, 720, dtype=np.float32)
    radius = np.ones_like(angle)
    for lobes in range(2, 9):
        radius += irregularity / lobes * generator.normal() * np.cos(lobes * angle + generator.uniform(0, 2 * np.pi))
    for spicule in generator.uniform(-np.pi, np.pi, size=9):
        away = (angle - spicule + np.pi) % (2 * np.pi) - np.pi
        radius += irregularity * generator.uniform(0, 1) * np.exp(-np.abs(away) / 0.12)
    return np.clip(radius, 0.6, 1.45)


def _insert(echo: Field, lesion: Lesion, distance: Field) -> None:
    """Put the lesion into `echo`, with its echogenic halo, and behind it what its attenuation does along the path."""
    inside = np.clip(distance / (0.08 + lesion.irregularity / 3) + 0.5, 0, 1)
    echo += 12 * lesion.irregularity * np.exp(-(((distance + 0.2) / 0.15) ** 2))
    echo += inside * (lesion.echo - echo)
    path = np.cumsum(inside, axis=0)
    echo += lesion.posterior * path / path[-1].max()


def _envelope(generator: np.random.Generator, echo: Field, sigma: tuple[float, float]) -> Field:
    """Return the detected echo in dB: scatterers of the given level, seen through the scanner's pulse."""
    from scipy.ndimage import gaussian_filter

    level = np.exp(echo * np.float32(np.log(10) / 20))
    power = np.zeros_like(echo)
    for part in generator.standard_normal((2 * LOOKS, *echo.shape), dtype=np.float32):
        power += gaussian_filter(part * level, sigma, truncate=2) ** 2
    power *= 2 * np.pi * sigma[0] * sigma[1] / LOOKS
    return 10 * np.log10(power + NOISE)


def _display(envelope: Field, examination: Examination, width: int) -> npt.NDArray[np.uint8]:
    """Return the log-compressed image, with the pixels between the scan lines filled in."""
    from PIL import Image

    grey = np.clip(255 * (envelope / examination.device.dynamic_range + examination.gain), 0, 255).astype(np.uint8)
    return np.asarray(Image.fromarray(grey).resize((width, len(grey)), Image.Resampling.BICUBIC))
