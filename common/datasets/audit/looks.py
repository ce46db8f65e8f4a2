"""One look at every image of an index: decoded once, for all checks of the audit that need its pixels."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from ...errors import ImageError
from ...io.decode import decode
from ..duplicates import Fingerprint, fingerprint
from ..index import Row, key
from ..reading import of_each
from .findings import Finding
from .privacy import burned_in
from .traces import Trace, trace_of


class Look(NamedTuple):
    """What is kept of one image.

    Attributes:
        fingerprint: To compare it with others; or why it cannot be read.
        text: Notes on text in the picture.
        trace: What it leaves beside its anatomy; None unless asked for, or where it cannot be read.
    """

    fingerprint: Fingerprint | ImageError
    text: list[Finding]
    trace: Trace | None


def look_at(root: Path, rows: Sequence[Row], *, traced: Collection[tuple[str, str]]) -> list[Look]:
    """Return a look at the image of each row.

    Args:
        root: Folder of the originals.
        rows: Rows of an index.
        traced: Keys of the images whose traces are wanted.
    """

    def look(row: Row) -> Look:
        path, frame = root / row["image"], int(row["frame"]) if row["frame"] else None
        try:
            decoded = decode(path, frame)
        except ImageError as error:
            return Look(error, [], None)
        trace = trace_of(path, decoded.pixels) if key(row) in traced else None
        return Look(fingerprint(decoded.pixels), burned_in(row["image"], decoded), trace)

    return of_each(rows, look, what="images")
