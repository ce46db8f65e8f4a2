import pytest

from common.datasets.tables import read_table
from common.errors import DatasetError
from common.phantoms.spreadsheet import save_spreadsheet


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_lines_come_by_column_and_short_ones_are_filled(tmp_path, delimiter):
    path = tmp_path / "a.csv"
    path.write_text("\ufeffone,two\n1,ä \n2\n\n3,4,5\n".replace(",", delimiter), encoding="utf-8")
    assert read_table(path, ("one",), title="X") == [
        {"one": "1", "two": "ä"},
        {"one": "2", "two": ""},
        {"one": "3", "two": "4"},
    ]


@pytest.mark.parametrize("text", ["one\n", ""])
def test_a_missing_column_is_named(tmp_path, text):
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(DatasetError, match=r"a.csv is not X's as published: column 'two' is missing"):
        read_table(tmp_path / "a.csv", ("two",), title="X")


def test_what_is_no_table_is_refused(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"\0\xff\0\0")
    with pytest.raises(DatasetError, match="is no table"):
        read_table(tmp_path / "a.csv", (), title="X")
    (tmp_path / "a.xlsx").write_text("text")
    with pytest.raises(DatasetError, match="is a damaged workbook"):
        read_table(tmp_path / "a.xlsx", (), title="X")


def test_a_spreadsheet_says_what_was_written_into_it(tmp_path):
    rows = [("a & b.png", "Patient 1"), ("c.png", ""), ("", "Patient 1")]
    for name in ("a.xlsx", "b.xlsx"):
        save_spreadsheet(tmp_path / name, ("File name", "Patient ID"), rows)
    assert read_table(tmp_path / "a.xlsx", ("File name",), title="X") == [
        {"File name": name, "Patient ID": patient} for name, patient in rows
    ]
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
