"""Pixels of one image file as NumPy arrays; imports neither torch nor monai, so a small worker process can run it.

The kind of a file is told by its first bytes, never by its name.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from ...errors import ImageError, MaskError
from . import npy, raster

MINIMUM_SIDE = 8
"""Pixels. Smaller pictures are icons or broken exports: 8 is what five halvings in a network leave of 256."""

_DECODERS: dict[bytes, Callable[[Path, int | None], np.ndarray]] = {
    b"\x89PNG\r\n\x1a\n": raster.read,  # PNG specification, section 5.2
    b"\xff\xd8\xff": raster.read,  # JPEG: start of image, then a marker
    b"\x93NUMPY": npy.read,  # numpy.lib.format
}


def decode_image(path: str | Path, frame: int | None = None) -> np.ndarray:
    """Return the luminance of an image: float32 `(H, W)` in `[0, 1]`, rows first, as a viewer displays it.

    Integers are divided by their type's range, colour is reduced to luminance, EXIF orientation is applied.

    Args:
        path: A PNG, JPEG or NPY file.
        frame: Zero-based frame of a file that holds several; None for a file that holds one.

    Raises:
        ImageError: The file is missing, empty, truncated, too small, or of an unknown kind.
    """
    path = Path(path)
    image = _decoder(path)(path, frame)
    if min(image.shape) < MINIMUM_SIDE:
        height, width = image.shape
        least = f"{MINIMUM_SIDE} x {MINIMUM_SIDE}"
        raise ImageError(f"{path}: an image has at least {least} pixels, this one {height} x {width}: export it again")
    return image


def decode_mask(path: str | Path) -> np.ndarray:
    """Return a lesion mask: bool `(H, W)`, rows first; every value above zero is lesion, transparency is ignored.

    Raises:
        MaskError: The file cannot be read as an image.
    """
    try:
        return decode_image(path) > 0
    except ImageError as error:
        raise MaskError(f"mask {error}") from error


def _decoder(path: Path) -> Callable[[Path, int | None], np.ndarray]:
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise ImageError(f"{path}: cannot be opened ({error.strerror})") from error
    if not head:
        raise ImageError(f"{path}: the file is empty (0 bytes): copy it again from its source")
    for magic, decoder in _DECODERS.items():
        if head.startswith(magic):
            return decoder
    raise ImageError(f"{path}: not an image this reader knows (PNG, JPEG, NPY); it begins with {head[:4]!r}")
