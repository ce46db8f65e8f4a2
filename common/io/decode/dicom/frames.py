"""One frame's stored values, decoded by pydicom's plug-ins; sizes are checked before anything is allocated."""

import math
import zlib
from typing import Any, BinaryIO

import numpy as np
from pydicom.encaps import encapsulate
from pydicom.uid import (
    UID,
    ExplicitVRLittleEndian,
    JPEG2000TransferSyntaxes,
    JPEGLSTransferSyntaxes,
    JPEGTransferSyntaxes,
    RLELossless,
)

from ....errors import ImageError
from .codestream import END, Size, size_of
from .header import Header
from .source import DEFLATED_FRAMES, PixelElement, syntax_name

try:
    from pydicom.encaps import get_frame
    from pydicom.pixels.decoders.base import get_decoder
except ImportError:  # pydicom 2
    from .older import get_decoder, get_frame  # type: ignore[assignment]

_PACKAGES = {
    **dict.fromkeys((*JPEGTransferSyntaxes, *JPEGLSTransferSyntaxes), "pylibjpeg-libjpeg"),
    **dict.fromkeys(JPEG2000TransferSyntaxes, "pylibjpeg-openjpeg"),
    RLELossless: "pylibjpeg-rle",
}
"""What to install for a transfer syntax; JPEG 2000's include HTJ2K."""


def stored_values(header: Header, element: PixelElement, index: int) -> np.ndarray:
    """Return one frame as stored: `(H, W)` integers or floats, or `(H, W, 3)` red, green, blue; unused bits cleared.

    Args:
        header: The checked header.
        element: Where the pixels lie.
        index: Zero-based frame.

    Raises:
        ImageError: Truncated, damaged, of another size than the header says, or no decoder is installed.
    """
    _decoder(header.syntax)  # refuses what it cannot read before any size is checked
    if not element.encapsulated:
        _require_length(header, element)
        return _decoded(header, element, element.file, index=index, frames=header.frames)
    try:
        data = get_frame(element.file, index, number_of_frames=header.frames, extended_offsets=header.extended_offsets)
    except (ValueError, EOFError, IndexError) as error:
        raise ImageError(f"truncated: frame {index} of {header.frames} is not in the file: copy it again") from error
    if header.syntax == DEFLATED_FRAMES:
        return _native(header, element, _inflated(data, _frame_bytes(header, 1)))
    if header.syntax == RLELossless and header.allocated == 1:
        return _native(header, element, _packed_bits(header, element, data))
    if header.syntax != RLELossless:  # which states no size: its decoder fills the header's
        _require_whole(header, data)
    return _decoded(header, element, encapsulate([data], has_bot=False), index=0, frames=1)


def _frame_bytes(header: Header, frames: int) -> int:
    """Return how many bytes frames take uncompressed; YBR_FULL_422 has half as many colours as pixels."""
    samples = 2 if header.photometric == "YBR_FULL_422" else header.samples
    return math.ceil(header.rows * header.columns * samples * header.allocated * frames / 8)


def _require_length(header: Header, element: PixelElement) -> None:
    needed = _frame_bytes(header, header.frames)
    if element.available < needed:
        raise ImageError(
            f"truncated: {header.frames} frame(s) of {header.rows} x {header.columns} are {needed:,} bytes, it holds "
            f"{element.available:,}: copy it again from its source"
        )


def _require_whole(header: Header, data: bytes) -> None:
    claimed, size = Size(header.rows, header.columns, header.samples), size_of(data)
    if size != claimed:
        found = f"{size.rows} x {size.columns} x {size.samples}" if size else "none"
        raise ImageError(
            f"its header says {claimed.rows} x {claimed.columns} x {claimed.samples} (rows, columns, samples), its "
            f"compressed frame {found}: export it again"
        )
    if not data.rstrip(b"\0\xff").endswith(END):  # decoders return what they have, the rest grey
        raise ImageError("truncated: its compressed frame has no end: copy it again from its source")


def _inflated(data: bytes, size: int) -> bytes:
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, size)
    except zlib.error as error:
        raise ImageError(f"its deflated frame is damaged ({error}): copy it again from its source") from error


def _packed_bits(header: Header, element: PixelElement, data: bytes) -> bytes:
    """Return a run-length encoded frame of single bits, eight to a byte, as bytes."""
    packed = header._replace(rows=1, columns=_frame_bytes(header, 1), allocated=8, stored=8, high=7)
    return _decoded(packed, element, encapsulate([data], has_bot=False), index=0, frames=1).tobytes()


def _native(header: Header, element: PixelElement, data: bytes) -> np.ndarray:
    if len(data) < _frame_bytes(header, 1):
        raise ImageError(
            f"truncated: its frame holds {len(data):,} bytes of {_frame_bytes(header, 1):,}: copy it again"
        )
    return _decoded(header._replace(syntax=ExplicitVRLittleEndian), element, data, index=0, frames=1)


def _decoded(header: Header, element: PixelElement, source: bytes | BinaryIO, *, index: int, frames: int) -> np.ndarray:
    decoder = _decoder(header.syntax)
    shifted = (decoder.is_native or header.syntax == RLELossless) and header.high != header.stored - 1
    options: dict[str, Any] = {
        "rows": header.rows,
        "columns": header.columns,
        "samples_per_pixel": header.samples,
        "photometric_interpretation": header.photometric,
        "planar_configuration": header.planar if decoder.is_native else 0,
        "number_of_frames": frames,
        "bits_allocated": header.allocated if decoder.is_native else max(8, header.allocated),
        "bits_stored": header.stored,
        "pixel_representation": header.signed,
        "pixel_keyword": element.keyword,
        "pixel_vr": element.vr,
        "correct_unused_bits": not shifted,
    }
    try:
        values, _ = decoder.as_array(source, index=index, **options)
    except (RuntimeError, ValueError) as error:
        reason = str(error).splitlines()[-1].strip()
        raise ImageError(f"its pixels cannot be decoded ({reason}): copy it again from its source") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        # pylibjpeg-rle is Rust, whose panics are no Exception.
        raise ImageError("its run lengths are damaged: copy it again from its source") from error
    if shifted:  # left over from before 2008: samples that do not begin at bit 0
        return values << (header.allocated - 1 - header.high) >> (header.allocated - header.stored)
    return values


def _decoder(syntax: UID) -> Any:
    try:
        decoder = get_decoder(ExplicitVRLittleEndian if syntax == DEFLATED_FRAMES else syntax)
    except NotImplementedError as error:
        raise ImageError(
            f"its transfer syntax is not read ({syntax_name(syntax)}): export it uncompressed, video as frames"
        ) from error
    if not decoder.is_available:
        raise ImageError(f"no decoder for {syntax_name(syntax)} is installed: pip install {_PACKAGES[syntax]}")
    return decoder
