"""How an archive lies in its file: one directory, at the end, of plain members that begin with the file.

Readers differ where it lies otherwise. Python takes the directory before the end for true and shifts what its offsets
say, torch goes where they say; `unzip` takes a member's name from an extra field that Python does not look at.
"""

import io
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from ..errors import TrustError

_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_LOCAL = struct.Struct("<4s5H3L2H")
_FIELD = struct.Struct("<2H")

_UNSAID = 0xFFFFFFFF
"""What stands for a number that the larger record has."""

_FIELDS = {0x0001, 0x000A, 0x4246, 0x5455, 0x5855, 0x7855, 0x7875}
"""Extra fields that name nothing: sizes above 4 GB, times, owners, and torch's padding."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def check_layout(archive: Path | bytes) -> None:
    """Refuse an archive that two readers may read differently.

    Args:
        archive: Its file, or its bytes.

    Raises:
        TrustError: It is one, or none.
    """
    with io.BytesIO(archive) if isinstance(archive, bytes) else archive.open("rb") as file:
        _check(file)


def _check(file: IO[bytes]) -> None:
    where = _directory(file)
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            twisted = archive.start_dir != where
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise TrustError(f"a damaged archive ({error})") from error
    first = min((info.header_offset for info in members), default=0)
    if twisted or first:
        raise TrustError("an archive begins with its first member and ends with its directory; there is more in this")
    for info in members:
        _check_member(file, info)


def _directory(file: IO[bytes]) -> int:
    """Return where the directory begins, by what the last record of the file says."""
    size = file.seek(0, 2)
    end = size - _END.size
    found = _at(file, _END, end)
    if found is None or found[0] != b"PK\x05\x06" or found[-1]:
        raise TrustError("an archive ends with its directory, and no comment; this one does not")
    *_, length, start, _ = found
    locator = _at(file, _LOCATOR, end - _LOCATOR.size)
    if locator and locator[0] == b"PK\x06\x07":
        end -= _LOCATOR.size + _END_64.size
        larger = _at(file, _END_64, end)
        if larger is None or larger[0] != b"PK\x06\x06" or locator[2] != end:
            raise TrustError("an archive whose last records do not follow one another")
        if any(small not in (large, _UNSAID) for small, large in zip((length, start), larger[-2:], strict=True)):
            raise TrustError("an archive whose last records contradict each other")
        length, start = larger[-2:]
    if start + length != end:
        raise TrustError("an archive has one directory, right before its end; this one has something between")
    return int(start)


def _at(file: IO[bytes], record: struct.Struct, place: int) -> tuple[Any, ...] | None:
    if place < 0:
        return None
    file.seek(place)
    content = file.read(record.size)
    return record.unpack(content) if len(content) == record.size else None


def _check_member(file: IO[bytes], info: zipfile.ZipInfo) -> None:
    """Refuse a member that is packed unusually, or of whose name there are two versions."""
    if info.compress_type not in _METHODS or info.flag_bits & 1:
        raise TrustError(f"members are stored or deflated, and not encrypted; {info.filename!a} is neither")
    local = _at(file, _LOCAL, info.header_offset)
    if local is None or local[0] != b"PK\x03\x04":
        raise TrustError(f"{info.filename!a} is not where the directory says")
    name, extra = (file.read(int(length)) for length in local[-2:])
    if name != info.orig_filename.encode("utf-8" if info.flag_bits & 0x800 else "cp437"):
        raise TrustError(f"{info.filename!a} has another name where it lies: {name!r}")
    if odd := [field for part in (extra, info.extra) for field in _fields(part) if field not in _FIELDS]:
        raise TrustError(f"{info.filename!a} has a field of which readers may take another name (0x{odd[0]:04x})")


def _fields(extra: bytes) -> Iterator[int]:
    place = 0
    while place + _FIELD.size <= len(extra):
        field, length = _FIELD.unpack_from(extra, place)
        yield field
        place += _FIELD.size + length
