"""Image Pixel module (PS3.3 C.7.6.3): what it says, checked before a single pixel is decoded."""

import logging
from functools import cache
from typing import Any, NamedTuple

from pydicom import Dataset
from pydicom.uid import UID

from ....errors import ImageError
from .source import PixelElement

MAXIMUM_PIXELS = 2**26
"""Rows x columns of one frame, 8,192 x 8,192: twice the largest detector (mammography, 4,800 x 6,000, is 2**24.8). As
float32 that is 256 MiB; a claim of 60,000 x 60,000 would be 13 GiB."""

_SAMPLES = {
    "MONOCHROME1": 1,
    "MONOCHROME2": 1,
    "PALETTE COLOR": 1,
    "RGB": 3,
    "YBR_FULL": 3,
    "YBR_FULL_422": 3,
    "YBR_ICT": 3,
    "YBR_RCT": 3,
}
"""Samples per pixel of the photometric interpretations that are read (PS3.3 C.7.6.3.1.2)."""

_ALLOCATED = {"PixelData": (1, 8, 16, 32), "FloatPixelData": (32,), "DoubleFloatPixelData": (64,)}
"""Bits allocated that are read, by the element that holds the pixels."""

logger = logging.getLogger(__name__)


class Header(NamedTuple):
    """Image Pixel module of a file, complete and free of contradictions; `signed` and `planar` are 0 or 1."""

    syntax: UID
    photometric: str
    samples: int
    rows: int
    columns: int
    frames: int
    allocated: int
    stored: int
    high: int
    signed: int
    planar: int
    defaulted: tuple[str, ...]
    extended_offsets: tuple[bytes, bytes] | None

    def frame(self, asked: int | None) -> int:
        """Return the zero-based frame to read.

        Raises:
            ImageError: There are several and none was asked for, or it does not exist.
        """
        if asked is None and self.frames > 1:
            raise ImageError(f"holds {self.frames} frames: name one in the column 'frame'")
        if not 0 <= (asked or 0) < self.frames:
            raise ImageError(f"frames are 0 to {self.frames - 1}; asked for {asked}")
        return asked or 0

    def bounds(self) -> tuple[int, int]:
        """Return the least and greatest value that the stored bits can hold."""
        if self.signed:
            return -(2 ** (self.stored - 1)), 2 ** (self.stored - 1) - 1
        return 0, 2**self.stored - 1


def header_of(dataset: Dataset, element: PixelElement) -> Header:
    """Return the checked header; what is missing and does not change the image's meaning is defaulted, logged once.

    Raises:
        ImageError: Something is missing that does, contradicts itself, or claims an absurd size.
    """
    read = _Reading(dataset)
    photometric = str(read.required("PhotometricInterpretation")).strip().upper()
    if photometric not in _SAMPLES:
        raise ImageError(f"PhotometricInterpretation is one of {', '.join(_SAMPLES)}; this one is another: convert it")
    rows, columns = int(read.required("Rows")), int(read.required("Columns"))
    if not 0 < rows * columns <= MAXIMUM_PIXELS:
        raise ImageError(f"a frame has 1 to {MAXIMUM_PIXELS:,} pixels; this claims {rows} x {columns}: export it again")
    samples = int(read.optional("SamplesPerPixel", _SAMPLES[photometric]))
    if samples != _SAMPLES[photometric]:
        raise ImageError(
            f"{photometric} has {_SAMPLES[photometric]} samples per pixel; this claims {samples}: convert it"
        )
    allocated, stored, high, signed = _bits(read, element.keyword)
    if not element.stated:
        read.default("TransferSyntaxUID")
    tables = "ExtendedOffsetTable", "ExtendedOffsetTableLengths"
    has_offsets = all(table in dataset for table in tables)
    offsets = (dataset[tables[0]].value, dataset[tables[1]].value) if has_offsets else None
    return Header(
        syntax=element.syntax,
        photometric=photometric,
        samples=samples,
        rows=rows,
        columns=columns,
        frames=max(1, int(dataset.get("NumberOfFrames") or 1)),
        allocated=allocated,
        stored=stored,
        high=high,
        signed=signed,
        planar=int(read.optional("PlanarConfiguration", 0)) if samples > 1 else 0,
        defaulted=tuple(read.defaulted),
        extended_offsets=offsets,
    )


def _bits(read: "_Reading", keyword: str) -> tuple[int, int, int, int]:
    """Return bits allocated, bits stored, high bit and pixel representation; floats use all bits, signed."""
    allocated = int(read.required("BitsAllocated"))
    if allocated not in _ALLOCATED[keyword]:
        known = ", ".join(map(str, _ALLOCATED[keyword]))
        raise ImageError(f"BitsAllocated of {keyword} is {known}; this claims {allocated}: export it again")
    if keyword != "PixelData":
        return allocated, allocated, allocated - 1, 1
    stored = int(read.optional("BitsStored", allocated))
    high = int(read.optional("HighBit", stored - 1))
    # Deeper than 8 bits, signed or not decides where zero lies.
    signed = int(read.optional("PixelRepresentation", 0) if allocated <= 8 else read.required("PixelRepresentation"))
    if not 1 <= stored <= high + 1 <= allocated or signed not in (0, 1):
        raise ImageError(
            f"bits contradict each other: BitsAllocated {allocated}, BitsStored {stored}, HighBit {high}, "
            f"PixelRepresentation {signed}: export it again"
        )
    return allocated, stored, high, signed


class _Reading:
    """Elements of a dataset, and which of them had to be defaulted."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.defaulted: list[str] = []

    def required(self, keyword: str) -> Any:
        value = self.dataset.get(keyword)
        if value in (None, ""):
            raise ImageError(f"{keyword} is missing, and the image means nothing without it: export it again")
        return value

    def optional(self, keyword: str, default: int) -> Any:
        value = self.dataset.get(keyword)
        if value not in (None, ""):
            return value
        self.default(keyword)
        return default

    def default(self, keyword: str) -> None:
        self.defaulted.append(keyword)
        _say_once(keyword)


@cache
def _say_once(keyword: str) -> None:
    """Log a default at the first file that needs it: a data set of thousands would need it thousands of times."""
    logger.warning("some DICOM files lack %s: read as if it had its usual value", keyword)
