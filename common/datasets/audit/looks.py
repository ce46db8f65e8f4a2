"""One look at every image of an index: decoded once, for all checks of the audit that need its pixels."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ...errors import ImageError
from ...io.decode import decode
from ...io.decode.crop import cropped
from ..fingerprints import Fingerprint, fingerprint
from ..index import Row, key
from ..reading import one_by_one, shown_frame
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


def look_at(root: Path, rows: Sequence[Row], *, traced: Collection[tuple[str, str]]) -> Iterator[Look]:
    """Yield a look at the image of each row: inside its crop, but for text, which a crop does not take out of the file.

    Args:
        root: Folder of the originals.
        rows: Rows of an index.
        traced: Keys of the images whose traces are wanted.
    """

    def look(row: Row) -> Look:
        path = root / row["image"]
        try:
            decoded = decode(path, shown_frame(row))
            pixels = cropped(decoded, row["crop"], path).pixels
        except ImageError as error:
            return Look(error, [], None)
        trace = trace_of(path, pixels) if key(row) in traced else None
        return Look(fingerprint(pixels), burned_in(row["image"], decoded), trace)

    return one_by_one(rows, look, what="images")
