"""PNG and JPEG through Pillow."""

import struct
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from ...errors import ImageError
from .decoded import Decoded
from .intensity import by_type_range
from .units import refuse_window

_DEEP_MODES = ("I;16", "I;16B", "I;16L", "I")
"""Pillow's modes for a 16-bit grey PNG; the library version decides which one a file gets."""


def read(path: Path, frame: int | None, window: str = "none") -> Decoded:
    """Return the image with EXIF orientation applied, palette resolved, alpha dropped, as luminance.

    Raises:
        ImageError: The file is damaged, claims an absurd size, or a frame other than 0 or a window was asked for.
    """
    refuse_window(path, window)
    if frame not in (None, 0):
        raise ImageError(f"{path}: a PNG or JPEG holds one frame, number 0; asked for {frame}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=("PNG", "JPEG")) as image:
                image.load()
                return Decoded(_values(ImageOps.exif_transpose(image)), None, 1, {})
    except (OSError, SyntaxError, ValueError, struct.error, EOFError) as error:
        raise ImageError(f"{path}: damaged or truncated ({error}): copy it again from its source") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageError(
            f"{path}: claims more than {Image.MAX_IMAGE_PIXELS:,} pixels: not a radiology image"
        ) from error


def _values(image: Image.Image) -> np.ndarray:
    if image.mode in _DEEP_MODES:
        return by_type_range(np.asarray(image).astype(np.uint16))
    if image.mode in ("P", "PA"):
        # Straight to "L" Pillow would take a palette's transparency for grey.
        image = image.convert("RGBA").convert("RGB")
    return by_type_range(np.asarray(image if image.mode == "L" else image.convert("L")))
