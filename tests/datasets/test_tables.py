from zipfile import ZipFile

import pytest

from common.datasets import tables
from common.datasets.tables import FIRST_SHEET, MAIN, read_spreadsheet, read_table
from common.errors import DatasetError
from common.phantoms.spreadsheet import save_spreadsheet


def test_lines_come_by_column_and_short_ones_are_filled(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("\ufeffone,two\n1,ä\n2\n3,4,5\n", encoding="utf-8")
    assert read_table(path, ("one",), title="X") == [
        {"one": "1", "two": "ä"}, {"one": "2", "two": ""}, {"one": "3", "two": "4"},
    ]  # fmt: skip


def test_a_missing_column_is_named(tmp_path):
    (tmp_path / "a.csv").write_text("one\n")
    with pytest.raises(DatasetError, match=r"a.csv is not X's as published: column 'two' is missing"):
        read_table(tmp_path / "a.csv", ("one", "two"), title="X")


def test_what_is_no_text_is_refused(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"one\n\xff\xfe\x00")
    with pytest.raises(DatasetError, match="is no CSV table"):
        read_table(tmp_path / "a.csv", (), title="X")


def test_a_spreadsheet_says_what_was_written_into_it(tmp_path):
    rows = [("a & b.png", "Patient 1"), ("c.png", ""), ("", "Patient 1")]
    save_spreadsheet(tmp_path / "a.xlsx", ("File name", "Patient ID"), rows)
    assert read_spreadsheet(tmp_path / "a.xlsx") == [
        {"File name": name, "Patient ID": patient} for name, patient in rows
    ]
    save_spreadsheet(tmp_path / "b.xlsx", ("File name", "Patient ID"), rows)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def sheet(path, cells, name=FIRST_SHEET):
    with ZipFile(path, "w") as file:
        file.writestr(name, f'<worksheet xmlns="{MAIN[1:-1]}"><sheetData>{cells}</sheetData></worksheet>')
    return path


def test_numbers_and_inline_and_formatted_texts_are_read(tmp_path):
    head = (
        '<row><c r="A1" t="inlineStr"><is><r><t>na</t></r><r><t>me</t></r></is></c><c r="C1" t="str"><v>n</v></c></row>'
    )
    line = '<row><c r="A2" t="inlineStr"><is><t>x </t></is></c><c r="C2"><v>7</v></c><c r="D2"><v>8</v></c></row>'
    assert read_spreadsheet(sheet(tmp_path / "a.xlsx", head + line)) == [{"name": "x", "n": "7"}]
    assert read_spreadsheet(sheet(tmp_path / "b.xlsx", "")) == []


@pytest.mark.parametrize(
    "cells", ["<row>", '<row><c r="A1" t="s"><v>3</v></c></row>', '<row><c t="s"><v>x</v></c></row>']
)
def test_a_damaged_spreadsheet_is_refused(tmp_path, cells):
    with pytest.raises(DatasetError, match="is no Excel file"):
        read_spreadsheet(sheet(tmp_path / "a.xlsx", cells))


def test_what_is_no_spreadsheet_is_refused(tmp_path, monkeypatch):
    (tmp_path / "a.xlsx").write_text("text")
    other = sheet(tmp_path / "b.xlsx", "", name="other.xml")
    for path in (tmp_path / "a.xlsx", other, tmp_path / "none.xlsx"):
        with pytest.raises(DatasetError, match="is no Excel file"):
            read_spreadsheet(path)
    bomb = sheet(tmp_path / "c.xlsx", " " * 200)
    monkeypatch.setattr(tables, "UNPACKED", 100)
    with pytest.raises(DatasetError, match="is no Excel file"):
        read_spreadsheet(bomb)
