"""Grey images: stored values through modality LUT and VOI LUT to display values."""

import numpy as np
from pydicom import Dataset

from ....errors import ImageError
from .. import windows
from .groups import macro, numbers
from .header import Header
from .lookup import table_of
from .source import encoding_of
from .voi import through_voi

_HOUNSFIELD = ("", "HU", "US")
"""RescaleType of CT in Hounsfield units; many state none, or US for unspecified (PS3.3 C.11.1.1.2)."""

_SHALLOW = 8
"""Bits. Up to here the range of the type is displayed, as of a PNG; deeper types are seldom used to their ends."""


def displayed(
    stored: np.ndarray, dataset: Dataset, header: Header, *, index: int, window: str
) -> tuple[np.ndarray, str]:
    """Return float32 `(H, W)` in `[0, 1]`, and what decided black and white; see `read`.

    Args:
        stored: Stored values `(H, W)`.
        dataset: The file's header.
        header: Its Image Pixel module.
        index: Zero-based frame, whose own rescale and window count.
        window: A name of `windows.WINDOWS`, or `none`.

    Raises:
        ImageError: A named window, and no Hounsfield units; a rescale slope of 0.
        ConfigError: No window has this name.
    """
    _, little = encoding_of(dataset)
    padding = _padding(stored, dataset, header)
    transformation = macro(dataset, index, "PixelValueTransformationSequence")
    voi_item = macro(dataset, index, "FrameVOILUTSequence")
    values, modality = _through_modality(stored, transformation, little=little)
    if window != "none":
        _require_hounsfield(dataset, transformation, window, modality=modality)
        pixels, shown = windows.apply(values, window), window
    elif voi := through_voi(values, voi_item, little=little, floats=stored.dtype.kind == "f"):
        pixels, shown = voi
    elif header.stored <= _SHALLOW and modality in ("none", "identity"):
        pixels, shown = _stretched(values, *header.bounds()), "range of the type"
    else:
        kept = values[~padding]
        pixels, shown = _stretched(values, *((kept.min(), kept.max()) if kept.size else (0, 0))), "least to greatest"
    if header.photometric == "MONOCHROME1":
        pixels = np.subtract(1, pixels, dtype=np.float32)
    pixels[padding] = 0
    return pixels, shown


def _padding(stored: np.ndarray, dataset: Dataset, header: Header) -> np.ndarray:
    """Return where there is no image, bool `(H, W)`: pixel padding (PS3.3 C.7.5.1.1.2), or not a finite number."""
    if stored.dtype.kind == "f":
        return ~np.isfinite(stored)
    ends = [
        _as_stored(int(number), header)
        for keyword in ("PixelPaddingValue", "PixelPaddingRangeLimit")
        for number in numbers(dataset, keyword)
    ]
    if not ends:
        return np.zeros(stored.shape, dtype=bool)
    return (stored >= min(ends)) & (stored <= max(ends))


def _as_stored(number: int, header: Header) -> int:
    """Return a value that a file may have written unsigned although its pixels are signed, or the reverse."""
    number %= 2**header.allocated
    return number - 2**header.allocated if header.signed and number >= 2 ** (header.allocated - 1) else number


def _through_modality(stored: np.ndarray, item: Dataset, *, little: bool) -> tuple[np.ndarray, str]:
    """Return values in the modality's units, and how they came: none, identity, rescale or table (PS3.3 C.11.1)."""
    kind = np.float64 if stored.dtype.itemsize > 2 else np.float32
    if tables := item.get("ModalityLUTSequence"):
        return table_of(tables[0], "LUTDescriptor", "LUTData", little=little)(stored).astype(kind), "table"
    slopes, intercepts = numbers(item, "RescaleSlope"), numbers(item, "RescaleIntercept")
    values: np.ndarray = stored.astype(kind)
    if stored.dtype.kind == "f":
        values[~np.isfinite(stored)] = 0
    if not (slopes and intercepts):
        return values, "none"
    if slopes[0] == 0:
        raise ImageError("RescaleSlope is 0, which makes every pixel the same: export it again")
    return values * slopes[0] + intercepts[0], "identity" if (slopes[0], intercepts[0]) == (1, 0) else "rescale"


def _require_hounsfield(dataset: Dataset, item: Dataset, window: str, *, modality: str) -> None:
    lacking = []
    if str(dataset.get("Modality", "")) != "CT":
        lacking.append("its modality is not CT")
    if modality == "none":
        lacking.append("it has no rescale slope and intercept")
    if str(item.get("RescaleType") or "").strip().upper() not in _HOUNSFIELD:
        lacking.append("its RescaleType is another unit")
    if lacking:
        raise ImageError(f"window {window!r} needs Hounsfield units, but {', '.join(lacking)}: use window 'none'")


def _stretched(values: np.ndarray, least: float, greatest: float) -> np.ndarray:
    """Return values with `least` black and `greatest` white; all black where they are the same."""
    span = (float(greatest) - float(least)) or 1.0
    return np.clip((values - least) / span, 0, 1).astype(np.float32)
