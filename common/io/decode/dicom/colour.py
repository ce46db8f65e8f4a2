"""Colour images: palettes resolved, everything reduced to luminance by the range of its type."""

import numpy as np
from pydicom import Dataset

from ....errors import ImageError
from ..intensity import luminance
from .header import Header
from .lookup import table_of
from .source import encoding_of

_BYTE = 255
"""A palette whose entries all lie below holds bytes, whatever its descriptor says."""


def luminance_of(stored: np.ndarray, dataset: Dataset, header: Header, *, window: str) -> tuple[np.ndarray, str]:
    """Return float32 `(H, W)` in `[0, 1]`, and what decided black and white.

    Args:
        stored: Red, green, blue `(H, W, 3)`, or a palette's indices `(H, W)`.
        dataset: The file's header.
        header: Its Image Pixel module.
        window: Must be `none`.

    Raises:
        ImageError: Another window.
    """
    if window != "none":
        raise ImageError(f"window {window!r} needs Hounsfield units, this is a colour image: use window 'none'")
    if header.photometric == "PALETTE COLOR":
        return _through_palette(stored, dataset), "range of the palette"
    pixels = luminance(stored).astype(np.float32, copy=False)
    pixels /= np.float32(header.bounds()[1])
    return np.clip(pixels, 0, 1, out=pixels), "range of the type"


def _through_palette(indices: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Return luminance `(H, W)`; reduced in the table, which is smaller than the image."""
    _, little = encoding_of(dataset)
    tables = [
        table_of(
            dataset, f"{colour}PaletteColorLookupTableDescriptor", f"{colour}PaletteColorLookupTableData", little=little
        )
        for colour in ("Red", "Green", "Blue")
    ]
    length = min(len(table.entries) for table in tables)
    rgb = np.stack([table.entries[:length] for table in tables], axis=-1)
    brightest = _BYTE if rgb.max() <= _BYTE else 2**16 - 1
    grey = luminance(rgb) / np.float32(brightest)
    return np.clip(tables[0]._replace(entries=grey)(indices), 0, 1).astype(np.float32)
