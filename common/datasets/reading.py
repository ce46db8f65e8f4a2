"""All images of an index, decoded on every core, with a progress bar; only what is asked for stays in memory."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from ..errors import ImageError
from ..io.decode import decode
from ..io.decode.crop import cropped
from .fingerprints import Fingerprint, fingerprint
from .index import Row
from .prints import Prints, identity

T = TypeVar("T")
S = TypeVar("S")

AHEAD = 1024
"""Rows that wait for a core at a time: a million at once would be a gigabyte of promises."""


def of_each(rows: Sequence[S], read: Callable[[S], T], *, what: str) -> list[T]:
    """Return what `read` finds for each row, in order; the bar, named `what`, appears after a second."""
    return list(one_by_one(rows, read, what=what))


def one_by_one(rows: Sequence[S], read: Callable[[S], T], *, what: str, done: int = 0) -> Iterator[T]:
    """Yield what `read` finds for each row, in order, as `of_each` does; the first `done` rows are passed over."""
    from tqdm import tqdm

    bar = tqdm(total=len(rows), initial=done, desc=what, delay=1, disable=None)
    with bar, ThreadPoolExecutor(os.cpu_count()) as pool:
        for start in range(done, len(rows), AHEAD):
            for found in pool.map(read, rows[start : start + AHEAD]):
                bar.update()
                yield found


def shown_frame(row: Row) -> int | None:
    """Return the zero-based frame that stands for a row: its own, the middle one of a clip, None of a single image."""
    if ":" in row["frame"]:
        frames = range(*map(int, row["frame"].split(":")))
        return frames[len(frames) // 2]
    return int(row["frame"]) if row["frame"] else None


def read_fingerprints(root: Path, rows: Sequence[Row], work: Path | None = None) -> Prints:
    """Return for each row the fingerprint of its image inside its crop, or why it cannot be read.

    Args:
        root: Folder of the originals.
        rows: Rows of an index.
        work: Folder in which fingerprints are kept, so that a run that was stopped goes on where it was; None: they
            are gone when it ends.
    """

    def read(row: Row) -> Fingerprint | ImageError:
        path = root / row["image"]
        try:
            return fingerprint(cropped(decode(path, shown_frame(row)), row["crop"], path).pixels)
        except ImageError as error:
            return error

    prints = Prints(work)
    for position in prints.keep(identity(root, row) for row in rows):
        prints.put(position, read(rows[position]))
    new = one_by_one(rows, lambda row: (identity(root, row), read(row)), what="images", done=len(prints))
    for number, found in new:
        prints.add(number, found)
    prints.flush()
    return prints
