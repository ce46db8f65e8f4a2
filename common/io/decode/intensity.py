"""Stored values to display values in `[0, 1]`."""

import numpy as np


def by_type_range(pixels: np.ndarray) -> np.ndarray:
    """Return integers as float32 in `[0, 1]`: `(x - smallest) / (largest - smallest)` of their type; bool as 0 and 1.

    A uint8 of 255 and a uint16 of 65,535 are both 1.0, so an image keeps its values when it is stored deeper.
    """
    if pixels.dtype == bool:
        return pixels.astype(np.float32)
    limits = np.iinfo(pixels.dtype)
    if limits.min == 0:
        return pixels.astype(np.float32) / np.float32(limits.max)
    shifted = pixels.astype(np.float64) - limits.min
    return (shifted / (float(limits.max) - float(limits.min))).astype(np.float32)


def luminance(rgb: np.ndarray) -> np.ndarray:
    """Return `(..., 3)` red, green, blue as `(...)`: 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), in the same range."""
    return rgb @ np.asarray([0.299, 0.587, 0.114], dtype=np.float32)
