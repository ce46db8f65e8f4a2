"""All images of an index, decoded on every core, with a progress bar; only what is asked for stays in memory."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from ..errors import ImageError
from ..io.decode import decode
from ..io.decode.crop import cropped
from .duplicates import Fingerprint, fingerprint
from .index import Row

T = TypeVar("T")


def of_each(rows: Sequence[Row], read: Callable[[Row], T], *, what: str) -> list[T]:
    """Return what `read` finds for each row, in order; the bar, named `what`, appears after a second."""
    from tqdm import tqdm

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(tqdm(pool.map(read, rows), total=len(rows), desc=what, delay=1, disable=None))


def shown_frame(row: Row) -> int | None:
    """Return the zero-based frame that stands for a row: its own, the middle one of a clip, None of a single image."""
    if ":" in row["frame"]:
        frames = range(*map(int, row["frame"].split(":")))
        return frames[len(frames) // 2]
    return int(row["frame"]) if row["frame"] else None


def read_fingerprints(root: Path, rows: Sequence[Row]) -> list[Fingerprint | ImageError]:
    """Return for each row the fingerprint of its image inside its crop, or why it cannot be read."""

    def read(row: Row) -> Fingerprint | ImageError:
        path = root / row["image"]
        try:
            return fingerprint(cropped(decode(path, shown_frame(row)), row["crop"], path).pixels)
        except ImageError as error:
            return error

    return of_each(rows, read, what="images")
