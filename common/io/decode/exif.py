"""How the stored pixels of a PNG or JPEG are turned for display."""

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...errors import ImageError

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


def as_stored(shown: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Return a displayed picture `(H, W)` as a file of this orientation stores it."""
    picture = Image.fromarray(shown)
    return np.asarray(picture if orientation == UPRIGHT else picture.transpose(_BACK[orientation]))
