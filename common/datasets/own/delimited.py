"""A table as text: encoding and delimiter found out."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ...errors import DatasetError

_DELIMITERS = ",;\t|"

_LOOKED_AT = 20
"""Lines by which delimiters are compared."""


def read_delimited(path: Path) -> list[tuple[int, Sequence[str]]]:
    """Return the cells of each line, with the line's number from 1, as a spreadsheet counts.

    Raises:
        DatasetError: It is no text, or its quotes never end.
    """
    text = _decoded(path)
    first, _, rest = text.partition("\n")
    stated = first.strip().casefold()
    if stated.startswith("sep=") and len(stated) == 5:  # Excel's own way to say so
        return [(number + 1, cells) for number, cells in _parsed(path, rest, stated[4])]
    return _parsed(path, text, max(_DELIMITERS, key=lambda delimiter: _agreement(path, text, delimiter)))


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif b"\0" in data[:200]:
        encodings = ["utf-16-be" if data[:1] == b"\0" else "utf-16-le"]
    else:
        encodings = ["utf-8-sig", "cp1252", "latin-1"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise DatasetError(f"{path} is no table: neither text nor XLSX; save it as CSV or XLSX")


def _parsed(path: Path, text: str, delimiter: str) -> list[tuple[int, Sequence[str]]]:
    try:
        return list(enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), start=1))
    except csv.Error as error:
        raise DatasetError(f"{path} is no table in CSV ({error}): save it again as CSV or XLSX") from error


def _agreement(path: Path, text: str, delimiter: str) -> tuple[int, int]:
    """Return how many lines at the head of a table have the usual number of cells, and that number; 0 if it is one."""
    head = "".join(text.splitlines(keepends=True)[:_LOOKED_AT])
    try:
        widths = Counter(len(cells) for _, cells in _parsed(path, head, delimiter) if len(cells) > 1)
    except DatasetError:  # cut within quotes, or never meant to be parsed so
        return 0, 0
    return max(((count, width) for width, count in widths.items()), default=(0, 0))
