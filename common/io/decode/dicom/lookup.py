"""Lookup tables: modality LUT, VOI LUT and palettes have one form (PS3.3 C.11.1.1, C.11.2.1.1, C.7.6.3.1.5)."""

from typing import NamedTuple

import numpy as np
from pydicom import Dataset

from ....errors import ImageError

_FULL = 2**16
"""Entries of a table whose descriptor says 0, and the most that any has."""


class Table(NamedTuple):
    """Entries, the stored value that the first belongs to, and the bits of each."""

    first: int
    entries: np.ndarray
    bits: int

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """Return the entries of values, those outside the table taking its first or last entry."""
        first = self.first
        if first >= _FULL // 2 and values.min() < 0:  # written as unsigned, meant as signed
            first -= _FULL
        indices = np.rint(values).astype(np.int32)
        indices -= first
        return self.entries[np.clip(indices, 0, len(self.entries) - 1, out=indices)]


def table_of(item: Dataset, descriptor: str, data: str, *, little: bool) -> Table:
    """Return a table by the keywords of its descriptor and its data, segmented or not.

    Args:
        item: What holds them.
        descriptor: Keyword: number of entries, first value mapped, bits per entry.
        data: Keyword of the entries; segmented ones are looked for under `"Segmented" + data`.
        little: Whether words in it are little-endian.

    Raises:
        ImageError: The table is missing or empty.
    """
    count, first, bits = (int(number) for number in item.get(descriptor) or (0, 0, 0))
    count = count or _FULL
    if raw := item.get(data):
        entries = _words(raw, wide=len(raw) >= 2 * count, little=little)[:count]
    elif raw := item.get("Segmented" + data):
        entries = _expanded(_words(raw, wide=bits > 8, little=little).tolist())[:count]
    else:
        entries = np.empty(0)
    if not len(entries) or not 1 <= bits <= 16:
        raise ImageError(f"{data} is missing or empty, and its pixels mean nothing without it: export it again")
    return Table(first, entries, bits)


def _words(raw: bytes | list[int], *, wide: bool, little: bool) -> np.ndarray:
    """Return numbers that pydicom hands over as such, or as bytes where the file calls them OW."""
    if not isinstance(raw, bytes):
        return np.asarray(raw, dtype=np.uint16)
    kind = ("<u2" if little else ">u2") if wide else "u1"
    return np.frombuffer(raw, kind, count=len(raw) // np.dtype(kind).itemsize).astype(np.uint16)


def _expanded(words: list[int]) -> np.ndarray:
    """Return the entries that segments stand for (PS3.3 C.7.9.2).

    Segments are (0, n, n entries), (1, n, the last of n entries on a straight line from the one before), and
    (2, n, offset in two words) for n earlier segments once more.
    """
    entries: list[int] = []
    at = 0
    while at + 2 < len(words) and len(entries) < _FULL:
        if words[at] == 2:
            offset = words[at + 2] + (words[at + 3] << 16)
            for _ in range(words[at + 1]):
                offset = _append(entries, words, offset)
            at += 4
        else:
            at = _append(entries, words, at)
    return np.asarray(entries, dtype=np.uint16)


def _append(entries: list[int], words: list[int], at: int) -> int:
    """Append what the discrete or linear segment at an offset stands for; return the offset of the next."""
    kind, count = words[at], words[at + 1]
    if kind == 0:
        entries.extend(words[at + 2 : at + 2 + count])
        return at + 2 + count
    if kind == 1 and entries and count:
        start, rise = entries[-1], words[at + 2] - entries[-1]
        entries.extend(start + round(rise * step / count) for step in range(1, count + 1))
        return at + 3
    raise ImageError("its segmented palette is damaged: export it again")
