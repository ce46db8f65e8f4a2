"""Fingerprints on disk, so that those of a million images need no memory and outlive a run that was stopped."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import overload

import numpy as np

from ..errors import ImageError, StorageError
from .fingerprints import THUMBNAIL, TILE, TILES, Fingerprint
from .index import Row

FORMAT = 1
"""Raised when the same image would give another fingerprint: kept ones are then made again."""

RECORD = np.dtype(
    [
        ("identity", "<u8"),
        ("pixels", "<u8"),
        ("shape", "<u4", 2),
        ("spread", "<f4"),
        ("thumbnail", "i1", THUMBNAIL**2),
        ("detail", "i1", (TILES**2, TILE, TILE)),
    ]
)
"""One fingerprint: 9,500 bytes, so 7.1 GB for 750,000 images. A shape of 0 x 0 says that the image was refused."""

FILE = "fingerprints.bin"


def identity(root: Path, row: Row) -> int:
    """Return a number that changes with the file of a row, its frame, its crop, or the way fingerprints are made."""
    try:
        status = (root / row["image"]).stat()
        state = f"{status.st_size} {status.st_mtime_ns}"
    except OSError:
        state = "missing"
    text = "\n".join([str(FORMAT), row["image"], row["frame"], row["crop"], state])
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


class Prints(Sequence[Fingerprint | ImageError]):
    """The fingerprints of the rows of an index, in their order, read from disk one at a time.

    Args:
        work: Folder for them, where those of a run that was stopped are found; None: a temporary file.
    """

    def __init__(self, work: Path | None) -> None:
        try:
            if work:
                work.mkdir(parents=True, exist_ok=True)
            self._file = (work / FILE).open("a+b") if work else TemporaryFile()  # noqa: SIM115  it stays open
        except OSError as error:
            raise _storage_error(error) from error
        self._count = self._file.seek(0, os.SEEK_END) // RECORD.itemsize
        self._apart: dict[int, Fingerprint | ImageError] = {}

    def keep(self, identities: Iterator[int]) -> list[int]:
        """Drop the first record that is not of the next image, and all after it; return which of the rest are refused.

        Their reasons were not kept: they are to be read again and `put`.
        """
        kept, refused = 0, []
        for expected in identities:
            if kept == self._count or (record := self._record(kept))["identity"] != expected:
                break
            if not record["shape"].any():
                refused.append(kept)
            kept += 1
        self._file.truncate(kept * RECORD.itemsize)
        self._count = kept
        return refused

    def add(self, identity: int, found: Fingerprint | ImageError) -> None:
        """Write the fingerprint of the next image, or note why it has none."""
        record = np.zeros((), RECORD)
        record["identity"] = identity
        if isinstance(found, Fingerprint):
            record["pixels"], record["shape"], record["spread"] = int(found.pixels, 16), found.shape, found.spread
            record["thumbnail"], record["detail"] = found.thumbnail, found.detail
        else:
            self.put(self._count, found)
        try:
            self._file.write(record.tobytes())
        except OSError as error:
            raise _storage_error(error) from error
        self._count += 1

    def flush(self) -> None:
        """Hand over to the file what has been added."""
        try:
            self._file.flush()
        except OSError as error:
            raise _storage_error(error) from error

    def put(self, position: int, found: Fingerprint | ImageError) -> None:
        """Let this stand for the image at a position, in memory."""
        self._apart[position] = found

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, position: int) -> Fingerprint | ImageError:
        """Return what is known of one image."""

    @overload
    def __getitem__(self, position: slice) -> list[Fingerprint | ImageError]:
        """Return what is known of several."""

    def __getitem__(self, position: int | slice) -> Fingerprint | ImageError | list[Fingerprint | ImageError]:
        if isinstance(position, slice):
            return [self[n] for n in range(*position.indices(self._count))]
        if not 0 <= position < self._count:
            raise IndexError(position)
        if position in self._apart:
            return self._apart[position]
        record = self._record(position)
        return Fingerprint(
            pixels=f"{int(record['pixels']):016x}",
            shape=(int(record["shape"][0]), int(record["shape"][1])),
            spread=float(record["spread"]),
            thumbnail=record["thumbnail"],
            detail=record["detail"],
        )

    def _record(self, position: int) -> np.void:
        content = os.pread(self._file.fileno(), RECORD.itemsize, int(position) * RECORD.itemsize)
        record: np.void = np.frombuffer(content, RECORD)[0]
        return record


def _storage_error(error: OSError) -> StorageError:
    return StorageError(f"fingerprints cannot be kept ({error.strerror or error}): free space, then run it again")
