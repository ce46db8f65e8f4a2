"""Labels of several findings each: a column per finding, `1`, `0`, or empty where it is unknown."""

from collections.abc import Sequence

from ...errors import DatasetError
from ..index import FINDING, Row
from .sheet import Sheet

UNSTATED = ("", "na", "n/a", "#n/a", "<na>", "nan", "none", "null", "?")
"""What stands in a cell that says nothing, in small letters: what people write there, and what programs export."""

_VALUES = {
    **dict.fromkeys(("1", "yes", "y", "true", "t", "positive", "pos", "present", "x"), "1"),
    **dict.fromkeys(("0", "no", "n", "false", "f", "negative", "neg", "absent"), "0"),
    **dict.fromkeys((*UNSTATED, "-1", "uncertain", "unknown"), ""),
}
"""What people write; -1 is CheXpert's "uncertain"."""


def is_stated(cell: str) -> bool:
    """Return whether a cell of any column says something."""
    return cell.casefold() not in UNSTATED


def read_findings(sheet: Sheet, columns: Sequence[str]) -> list[Row]:
    """Return for each line the columns `label:FINDING`, and an empty `label`.

    Raises:
        DatasetError: A cell is neither yes, no, nor unknown.
    """
    result: list[Row] = []
    for line in sheet.lines:
        answers = {"label": ""}
        for column in columns:
            value = line.cells[column].casefold()
            if value not in _VALUES:
                where = f"line {line.number} of {sheet.path} has {line.cells[column]!r} in {column!r}"
                raise DatasetError(f"a finding is 1, 0 or empty (also yes, no, -1, ...); {where}: correct it")
            answers[f"{FINDING}{column}"] = _VALUES[value]
        result.append(answers)
    return result
