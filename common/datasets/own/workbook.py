"""A sheet of an XLSX workbook as text, with merged cells filled."""

import warnings
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from ...errors import DatasetError
from ..names import folded

_HEADER_ABOVE = 10
"""Rows among which a header is looked for."""


def is_workbook(path: Path) -> bool:
    """Return whether a file begins as an XLSX file does, which is a zip file."""
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def read_workbook(path: Path, sheet: str = "") -> tuple[list[tuple[int, Sequence[str]]], list[str]]:
    """Return the cells of each row, with its number from 1, as text, and what was done to read them.

    Formulas count as the value that they had when the workbook was saved. A merged block is filled from its top left.

    Args:
        path: The workbook.
        sheet: The name of a sheet; empty for the only one that has cells and is not hidden, or the first.

    Raises:
        DatasetError: Damaged, or no such sheet.
    """
    chosen, notes = _chosen(path, _loaded(path), sheet)
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


def sheets_with(path: Path, column: str) -> list[str]:
    """Return which sheets of a workbook have a column, hidden ones apart."""
    return [its.title for its in _loaded(path).worksheets if _is_shown(its) and _below(its, column)]


def is_uncalculated(path: Path, column: str) -> bool:
    """Return whether a column that reads as empty holds formulas: those that programs write, nothing has calculated."""
    sheets = _loaded(path, formulas=True).worksheets
    return any(cell.data_type == "f" for its in sheets for cell in _below(its, column))


def _loaded(path: Path, *, formulas: bool = False) -> Any:
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of extensions that it does not know, such as charts
            with path.open("rb") as file:  # of a name it would judge by the ending
                return load_workbook(file, data_only=not formulas)
    except Exception as error:
        # openpyxl answers a damaged workbook with any class.
        raise DatasetError(f"{path} is a damaged workbook ({type(error).__name__}): save it again") from error


def _is_shown(sheet: Any) -> bool:
    return bool(sheet.sheet_state == "visible")


def _below(sheet: Any, column: str) -> list[Any]:
    """Return the cells below a header."""
    for row in sheet.iter_rows(max_row=_HEADER_ABOVE):
        for cell in row:
            if folded(_text(cell)) == folded(column):
                place = {"min_row": cell.row + 1, "min_col": cell.column, "max_col": cell.column}
                return [below[0] for below in sheet.iter_rows(**place)]
    return []


def _chosen(path: Path, book: Any, sheet: str) -> tuple[Any, list[str]]:
    sheets = book.worksheets
    if sheet:
        found = [its for its in sheets if folded(its.title) == folded(sheet)]
        if not found:
            raise DatasetError(f"{path} has no sheet {sheet!r}: it has {', '.join(its.title for its in sheets)}")
        return found[0], []
    filled = [its for its in sheets if its.max_row > 1 and _is_shown(its)]
    hidden = ", ".join(its.title for its in sheets if its.max_row > 1 and not _is_shown(its))
    if not filled:
        way = f"name a hidden sheet ({hidden}), --sheet NAME" if hidden else "save the sheet that has them"
        raise DatasetError(f"{path} has no lines below a header: {way}")
    notes = [f"the sheet {filled[0].title!r} of {len(filled)}; another: --sheet NAME"] if len(filled) > 1 else []
    return filled[0], notes + ([f"hidden sheets, passed over: {hidden}"] if hidden else [])


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
