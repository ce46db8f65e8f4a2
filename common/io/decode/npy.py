"""NumPy's `.npy`, memory-mapped, so that one slice of a volume costs one slice."""

from pathlib import Path

import numpy as np

from ...errors import ImageError
from .decoded import Decoded
from .intensity import by_type_range, luminance
from .units import refuse_window

_COLOURS = (3, 4)
"""Length of a last axis that holds red, green, blue (and alpha, which is dropped)."""


def read(path: Path, frame: int | None, window: str = "none") -> Decoded:
    """Return one frame of an array `(H, W)`, `(H, W, 3)`, `(frames, H, W)` or `(frames, H, W, 3)`.

    Integers are divided by their type's range; floats must lie in `[0, 1]` already.

    Raises:
        ImageError: Damaged file, other shape or type, values out of range, a frame that does not exist, or a window.
    """
    refuse_window(path, window)
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except Exception as error:
        # numpy answers a damaged header with any class, and quotes it.
        raise ImageError(f"{path}: damaged or truncated NPY ({type(error).__name__}): write it again") from error
    frames = _frames(array, path)
    if frame is None and len(frames) > 1:
        raise ImageError(f"{path}: holds {len(frames)} frames: name one in the column 'frame'")
    if not 0 <= (frame or 0) < len(frames):
        raise ImageError(f"{path}: frames are 0 to {len(frames) - 1}; asked for {frame}")
    pixels = np.array(frames[frame or 0])
    if pixels.ndim == 3:
        return Decoded(luminance(_unit_range(pixels[..., :3], path)), None, len(frames), {})
    return Decoded(_unit_range(pixels, path), None, len(frames), {})


def _frames(array: np.ndarray, path: Path) -> np.ndarray:
    colour = array.ndim >= 3 and array.shape[-1] in _COLOURS
    spatial = array.ndim - colour
    if spatial not in (2, 3) or not array.size:
        raise ImageError(f"{path}: an array is (H, W) or (frames, H, W), colour last; this one is {array.shape}")
    return array[np.newaxis] if spatial == 2 else array


def _unit_range(pixels: np.ndarray, path: Path) -> np.ndarray:
    if pixels.dtype.kind in "bui":
        return by_type_range(pixels)
    if pixels.dtype.kind != "f":
        raise ImageError(f"{path}: an image holds numbers, this one {pixels.dtype}")
    if not (np.isfinite(pixels).all() and pixels.min() >= 0 and pixels.max() <= 1):
        raise ImageError(f"{path}: floats lie in [0, 1]; these in [{pixels.min():g}, {pixels.max():g}]: rescale them")
    return pixels.astype(np.float32)
