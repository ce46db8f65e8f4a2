"""Pixels of one image file as NumPy arrays; imports neither torch nor monai, so a small worker process can run it.

The kind of a file is told by its first bytes, never by its name.
"""

import stat
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...errors import ImageError, MaskError
from ...files import printable
from . import contours, dicom, nifti, npy, raster
from .decoded import Decoded

MINIMUM_SIDE = 8
"""Pixels. Smaller pictures are icons or broken exports: 8 is what five halvings in a network leave of 256."""

HEAD = 132
"""Bytes that tell a file's kind: DICOM's preamble and its four letters (PS3.10, section 7.1) are the longest."""

_SPECIAL = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFBLK: "a device",
    stat.S_IFCHR: "a device",
}
"""What is no regular file, by its type in `st_mode` (POSIX, sys/stat.h): to open a pipe may take forever."""

_MAGICS = {
    b"\x89PNG\r\n\x1a\n": raster.read,  # PNG specification, section 5.2
    b"\xff\xd8\xff": raster.read,  # JPEG: start of image, then a marker
    b"\x93NUMPY": npy.read,  # numpy.lib.format
    **dict.fromkeys(nifti.MAGICS, nifti.read),
}


def decode(path: str | Path, frame: int | None = None, *, window: str = "none") -> Decoded:
    """Return an image as a viewer displays it, its place in the patient where the file says it, and its frames.

    Without a window, integers are divided by their type's range, DICOM goes through its own VOI, NIfTI from the least
    to the greatest value of the volume; colour is reduced to luminance, EXIF orientation is applied.

    Args:
        path: A PNG, JPEG, NPY, NIfTI or DICOM file.
        frame: Zero-based frame of a file that holds several; None for a file that holds one.
        window: A named CT window, for files in Hounsfield units, or `none`.

    Raises:
        ImageError: The file is missing, empty, truncated, too small, of an unknown kind, or has no Hounsfield units.
        ConfigError: No window has this name.
    """
    path = Path(path)
    image = decoder_of(path)(path, frame, window)
    if min(image.pixels.shape) < MINIMUM_SIDE:
        height, width = image.pixels.shape
        least = f"{MINIMUM_SIDE} x {MINIMUM_SIDE}"
        raise ImageError(f"{path}: an image has at least {least} pixels, this one {height} x {width}: export it again")
    return image


def decode_image(path: str | Path, frame: int | None = None, *, window: str = "none") -> np.ndarray:
    """Return the pixels alone: float32 `(H, W)` in `[0, 1]`, rows first; see `decode`."""
    return decode(path, frame, window=window).pixels


def is_known(path: str | Path) -> bool:
    """Return whether a file begins like a kind of image that is read here; its content may still be refused."""
    try:
        decoder_of(Path(path))
    except ImageError:
        return False
    return True


class Contents(NamedTuple):
    """How many frames a file holds, and whose they are, where it says so."""

    frames: int = 1
    patient: str = ""
    study: str = ""


def contents(path: str | Path, decoder: Callable[..., Decoded] = decode) -> Contents:
    """Return what a file holds; one frame of nobody for what cannot be read, whose refusal comes when it is.

    Args:
        path: The file.
        decoder: What decodes: `decode`, or a `Decoder`'s for files that are not trusted.
    """
    try:
        if decoder_of(Path(path)) is raster.read:
            return Contents()
        first = decoder(path, 0)
    except ImageError:
        return Contents()
    return Contents(first.frames, first.patient, first.study)


def decode_mask(path: str | Path) -> np.ndarray:
    """Return a lesion mask: bool `(H, W)`, rows first; every value above zero is lesion, transparency is ignored.

    Args:
        path: An image, or a contour of an XML file; see `contours`.

    Raises:
        MaskError: The file cannot be read as an image, or the contour is none.
    """
    if contours.file_of(Path(path)) != Path(path):
        return contours.read(Path(path))
    try:
        return decode_image(path) > 0
    except ImageError as error:
        raise MaskError(f"mask {error}") from error


def decoder_of(path: Path) -> Callable[[Path, int | None, str], Decoded]:
    """Return the `read` of the module that knows a file's kind.

    Raises:
        ImageError: It cannot be opened, is empty, or of a kind that none knows; its name is not UTF-8.
    """
    if (name := printable(str(path))) != str(path):
        raise ImageError(f"{name}: the name of a file is UTF-8, as the tables that list it are: rename it")
    try:
        special = _SPECIAL.get(stat.S_IFMT(path.stat().st_mode))
        head = b"" if special else _head(path)
    except OSError as error:
        raise ImageError(f"{path}: cannot be opened ({error.strerror})") from error
    if special:
        raise ImageError(f"{path}: an image is a regular file; got {special}: leave it out")
    if not head:
        raise ImageError(f"{path}: the file is empty (0 bytes): copy it again from its source")
    for magic, decoder in _MAGICS.items():
        if head.startswith(magic):
            return decoder
    if dicom.looks_like(head):
        return dicom.read
    raise ImageError(
        f"{path}: not an image this reader knows (PNG, JPEG, NPY, NIfTI, DICOM); it begins with {head[:4]!r}"
    )


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD)
