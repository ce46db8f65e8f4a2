"""The labels that the lines of a table state: a class, or findings."""

from collections.abc import Sequence

from ...errors import DatasetError
from ..index import Row
from ..names import folded
from .classes import Rules
from .details import Columns
from .findings import is_stated, read_findings
from .sheet import Sheet
from .workbook import is_uncalculated, is_workbook

_NO_FINDING = "none"
"""In small letters it is a person's word for a class; `None` is a program's for no value."""

_USUAL = ("label", "class", "diagnosis", "pathology", "target")
"""Columns that hold the label where the user names none."""


def read_labels(sheet: Sheet, columns: Columns, rules: Rules) -> tuple[list[Row], list[str]]:
    """Return `label`, or the columns `label:FINDING`, of each line, and a note on cells that were not taken for one.

    `NA` and the like are no label, unless the user names it as a class; `none` is one.

    Raises:
        DatasetError: A column is missing or states nothing, or a word that is no finding.
    """
    listed = columns.label if "," in columns.label and columns.label not in sheet.columns else ""
    if several := columns.multilabel or listed:
        names = [sheet.column(name) for name in several.split(",")]
        labels, notes = read_findings(sheet, names), list[str]()
    else:
        names = [sheet.column(columns.label) if columns.label else _usual(sheet)]
        labels, notes = _classes(sheet, names[0], rules)
    if not any(any(row.values()) for row in labels):
        raise DatasetError(_nothing(sheet, names))
    return labels, notes


def _classes(sheet: Sheet, column: str, rules: Rules) -> tuple[list[Row], list[str]]:
    named = {folded(name) for name in (*rules.classes, rules.positive)}
    cells = [line.cells[column] for line in sheet.lines]
    if _NO_FINDING in cells:
        named.add(_NO_FINDING)
    labels: list[Row] = [{"label": cell if is_stated(cell) or folded(cell) in named else ""} for cell in cells]
    unstated = [cell for cell, row in zip(cells, labels, strict=True) if cell and not row["label"]]
    if not unstated:
        return labels, []
    words = ", ".join(sorted(set(unstated)))
    return labels, [f"no label: {len(unstated):,} lines with {words} in {column!r}; if it is a class: --classes"]


def _usual(sheet: Sheet) -> str:
    found = [column for column in sheet.columns if column.casefold() in _USUAL]
    if len(found) == 1:
        return found[0]
    what = f"several columns that may hold labels ({', '.join(found)})" if found else "no column that is called label"
    raise DatasetError(f"{sheet.path} has {what}: name it with --label; there are {', '.join(sheet.columns)}")


def _nothing(sheet: Sheet, columns: Sequence[str]) -> str:
    way = "name another with --label"
    if sheet.path.is_file() and is_workbook(sheet.path) and any(is_uncalculated(sheet.path, its) for its in columns):
        way = "its formulas were never calculated, so open and save it in a spreadsheet"
    named = ", ".join(map(repr, columns))
    return f"labels are needed; {named} of {sheet.path} states none in {len(sheet.lines):,} lines: {way}"
