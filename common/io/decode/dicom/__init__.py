"""DICOM images through pydicom: any modality, any transfer syntax its decoders know, one frame at a time.

Segmentations and parametric maps are images too: a segment's frame is 0 and 1 (or its fraction), a map goes through
its own window. Overlays, ICC profiles and supplemental palettes are not shown. pydicom is imported when the first file
is read, not before.
"""

from functools import cache
from importlib.metadata import version
from pathlib import Path

from ....errors import ImageError, UserError
from ..decoded import Decoded

_FIRST_GROUPS = (b"\x02\x00", b"\x08\x00", b"\x00\x08")
"""File meta, or an identifying group in either byte order: how a file begins that lacks the preamble of PS3.10, 7.1."""

PYDICOM = 2
"""The least major version; of 79 files of pydicom-data, 67 are read with it as with pydicom 3, and 12 refused."""


def looks_like(head: bytes) -> bool:
    """Return whether a file's first 132 bytes are those of DICOM, with or without the 128-byte preamble."""
    element = head[2:4]
    return head[128:132] == b"DICM" or (head[:2] in _FIRST_GROUPS and 0 in element and max(element, default=255) < 0x20)


def read(path: Path, frame: int | None = None, window: str = "none") -> Decoded:
    """Return one image as a viewer displays it.

    MONOCHROME1 is inverted; modality LUT or rescale, then the named window, else the file's VOI LUT or first window,
    else the type's range (8 bits or fewer, no rescale), else least to greatest value. Pixel padding is black. YBR and
    palettes are resolved, colour becomes luminance by the range of its type. PS3.3 C.7.6.3, C.11.1, C.11.2.

    Args:
        path: A DICOM file.
        frame: Zero-based frame of a file that holds several; None for a file that holds one.
        window: A name of `windows.WINDOWS`, or `none`.

    Raises:
        ImageError: No image, encrypted, truncated, contradicts itself, lacks what it cannot be read without, needs a
            decoder that is not installed, or a window that needs Hounsfield units which it has not.
        ConfigError: No window has this name.
    """
    _check_pydicom(path)
    from .image import decode

    try:
        file = path.open("rb")
    except OSError as error:
        raise ImageError(f"{path}: cannot be opened ({error.strerror})") from error
    try:
        with file:
            return decode(file, frame, window)
    except ImageError as error:
        raise ImageError(f"{path}: {error}") from error
    except UserError:
        raise
    except Exception as error:
        # pydicom answers a damaged header with any class, and with text that may quote the patient's name.
        raise ImageError(f"{path}: damaged DICOM ({type(error).__name__}): export it again") from error


def _check_pydicom(path: Path) -> None:
    """Refuse where an older pydicom is installed than MONAI Label brings."""
    if int((found := installed()).partition(".")[0]) < PYDICOM:
        raise ImageError(f"{path}: reading DICOM needs pydicom {PYDICOM} or newer; {found} is installed: upgrade it")


@cache
def installed() -> str:
    """Return pydicom's version, without importing it."""
    return version("pydicom")
