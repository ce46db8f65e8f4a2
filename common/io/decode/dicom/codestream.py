"""What a compressed frame says of its own size, read without decoding: a decoder allocates whatever is claimed."""

import struct
from typing import NamedTuple

END = b"\xff\xd9"
"""Last marker of a stream: JPEG's and JPEG-LS's end of image, JPEG 2000's end of codestream."""

_J2K_START = b"\xff\x4f\xff\x51"
"""Start of codestream and SIZ, which follows it at once (ISO/IEC 15444-1, A.4 and A.5.1)."""

_FRAME_HEADERS = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF, 0xF7}
"""Second byte of a start of frame: JPEG's (ISO/IEC 10918-1, table B.1) and JPEG-LS's (ISO/IEC 14495-1, C.1.1)."""


class Size(NamedTuple):
    """Rows, columns and samples per pixel."""

    rows: int
    columns: int
    samples: int


def size_of(data: bytes) -> Size | None:
    """Return the size that a JPEG, JPEG-LS, JPEG 2000 or HTJ2K stream claims; None if it is no such stream."""
    try:
        return _jpeg(data) if data[:2] == b"\xff\xd8" else _j2k(data)
    except (struct.error, IndexError):
        return None


def _j2k(data: bytes) -> Size | None:
    start = data.find(_J2K_START)  # not 0 where the stream lies in a JP2 box
    if start < 0:
        return None
    right, bottom, left, top = struct.unpack_from(">4L", data, start + 8)
    (components,) = struct.unpack_from(">H", data, start + 40)
    return Size(bottom - top, right - left, components)


def _jpeg(data: bytes) -> Size | None:
    offset = 2
    while data[offset] == 0xFF:
        marker = data[offset + 1]
        if marker in _FRAME_HEADERS:
            rows, columns, components = struct.unpack_from(">HHB", data, offset + 5)
            return Size(rows, columns, components)
        if marker == 0xFF:  # a fill byte, B.1.1.2
            offset += 1
        else:
            offset += 2 + struct.unpack_from(">H", data, offset + 2)[0]
    return None
