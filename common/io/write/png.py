"""Masks as PNG: 8 bits, 0 and 255."""

import io
import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...errors import ImageError
from ...files import write_bytes

ORIENTATION = 0x0112
"""EXIF's tag: how stored pixels are turned for display (CIPA DC-008, 4.6.4 A)."""

UPRIGHT = 1
"""Displayed as stored."""

_BACK = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""From the displayed picture to the stored one, by orientation."""


def displayed(source: Path) -> tuple[tuple[int, int], int]:
    """Return height and width of a PNG or JPEG as it is displayed, and its orientation.

    Raises:
        ImageError: It is damaged.
    """
    try:
        with Image.open(source, formats=("PNG", "JPEG")) as picture:
            orientation = int(picture.getexif().get(ORIENTATION, UPRIGHT))
            size = picture.height, picture.width
    except (OSError, SyntaxError, ValueError, struct.error) as error:
        raise ImageError(f"{source}: damaged or truncated ({error}): copy it again from its source") from error
    return (size[::-1] if orientation >= 5 else size), (orientation if orientation in _BACK else UPRIGHT)


def write(masks: Mapping[str, NDArray[np.bool_]], stem: Path, *, orientation: int = UPRIGHT) -> list[Path]:
    """Write a PNG per frame and return their paths.

    Where the source is turned for display, so is its mask: stored and displayed pixels both lie on the source's.

    Args:
        masks: By frame, bool `(H, W)` as displayed.
        stem: Path without its ending.
        orientation: The source's.
    """
    return [_write(mask, stem, frame, orientation) for frame, mask in masks.items()]


def _write(mask: NDArray[np.bool_], stem: Path, frame: str, orientation: int) -> Path:
    path = stem.with_name(f"{stem.name}_{frame}.png" if frame else f"{stem.name}.png")
    picture, options, content = Image.fromarray(mask.astype(np.uint8) * 255), {}, io.BytesIO()
    if orientation != UPRIGHT:
        exif = Image.Exif()
        exif[ORIENTATION] = orientation
        picture, options = picture.transpose(_BACK[orientation]), {"exif": exif}
    picture.save(content, format="PNG", **options)
    write_bytes(path, content.getvalue())
    return path
