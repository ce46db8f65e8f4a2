"""What a preparation leaves out, and why: counted in the summary, listed in `left_out.csv`, never dropped silently."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ..files import write_text

NAME = "left_out.csv"
"""The list's file, beside the index."""


class LeftOut(NamedTuple):
    """A file, folder or line of a table, or a remark on a series; before a colon, a reason tells its kind."""

    what: str
    """`file`, `folder`, `line`, `series` or `contour`."""
    where: str
    """A path below the root, the number of a line of the table, a series' first file, or a contour."""
    reason: str
    """No name, date or free text of a file."""

    @property
    def kind(self) -> str:
        """What it is counted as, such as `file: no line in the table`."""
        return f"{self.what}: {self.reason.partition(':')[0]}"


def counted(left_out: Sequence[LeftOut]) -> dict[str, int]:
    """Return how many there are of each kind, by kind."""
    return dict(sorted(Counter(its.kind for its in left_out).items()))


def write_left_out(folder: Path, left_out: Sequence[LeftOut]) -> None:
    """Write `left_out.csv` (what, where, reason) into a prepared folder, or remove it where nothing was left out."""
    if not left_out:
        (folder / NAME).unlink(missing_ok=True)
        return
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(LeftOut._fields)
    writer.writerows(left_out)
    write_text(folder / NAME, text.getvalue())
