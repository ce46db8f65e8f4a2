"""Tables that publishers put beside their images: CSV, and the first sheet of an Excel file."""

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

from ..errors import DatasetError
from .index import Row

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
"""Namespace of a workbook's parts (ECMA-376, part 1)."""

FIRST_SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"

UNPACKED = 2**26
"""Bytes of a part of a workbook that are read: 64 MiB, the rows of half a million images. Zip bombs unpack to more."""


def read_table(path: Path, columns: Sequence[str], *, title: str) -> list[Row]:
    """Return the lines of a CSV table.

    Raises:
        DatasetError: A column is missing, or it is no text; `title` names the data set.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.DictReader(file, restval="")
            missing = [column for column in columns if column not in (lines.fieldnames or ())]
            if missing:
                raise DatasetError(f"{path} is not {title}'s as published: column {missing[0]!r} is missing")
            return [{name: text for name, text in line.items() if isinstance(name, str)} for line in lines]
    except (UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(f"{path} is no CSV table ({error}): download it again") from error


def read_spreadsheet(path: Path) -> list[Row]:
    """Return the lines of the first sheet of an .xlsx file by the names in its first row; numbers as it stores them.

    Raises:
        DatasetError: It is no such file.
    """
    try:
        with ZipFile(path) as file:
            strings = [_text(item) for item in _part(file, STRINGS)] if STRINGS in file.namelist() else []
            rows = [_cells(row, strings) for row in _part(file, FIRST_SHEET).iter(f"{MAIN}row")]
    except (OSError, BadZipFile, KeyError, ValueError, IndexError, ElementTree.ParseError) as error:
        raise DatasetError(f"{path} is no Excel file (.xlsx): download it again") from error
    head, *lines = rows or [{}]
    return [{name: line.get(column, "") for column, name in head.items()} for line in lines]


def _part(file: ZipFile, name: str) -> ElementTree.Element:
    if file.getinfo(name).file_size > UNPACKED:
        raise ValueError(name)
    # Python's expat refuses entities that multiply (billion laughs) since its version 2.4.1.
    return ElementTree.fromstring(file.read(name))


def _text(item: ElementTree.Element) -> str:
    """Return a string of the workbook: one text, or the runs of a formatted one."""
    return "".join(text.text or "" for text in item.iter(f"{MAIN}t"))


def _cells(row: ElementTree.Element, strings: Sequence[str]) -> Row:
    """Return the texts of a row by column (A, B ...)."""
    found = {}
    for cell in row.iter(f"{MAIN}c"):
        value = cell.findtext(f"{MAIN}v", "")
        kind = cell.get("t")
        text = strings[int(value)] if kind == "s" else _text(cell) if kind == "inlineStr" else value
        found[re.sub(r"\d", "", cell.get("r", ""))] = text.strip()
    return found
