"""Tables that publishers put beside their images: CSV, or the first sheet of an Excel file."""

from collections.abc import Sequence
from pathlib import Path

from ..errors import DatasetError
from .index import Row
from .own.delimited import read_delimited
from .own.workbook import read_workbook


def read_table(path: Path, columns: Sequence[str], *, title: str) -> list[Row]:
    """Return the lines of a table by the names in its first one; what a line lacks at its end is empty.

    Raises:
        DatasetError: A column is missing (`title` names the data set), or it is no table.
    """
    numbered = read_workbook(path)[0] if path.suffix == ".xlsx" else read_delimited(path)
    head, *lines = [[cell.strip() for cell in cells] for _, cells in numbered if cells] or [[]]
    missing = [column for column in columns if column not in head]
    if missing:
        raise DatasetError(f"{path} is not {title}'s as published: column {missing[0]!r} is missing")
    return [dict(zip(head, [*cells, *[""] * (len(head) - len(cells))], strict=False)) for cells in lines]
