"""A sheet of an XLSX workbook as text, with merged cells filled."""

import warnings
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from ...errors import DatasetError


def read_workbook(path: Path, sheet: str = "") -> tuple[list[tuple[int, Sequence[str]]], list[str]]:
    """Return the cells of each row, with its number from 1, as text, and what was done to read them.

    Formulas count as the value that they had when the workbook was saved. A merged block is filled from its top left.

    Args:
        path: The workbook.
        sheet: The name of a sheet; empty for the only one that has cells, or the first.

    Raises:
        DatasetError: Damaged, or no such sheet.
    """
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of extensions that it does not know, such as charts
            with path.open("rb") as file:  # of a name it would judge by the ending
                book = load_workbook(file, data_only=True)
    except Exception as error:
        # openpyxl answers a damaged workbook with any class.
        raise DatasetError(f"{path} is a damaged workbook ({type(error).__name__}): save it again") from error
    chosen, notes = _chosen(path, book, sheet)
    merged = list(chosen.merged_cells.ranges)
    for block in merged:
        chosen.unmerge_cells(str(block))
        first = chosen.cell(block.min_row, block.min_col)
        for row, column in block.cells:
            chosen.cell(row, column).value = first.value
            chosen.cell(row, column).number_format = first.number_format
    if merged:
        notes.append(f"merged cells, filled from their top left one: {len(merged):,} blocks")
    rows = [(number, [_text(cell) for cell in cells]) for number, cells in enumerate(chosen.iter_rows(), start=1)]
    return list(rows), notes


def _chosen(path: Path, book: Any, sheet: str) -> tuple[Any, list[str]]:
    sheets = book.worksheets
    if sheet:
        found = [its for its in sheets if its.title.strip().casefold() == sheet.strip().casefold()]
        if not found:
            raise DatasetError(f"{path} has no sheet {sheet!r}: it has {', '.join(its.title for its in sheets)}")
        return found[0], []
    filled = [its for its in sheets if its.max_row > 1]
    if not filled:
        raise DatasetError(f"{path} has no lines below a header: save the sheet that has them")
    note = f"the sheet {filled[0].title!r} of {len(filled)}; another: --sheet NAME"
    return filled[0], [note] if len(filled) > 1 else []


def _text(cell: Any) -> str:
    """Return a cell as a spreadsheet shows it, as far as names need it: `1`, not `1.0`; `0012` by its format."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and set(cell.number_format) == {"0"}:
        return f"{value:0{len(cell.number_format)}d}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    return str(value)
