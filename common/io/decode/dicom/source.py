"""A DICOM file's header, and where its pixels lie; the pixels themselves stay on disk."""

import struct
from io import BytesIO
from typing import BinaryIO, NamedTuple

from pydicom import Dataset, dcmread
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from ....errors import ImageError

_KEYWORDS = {0x0008: "FloatPixelData", 0x0009: "DoubleFloatPixelData", 0x0010: "PixelData"}
"""Elements of group 7FE0 that hold pixels, PS3.3 C.7.6.3 and C.7.6.24."""

_IMAGE_KINDS = ("Image Storage", "Segmentation Storage", "Parametric Map Storage")
"""How the names of SOP classes end that hold images (PS3.4 B.5)."""

_UNDEFINED_LENGTH = 0xFFFFFFFF
"""PS3.5, 7.1.1: the length of pixels that are encapsulated, that is, compressed."""

_ENCODINGS = {
    (True, True): ImplicitVRLittleEndian,
    (False, True): ExplicitVRLittleEndian,
    (False, False): ExplicitVRBigEndian,
}
"""Transfer syntax of a file that names none, by (implicit VR, little endian) as pydicom recognised them."""


DEFLATED_FRAMES = UID("1.2.840.10008.1.2.8.1")
"""Deflated Image Frame Compression (PS3.5 A.4.13, 2024), which pydicom 3.0 does not know: RFC 1951 streams."""


class PixelElement(NamedTuple):
    """A file's pixels, unread.

    Attributes:
        keyword: PixelData, FloatPixelData or DoubleFloatPixelData.
        vr: OB, OW, OF or OD.
        syntax: Transfer syntax.
        stated: Whether the file states it.
        file: Positioned at the first byte of the value.
        encapsulated: Whether the value is a sequence of compressed fragments.
        available: Bytes from there to the end of the value, or of the file if that comes first.
    """

    keyword: str
    vr: str
    syntax: UID
    stated: bool
    file: BinaryIO
    encapsulated: bool
    available: int


def open_image(file: BinaryIO) -> tuple[Dataset, PixelElement]:
    """Return all elements before the pixels, and the place of the pixels.

    Raises:
        ImageError: There are no pixels.
    """
    dataset = dcmread(file, stop_before_pixels=True, force=True)
    syntax = dataset.file_meta.get("TransferSyntaxUID") if hasattr(dataset, "file_meta") else None
    stated = bool(syntax)
    implicit, little = encoding_of(dataset)
    syntax = syntax or _ENCODINGS[implicit, little]
    if syntax == DeflatedExplicitVRLittleEndian:
        return dataset, _inflated(file, dataset, syntax)
    order = "<" if little else ">"
    head = file.read(8)
    if len(head) < 8:
        raise _without_pixels(dataset)
    if implicit:
        group, element, length = struct.unpack(order + "HHL", head)
        vr = "OW"
    else:
        group, element, code, _ = struct.unpack(order + "HH2sH", head)
        vr = code.decode("latin-1")
        (length,) = struct.unpack(order + "L", file.read(4))
    if group != 0x7FE0 or not length:
        raise _without_pixels(dataset)
    start = file.tell()
    available = file.seek(0, 2) - start
    file.seek(start)
    encapsulated = length == _UNDEFINED_LENGTH
    if encapsulated != (syntax not in _ENCODINGS.values()):
        raise ImageError(
            f"its pixels are {'' if encapsulated else 'not '}compressed, its transfer syntax says otherwise "
            f"({syntax_name(syntax)}): export it again"
        )
    available = available if encapsulated else min(length, available)
    return dataset, PixelElement(_KEYWORDS[element], vr, syntax, stated, file, encapsulated, available)


def encoding_of(dataset: Dataset) -> tuple[bool, bool]:
    """Return how a file was found to be encoded: whether with implicit VR, and whether in little endian."""
    if not hasattr(dataset, "original_encoding"):  # pydicom 2
        return bool(dataset.read_implicit_vr), dataset.read_little_endian is not False
    implicit, little = dataset.original_encoding
    return bool(implicit), little is not False


def syntax_name(syntax: UID) -> str:
    """Return the standard's name of a transfer syntax; never what a file may have put in its place."""
    if syntax == DEFLATED_FRAMES:
        return "Deflated Image Frame Compression"
    return str(syntax.name) if syntax.is_transfer_syntax else "unknown"


def _inflated(file: BinaryIO, header: Dataset, syntax: UID) -> PixelElement:
    file.seek(0)
    dataset = dcmread(file, force=True)
    for keyword in _KEYWORDS.values():
        if dataset.get(keyword):
            value = dataset[keyword].value
            return PixelElement(keyword, dataset[keyword].VR, syntax, True, BytesIO(value), False, len(value))
    raise _without_pixels(header)


def _without_pixels(dataset: Dataset) -> ImageError:
    """Return why a file without pixels is refused; the name of its kind is the standard's, never the file's."""
    kind = UID(str(dataset.get("SOPClassUID", "")))
    name = kind.name if kind.is_private is False and kind.name != kind else "of no kind that DICOM knows"
    if "EncryptedAttributesSequence" in dataset:
        return ImageError("its pixels are encrypted (PS3.15 E): decrypt it first")
    if "EncapsulatedDocument" in dataset or name.startswith("Encapsulated"):
        return ImageError(f"a document, not an image ({name}): export the images themselves")
    if "Rows" in dataset or name.endswith(_IMAGE_KINDS):
        return ImageError(f"no pixel data ({name}): only the header was exported, or it is cut off; export it again")
    return ImageError(f"not an image object ({name}): export the images themselves")
