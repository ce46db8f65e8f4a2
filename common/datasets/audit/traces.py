"""What an image leaves beside its anatomy: its size, its border, ink drawn over it, and how its file was written.

The number of bytes is not among them: it follows from the tissue (of clean phantoms it knows the label with an AUC of
0.59, because a lesion's shadow compresses well).
"""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from ...io.decode.dicom import looks_like
from .burned_in import CONTRASTS, THICKEST_STROKE

BORDER = 16
"""The border is a sixteenth of the side: 14 of 224 pixels, thinner than what a radiologist reads."""

CAPTION = 6
"""Captions stand in the upper or lower sixth: those of DDTI in the last 62 of 360 rows."""

HEADER = ("Manufacturer", "ManufacturerModelName", "BitsStored", "PhotometricInterpretation")
"""What a DICOM header says about the device and the export, in the words of PS3.6."""

DATES = (("AcquisitionDate", "AcquisitionTime"), ("ContentDate", "ContentTime"), ("StudyDate", "StudyTime"))
"""When an image was acquired: the first pair that a DICOM header gives. Only its place in the order is used."""


class Trace(NamedTuple):
    """What one image leaves beside its anatomy.

    Attributes:
        size: Height and width in pixels.
        border: Mean grey levels in `[0, 1]` of blocks of the outermost sixteenth, `(112,)`: 2 x 16 above, left and
            right, and the outer quarters below. The middle below is left out, because a lesion's acoustic shadow
            reaches it, and knows the label rightly: of phantoms with an AUC of 0.83.
        ink: Share of bright thin strokes in blocks of the upper and the lower sixth, 2 x 32 each, `(128,)`.
        file: Format, colour mode, compression and the like, in words.
        coarseness: Mean step of JPEG's luminance quantisation; 0 where there is none.
        acquired: Date and time of a DICOM header, as digits; empty where unknown. It must not be written anywhere.
    """

    size: tuple[int, int]
    border: np.ndarray
    ink: np.ndarray
    file: dict[str, str]
    coarseness: float
    acquired: str


def trace_of(path: Path, image: np.ndarray) -> Trace:
    """Return what an image that could be decoded leaves.

    Args:
        path: Its file.
        image: Float32 `(H, W)` in `[0, 1]`.
    """
    file, coarseness, acquired = _written(path)
    return Trace((image.shape[0], image.shape[1]), _border(image), _ink(image), file, coarseness, acquired)


def _border(image: np.ndarray) -> np.ndarray:
    down, across = (max(side // BORDER, 1) for side in image.shape)
    sides = [_blocks(strip, 16) for strip in (image[:down], image[:, :across].T, image[:, -across:].T)]
    below = _blocks(image[-down:], 16)
    return np.concatenate([side.ravel() for side in (*sides, below[:, :4], below[:, -4:])])


def _ink(image: np.ndarray) -> np.ndarray:
    from scipy import ndimage

    rows = image.shape[0] // CAPTION
    strips = (image[:rows], image[-rows:])
    opened = (ndimage.grey_opening(strip, size=(THICKEST_STROKE, THICKEST_STROKE)) for strip in strips)
    strokes = (strip - ground > CONTRASTS[-1] for strip, ground in zip(strips, opened, strict=True))
    return np.concatenate([_blocks(each, 32).ravel() for each in strokes])


def _blocks(strip: np.ndarray, columns: int) -> np.ndarray:
    """Return the means of 2 x `columns` blocks."""
    picture = Image.fromarray(np.ascontiguousarray(strip, dtype=np.float32))
    return np.asarray(picture.resize((columns, 2), Image.Resampling.BOX))


def _written(path: Path) -> tuple[dict[str, str], float, str]:
    with path.open("rb") as file:
        head = file.read(1 << 12)
    if looks_like(head):
        facts, acquired = _dicom(path)
        return facts, 0.0, acquired
    if head.startswith((b"\x89PNG", b"\xff\xd8")):
        return *_raster(path, head), ""
    return {"format": path.suffix}, 0.0, ""


def _raster(path: Path, head: bytes) -> tuple[dict[str, str], float]:
    with Image.open(path, formats=("PNG", "JPEG")) as image:
        facts = {"format": str(image.format), "mode": image.mode, "says": " ".join(sorted(map(str, image.info)))}
        tables: dict[int, Any] = getattr(image, "quantization", {})
        facts["components"] = str(getattr(image, "layer", ""))  # of a JPEG: sampling and tables of each
    start = head.find(b"IDAT")
    if 0 <= start < len(head) - 6:
        facts["zlib level"] = str(head[start + 5] >> 6)  # FLEVEL: RFC 1950, section 2.2
    return facts, float(np.mean(tables[0])) if tables else 0.0


def _dicom(path: Path) -> tuple[dict[str, str], str]:
    from ...io.decode.dicom.quiet import quietly
    from ...io.decode.dicom.source import open_image

    with path.open("rb") as file, quietly():
        header, pixels = open_image(file)
        facts = {"syntax": str(pixels.syntax), **{name: str(header.get(name, "")) for name in HEADER}}
        moments = [f"{header.get(date)}{header.get(time, '')}" for date, time in DATES if header.get(date)]
    return {"format": "DICOM", **facts}, next(iter(moments), "")
