"""NIfTI-1 and -2, plain or gzipped: one slice as a viewer displays it, read without holding the volume.

nibabel interprets the header; voxels are read slice by slice after the header's claims were held against the file.
"""

import functools
import gzip
import logging
import math
import zlib
from collections.abc import Iterator
from io import BufferedIOBase
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ...errors import ImageError
from .decoded import Decoded
from .intensity import by_type_range, luminance
from .planes import displayed, plane_of, to_stored
from .windows import apply

MAGICS = (b"\x5c\x01\0\0", b"\0\0\x01\x5c", b"\x1c\x02\0\0", b"\0\0\x02\x1c", b"\x1f\x8b")
"""First bytes of the files: the header's length (348 or 540) in either byte order; gzip (RFC 1952, section 2.3.1)."""

LARGEST_VOLUME = 2**32
"""Bytes. A run of the Human Connectome Project, about the largest file in use, is
104 x 90 x 72 x 1,200 x 4 = 3.2e9."""

LARGEST_SLICE = 2**26
"""Pixels: 8,192 x 8,192, beyond any detector."""

_DEFLATE_RATIO = 1032
"""Bytes that one compressed byte can become at most (zlib's technical details, https://zlib.net/zlib_tech.html)."""

_QUIET = logging.Logger("nibabel header", level=logging.CRITICAL + 1)
"""Takes what nibabel says of a header that it mends; a logger of no family, so nothing reaches a log."""


class Volume(NamedTuple):
    """Where the voxels of a file lie, and what they mean; axes i, j, k as stored, the slices along k."""

    shape: tuple[int, int, int]
    times: int
    dtype: np.dtype[Any]
    offset: int
    slope: float
    intercept: float
    affine: np.ndarray
    """Voxel (i, j, k) to mm towards the patient's right, front and head (RAS)."""
    oriented: bool
    """Whether the header states an orientation (sform or qform)."""
    header: Any
    """As nibabel interprets it."""
    colours: int = 1
    """Images behind one another that are one: red, green and blue, as ITK writes a colour DICOM."""

    @property
    def frames(self) -> int:
        """Slices of all time points."""
        return self.times * self.shape[2]

    @property
    def slice_bytes(self) -> int:
        """What a slice takes uncompressed."""
        return self.shape[0] * self.shape[1] * self.dtype.itemsize


def read(path: Path, frame: int | None, window: str = "none") -> Decoded:
    """Return one slice as a viewer displays it: float32 `(H, W)` in `[0, 1]`, rows first.

    The slices are those of the third stored axis (of the axis of length 1, where a volume has one). Whatever the order
    and direction of the stored axes, they are displayed in the radiological convention, as DICOM's standard planes:

    - axial: rows from front to back, columns from the patient's right to the left; frames from feet to head;
    - coronal: rows from head to feet, columns from right to left; frames from front to back;
    - sagittal: rows from head to feet, columns from front to back; frames from the left to the right.

    So frames are in the order in which a DICOM series is sorted, along the normal. Oblique slices are named after the
    nearest plane and not resampled. Without sform and qform, axes run as in ANALYZE 7.5: to the left, front and head.

    Values are `slope * stored + intercept`; with `window` they are Hounsfield units. Without one, 8-bit integers that
    are not rescaled are divided by their type's range, RGB becomes luminance, and all else runs from the smallest to
    the largest finite value of the volume (of one time point). What is not finite is black.

    Args:
        path: A `.nii` or `.nii.gz`.
        frame: `time * slices + slice`, zero-based; None for a file that holds one slice.
        window: A named CT window, or `none`.

    Raises:
        ImageError: Damaged, truncated, or lying about its size; another kind of NIfTI; a frame that does not exist.
    """
    try:
        volume = volume_of(path)
        time, position = place_of(volume, frame, path)
        stored_from = to_stored(volume.affine, volume.shape, position)
        start = int(stored_from[2, 3])
        planes = [next(_slices(path, volume, time + colour, start)) for colour in range(volume.colours)]
        stored = planes[0] if volume.colours == 1 else np.stack(planes, axis=-1)
        pixels, shown = _display_values(stored, volume, path, time=time, window=window)
    except (EOFError, OSError, zlib.error) as error:
        raise ImageError(f"{path}: damaged or truncated ({_reason(error)}): copy it again from its source") from error
    return Decoded(
        pixels=np.ascontiguousarray(displayed(pixels, stored_from)),
        affine=volume.affine @ stored_from if volume.oriented else None,
        frames=volume.frames,
        about=_about(volume, shown),
    )


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or "its voxels end early, or are not what was compressed"


def _about(volume: Volume, shown: str) -> dict[str, str]:
    return {
        "format": "NIfTI",
        "plane": plane_of(volume.affine) if volume.oriented else "not stated",
        "stored as": "RGB" if volume.dtype.names or volume.colours > 1 else volume.dtype.name,
        "window": shown,
    }


def _open(path: Path) -> BufferedIOBase:
    with path.open("rb") as file:
        compressed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path) if compressed else path.open("rb")


def volume_of(path: Path) -> Volume:
    """Return the layout of a file whose claims its size bears out; nothing is allocated for them.

    Raises:
        ImageError: It is no NIfTI file, is damaged, or contradicts itself.
    """
    import nibabel
    from nibabel.spatialimages import HeaderDataError

    with _open(path) as file:
        head = file.read(540)
        compressed = isinstance(file, gzip.GzipFile)
    kind = nibabel.Nifti2Header if head[:4] in MAGICS[2:4] else nibabel.Nifti1Header
    if head[:4] not in MAGICS[:4] or len(head) < kind.sizeof_hdr:
        raise ImageError(f"{path}: not a NIfTI file: its header is another one's, or incomplete")
    try:
        header = kind(head[: kind.sizeof_hdr], check=False)
        if bytes(header["magic"])[:3] in (b"ni1", b"ni2"):
            raise ImageError(f"{path}: the header of a .hdr and .img pair: save both as one .nii file")
        header.check_fix(logger=_QUIET)
        volume = _interpreted(header, path)
    except (HeaderDataError, ValueError, OverflowError, KeyError, np.linalg.LinAlgError) as error:
        raise ImageError(f"{path}: its header contradicts itself or the NIfTI standard: export it again") from error
    _check_size(volume, path, compressed=compressed)
    return volume


def _interpreted(header: Any, path: Path) -> Volume:
    sizes = [int(size) for size in header["dim"][1 : 1 + int(header["dim"][0])]]
    dtype = header.get_data_dtype()
    colours = 3 if sizes[3:] == [1, 3] and dtype == np.uint8 else 1
    if not sizes or min(sizes) < 1 or math.prod(sizes[4:]) != colours:
        raise ImageError(f"{path}: a volume is (x, y, z) or (x, y, z, time), none empty; this one {tuple(sizes)}")
    x, y, z, times = (*sizes[:4], 1, 1, 1)[:4]
    # Axes of length 1 do not change the order of the voxels in the file, so such an axis can be the slices'.
    order = sorted(range(3), key=lambda axis: (x, y, z)[axis] == 1)
    slope, intercept = header.get_slope_inter()
    affine = np.array(header.get_best_affine(), dtype=np.float64)
    affine[:, :3] = affine[:, order]
    if not affine[:3, 2].any():  # a flat image need not say how far the next slice would be
        affine[:3, 2] = np.cross(affine[:3, 0], affine[:3, 1])
    if not (np.isfinite(affine).all() and np.linalg.matrix_rank(affine[:3, :3]) == 3):
        raise ImageError(f"{path}: its affine does not place the voxels in space: set the sform or qform")
    if not (dtype.names or (dtype.kind in "iuf" and dtype.itemsize <= 8)):
        raise ImageError(f"{path}: voxels are integers, floats up to 64 bits, or RGB; these are {dtype}: convert them")
    first, second, last = ((x, y, z)[axis] for axis in order)
    return Volume(
        shape=(first, second, last),
        times=times,
        dtype=dtype,
        offset=int(header["vox_offset"]),
        slope=1.0 if slope is None else float(slope),
        intercept=0.0 if slope is None else float(intercept),
        affine=affine,
        oriented=bool(header["sform_code"] or header["qform_code"]),
        header=header,
        colours=colours,
    )


def _check_size(volume: Volume, path: Path, *, compressed: bool) -> None:
    claimed = volume.offset + volume.slice_bytes * volume.frames * volume.colours
    size = path.stat().st_size
    if claimed > (size * _DEFLATE_RATIO if compressed else size):
        held = f"{size:,}{' compressed' if compressed else ''}"
        raise ImageError(f"{path}: claims {claimed:,} bytes but holds {held}: copy it again from its source")
    if claimed > LARGEST_VOLUME or volume.shape[0] * volume.shape[1] > LARGEST_SLICE:
        raise ImageError(
            f"{path}: at most {LARGEST_VOLUME:,} bytes and {LARGEST_SLICE:,} pixels a slice; this one claims "
            f"{claimed:,} and {volume.shape[0]:,} x {volume.shape[1]:,}: split it"
        )


def place_of(volume: Volume, frame: int | None, path: Path) -> tuple[int, int]:
    """Return the time point and the position, along the normal, of a frame.

    Raises:
        ImageError: There is no such frame, or none was asked for and there are several.
    """
    if frame is None and volume.frames > 1:
        raise ImageError(f"{path}: holds {volume.frames} frames: name one in the column 'frame'")
    if not 0 <= (frame or 0) < volume.frames:
        raise ImageError(f"{path}: frames are 0 to {volume.frames - 1}; asked for {frame}")
    return divmod(frame or 0, volume.shape[2])


def _slices(path: Path, volume: Volume, time: int, start: int = 0) -> Iterator[np.ndarray]:
    """Yield the slices `(i, j)` of a time point as stored, one in memory at a time."""
    with _open(path) as file:
        file.seek(volume.offset + (time * volume.shape[2] + start) * volume.slice_bytes)
        for _ in range(start, volume.shape[2]):
            content = file.read(volume.slice_bytes)
            if len(content) < volume.slice_bytes:
                raise EOFError
            yield np.frombuffer(content, volume.dtype).reshape(volume.shape[:2], order="F")


def _display_values(
    stored: np.ndarray, volume: Volume, path: Path, *, time: int, window: str
) -> tuple[np.ndarray, str]:
    """Return stored voxels as float32 in `[0, 1]`, axes as they are, and what they are seen through."""
    if stored.dtype.names or volume.colours > 1:
        if window != "none":
            raise ImageError(f"{path}: RGB carries no Hounsfield units: window must be 'none', got {window!r}")
        colours = np.stack([stored[name] for name in "RGB"], axis=-1) if stored.dtype.names else stored
        return luminance(by_type_range(colours)), "range of the type"
    values = _rescaled(stored, volume)
    if window != "none":
        pixels, shown = apply(values, window), window
    elif stored.dtype.kind in "iu" and stored.dtype.itemsize == 1 and (volume.slope, volume.intercept) == (1, 0):
        pixels, shown = by_type_range(stored), "range of the type"
    else:
        status = path.stat()
        low, high = _range(path, time, (status.st_mtime_ns, status.st_size))
        pixels, shown = ((values - low) / (high - low or 1)).astype(np.float32), "least to greatest value of the volume"
    return np.where(np.isfinite(values), pixels, np.float32(0)), shown


def _rescaled(stored: np.ndarray, volume: Volume) -> np.ndarray:
    with np.errstate(over="ignore", invalid="ignore"):  # what leaves the numbers is not finite, and so black
        return stored.astype(np.float64) * volume.slope + volume.intercept


@functools.lru_cache(maxsize=1024)
def _range(path: Path, time: int, stamp: tuple[int, int]) -> tuple[float, float]:
    """Return the smallest and largest finite value of a time point, once for all its slices.

    Args:
        path: The file.
        time: Zero-based time point.
        stamp: When the file was changed, and its size: another one is another file.
    """
    volume = volume_of(path)
    finite = (values[np.isfinite(values)] for values in (_rescaled(s, volume) for s in _slices(path, volume, time)))
    limits = [(values.min(), values.max()) for values in finite if values.size]
    if not limits:
        raise ImageError(f"{path}: holds no finite value: write it again")
    low, high = float(min(limits)[0]), float(max(high for _, high in limits))
    if not math.isfinite(high - low):
        raise ImageError(f"{path}: its values run from {low:g} to {high:g}, further than numbers reach: rescale them")
    return low, high
