"""A table of people's own making, line by line as text: CSV, TSV or XLSX, with what spreadsheets do to it undone."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ...errors import DatasetError
from ..names import folded
from .delimited import read_delimited
from .workbook import is_workbook, read_workbook, sheets_with

_WHOLE = re.compile(r"-?\d+\.0+")
"""A whole number that a program wrote as a float, `1.0`; an UID has more points."""


class Line(NamedTuple):
    """One line below the header; `number` counts from 1 as a spreadsheet shows it."""

    number: int
    cells: dict[str, str]


class Sheet(NamedTuple):
    """A table: its columns in order, its lines, and what was done to read it."""

    path: Path
    columns: list[str]
    lines: list[Line]
    notes: list[str]

    def column(self, name: str) -> str:
        """Return the column that a user calls `name`: exactly, else whatever its case.

        Raises:
            DatasetError: There is none (the sheet that has it, or the nearest is named), or several.
        """
        for same in (str, folded):
            found = [column for column in self.columns if same(column) == same(name.strip())]
            if len(found) > 1:
                raise DatasetError(f"{self.path} has {len(found)} columns called {name!r}: rename all but one")
            if found:
                return found[0]
        from difflib import get_close_matches

        if others := sheets_with(self.path, name) if self.path.is_file() and is_workbook(self.path) else []:
            raise DatasetError(f"{self.path} has the column {name!r} in another sheet: give --sheet {others[0]!r}")
        near = get_close_matches(name.casefold(), [column.casefold() for column in self.columns], n=1, cutoff=0)
        nearest = next(column for column in self.columns if column.casefold() == near[0])
        has = f"it has {', '.join(self.columns)}"
        raise DatasetError(f"{self.path} has no column {name!r}: did you mean {nearest!r}? {has[0].upper()}{has[1:]}")


def read_sheet(path: Path, sheet: str = "") -> Sheet:
    """Return a table without blanks around cells, `1.0` as `1`, without empty lines and a title above the header.

    Args:
        path: A CSV, TSV or XLSX file.
        sheet: Which sheet of a workbook; empty for the only one.

    Raises:
        DatasetError: It is missing, of another kind, damaged, or has no lines below a header.
    """
    if not path.is_file():
        raise DatasetError(f"there is no table {path}: give a CSV, TSV or XLSX file")
    rows, notes = _rows(path, sheet)
    rows = [(number, [_plain(cell) for cell in cells]) for number, cells in rows]
    rows = [(number, cells) for number, cells in rows if any(cells)]
    while len(rows) > 1 and len(set(filter(None, rows[0][1]))) == 1 < max(_width(cells) for _, cells in rows):
        notes = [*notes, f"line {rows[0][0]} of the table is a title, not a header: passed over"]
        rows = rows[1:]
    if len(rows) < 2:
        chosen = f"the sheet {sheet!r} of {path}" if sheet else str(path)
        other = (
            "name the sheet that has, --sheet NAME, or save it alone" if is_workbook(path) else "give a table that has"
        )
        raise DatasetError(f"{chosen} has no lines below a header: {other}")
    header = rows[0][1]
    places = [place for place, name in enumerate(header) if name]
    lines = [
        Line(number, {header[place]: cells[place] if place < len(cells) else "" for place in places})
        for number, cells in rows[1:]
    ]
    return Sheet(path, [header[place] for place in places], lines, notes)


def _rows(path: Path, sheet: str) -> tuple[list[tuple[int, Sequence[str]]], list[str]]:
    if is_workbook(path):
        return read_workbook(path, sheet)
    with path.open("rb") as file:
        head = file.read(4)
    if head == b"\xd0\xcf\x11\xe0":  # Microsoft's compound file: Excel before 2007, or an encrypted workbook
        raise DatasetError(f"{path} is an old or encrypted Excel file: save it as XLSX or CSV, without a password")
    if sheet:
        raise DatasetError(f"--sheet is for workbooks, and {path} is text: leave it out")
    return read_delimited(path), []


def _plain(cell: str) -> str:
    text = " ".join(cell.split())
    return text.partition(".")[0] if _WHOLE.fullmatch(text) else text


def _width(cells: Sequence[str]) -> int:
    return sum(bool(cell) for cell in cells)
