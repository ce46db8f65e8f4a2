"""Synthetic ultrasound frames of the thyroid: a lobe between trachea and carotid artery, and the console around it."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .draw import smooth, stream
from .examinations import Examination
from .lesions import Lesion
from .ultrasound import Field, insonify, scan_lines, strands

HEIGHT, WIDTH, CAPTIONS_FROM = 360, 560, 298
"""DDTI's frames in pixels, and the first row of those that bear captions."""

FAT, MUSCLE, DEEP, BLOOD = -8.0, -9.0, -11.0, -36.0
"""Mean echo level against the thyroid (0 dB): the gland is the brightest tissue of the neck, blood is anechoic."""

INK = (230, 200, 60)
"""Yellow of the console's letters, the only colour in a frame: it makes the file's three channels differ."""

LETTERS = 15
"""Size of the letters in pixels: capitals are 11 high."""

GREY_BAR = 14, 80
"""Column and first row of the bar that shows the grey scale."""


class Console(NamedTuple):
    """Where a scanner draws its image in the frame, in pixels: the same in all frames of an examination."""

    top: int
    left: int
    height: int
    width: int


def draw_console(case: int, *, seed: int, key: str) -> Console:
    """Return the layout of an examination's frames; the image ends above the captions."""
    generator = stream(seed, key, "console", case)
    top = int(generator.integers(6, 22))
    width = int(generator.integers(400, 471))
    return Console(top, int(generator.integers(45, 75)), CAPTIONS_FROM - 4 - top, width)


def thyroid_frame(
    generator: np.random.Generator,
    examination: Examination,
    console: Console,
    nodules: Sequence[Lesion],
    *,
    captions: Sequence[str],
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_], dict[str, Any]]:
    """Return one frame in DDTI's layout, uint8 (360, 560, 3), its nodules' masks, and the truth that was planted.

    Args:
        generator: Draws tissue and speckle.
        examination: Scanner and settings; its layers and sizes are the breast's and not used.
        console: Where the image stands in the frame.
        nodules: What is in the lobe.
        captions: Lines of text below the image.

    Returns:
        The frame; masks, bool (nodules, 360, 560); and the truth, ready for JSON.
    """
    echo = _neck(generator, (console.height, scan_lines(console.width)))
    image, masks = insonify(generator, echo, examination, nodules, width=console.width)
    place = slice(console.top, console.top + console.height), slice(console.left, console.left + console.width)
    grey = np.zeros((HEIGHT, WIDTH), np.uint8)
    grey[place] = image
    _scales(grey, console)
    framed = np.zeros((len(nodules), HEIGHT, WIDTH), dtype=bool)
    framed[(slice(None), *place)] = masks
    truth = {"examination": asdict(examination), "console": console._asdict()}
    return _captioned(grey, captions), framed, {**truth, "lesions": [asdict(nodule) for nodule in nodules]}


def _neck(generator: np.random.Generator, shape: tuple[int, int]) -> Field:
    """Return the echo level in dB of a transverse section: skin, strap muscles, lobe, trachea, carotid, deep muscle."""
    y = np.linspace(0, 1, shape[0], dtype=np.float32)[:, None] + 0.008 * smooth(generator, (1, shape[1]), (1, 6))
    x = np.linspace(0, 1, shape[1], dtype=np.float32)[None]
    if generator.random() < 0.5:  # the left lobe; the right one is its mirror image
        x = 1 - x
    grain, patches = smooth(generator, shape, (50, 14)), smooth(generator, shape, (9, 5))
    striae = strands(generator, shape, (45, 2))
    across, deep, wide = 0.5 + 0.04 * generator.uniform(-1, 1, 3)
    lobe = 1 - np.hypot((x - across) / (wide - 0.1), (y - deep + 0.04) / 0.3)
    echo = FAT + grain + 10 * strands(generator, shape, (12, 4))
    echo = np.where(y > 0.11, MUSCLE + grain + 10 * striae, echo)
    echo = np.where(y > deep + 0.18, DEEP + 2 * patches + 8 * striae, echo)
    echo = np.where(lobe > 0, 2 * patches + 1.5 * grain, echo) + 8 * np.exp(-((lobe / 0.03) ** 2))
    echo = np.where(y < 0.03, 7.0, echo) + 7 * np.exp(-(((y - 0.11) / 0.008) ** 2))
    _vessel(echo, np.hypot((x - 0.9) / 0.065, (y - deep) / 0.1))
    return _airway(echo, np.hypot((x - 0.01) / 0.11, (y - 0.5) / 0.22)).astype(np.float32)


def _vessel(echo: Field, radius: Field) -> None:
    """Put an artery into `echo`: blood within, a bright wall around; `radius` is 1 on the wall."""
    echo[:] = np.where(radius < 1, BLOOD, echo)
    echo += 14 * np.exp(-(((radius - 1.05) / 0.07) ** 2))


def _airway(echo: Field, radius: Field) -> Field:
    """Return `echo` with the trachea in it: a bright wall in front, and what air leaves of the echoes behind it."""
    inside = radius < 1
    behind = np.maximum.accumulate(inside, axis=0)
    return np.where(behind, -24, echo) + 16 * np.exp(-(((radius - 1.03) / 0.05) ** 2)) * (behind | (radius > 1))


def _scales(grey: npt.NDArray[np.uint8], console: Console) -> None:
    """Draw the grey bar on the left and the centimetre marks on the right."""
    column, row = GREY_BAR
    grey[row : row + 128, column : column + 8] = np.arange(255, -1, -2, dtype=np.uint8)[:, None]
    right = console.left + console.width + 6
    for mark in range(console.top, console.top + console.height, console.height // 4):
        grey[mark : mark + 2, right : right + 6] = 200


def _captioned(grey: npt.NDArray[np.uint8], captions: Sequence[str]) -> npt.NDArray[np.uint8]:
    """Return the frame in colour with its lines of text in the rows below the image."""
    from PIL import Image, ImageDraw, ImageFont

    frame = Image.fromarray(grey).convert("RGB")
    canvas, font = ImageDraw.Draw(frame), ImageFont.load_default(LETTERS)
    for line, text in enumerate(captions):
        canvas.text((40, CAPTIONS_FROM + 6 + line * (LETTERS + 6)), text, fill=INK, font=font)
    return np.asarray(frame)
