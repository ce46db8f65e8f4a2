"""The smallest Excel file that says what a table says: UCSD's COVID-CT comes with one."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZipFile, ZipInfo

PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
"""Namespaces and content types of ECMA-376, parts 1 and 2."""

PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPES}.worksheet+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{TYPES}.sharedStrings+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets>'
        "</workbook>"
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    ),
}
"""What every workbook holds beside its cells."""


def save_spreadsheet(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a table of texts as the first sheet of an Excel file; empty ones leave their cells out, as Excel does."""
    table = [columns, *rows]
    texts = list(dict.fromkeys(text for row in table for text in row if text))
    number = {text: index for index, text in enumerate(texts)}
    lines = "".join(
        f'<row r="{r}">{"".join(_cell(c, r, number[text]) for c, text in enumerate(row) if text)}</row>'
        for r, row in enumerate(table, start=1)
    )
    strings = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
    parts = {
        **PARTS,
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{lines}</sheetData></worksheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>',
    }
    with ZipFile(path, "w") as file:
        for name, text in parts.items():
            # Without a date of its own each entry would have today's.
            file.writestr(ZipInfo(name), f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{text}')


def _cell(column: int, row: int, text: int) -> str:
    return f'<c r="{chr(ord("A") + column)}{row}" t="s"><v>{text}</v></c>'
