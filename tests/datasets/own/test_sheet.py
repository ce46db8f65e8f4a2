import pytest

from common.datasets.own.sheet import read_sheet
from common.errors import DatasetError


def test_blanks_floats_empty_lines_and_empty_columns_are_undone(table):
    header = [" image ", "class\xa0", "", "age"]
    read = read_sheet(table([header, [" 1.0 ", "benign  ", "", "0012"], ["", " ", "", ""], ["b  c", "4.0", "x"]]))
    assert read.columns == ["image", "class", "age"]
    assert [(line.number, line.cells) for line in read.lines] == [
        (2, {"image": "1", "class": "benign", "age": "0012"}),
        (4, {"image": "b c", "class": "4", "age": ""}),
    ]


@pytest.mark.parametrize("cell", ["1.2.840.0", "1.5", "1.", "v1.0", "1.0e3", "00.1"])
def test_only_whole_numbers_lose_their_decimals(table, cell):
    assert read_sheet(table([["a", "b"], [cell, "x"]])).lines[0].cells["a"] == cell


def test_a_workbook_is_read_alike_and_a_title_above_the_header_is_passed_over(workbook):
    read = read_sheet(workbook([["Our study"], [], ["image", "class"], ["a", 1.0]], merge=["A1:B1"]))
    assert (read.columns, read.lines[0].number, read.lines[0].cells) == (
        ["image", "class"],
        4,
        {"image": "a", "class": "1"},
    )
    assert read.notes[-1] == "line 1 of the table is a title, not a header: passed over"


def test_a_table_of_one_column_has_no_title(table):
    assert read_sheet(table([["image"], ["a"], ["b"]])).columns == ["image"]


def test_a_column_is_found_whatever_its_case_and_a_wrong_one_is_told_the_nearest(table):
    read = read_sheet(table([["Image", "Pathology", "x", "X"], ["a", "b", "c", "d"]]))
    assert read.column("pathology ") == "Pathology"
    assert read.column("X") == "X"
    with pytest.raises(
        DatasetError, match=r"has no column 'patology': did you mean 'Pathology'\? It has Image, Pathology, x, X"
    ):
        read.column("patology")


def test_a_column_that_stands_twice_is_refused(table):
    with pytest.raises(DatasetError, match="has 2 columns called 'a': rename all but one"):
        read_sheet(table([["a", "b", "a"], ["1", "2", "3"]])).column("a")


def test_what_is_no_table_is_refused(table, tmp_path):
    with pytest.raises(DatasetError, match=r"there is no table .*gone.csv: give a CSV, TSV or XLSX file"):
        read_sheet(tmp_path / "gone.csv")
    with pytest.raises(DatasetError, match="has no lines below a header"):
        read_sheet(table([["image", "class"], ["", ""]]))
    with pytest.raises(DatasetError, match="--sheet is for workbooks"):
        read_sheet(table([["a", "b"], ["1", "2"]]), "labels")
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    with pytest.raises(DatasetError, match="is an old or encrypted Excel file: save it as XLSX or CSV"):
        read_sheet(tmp_path / "old.xls")


def test_a_column_of_another_sheet_is_told_the_sheet(workbook):
    path = workbook([["image", "x"], ["a", "b"]], others={"more": [["image", "Grade"], ["a", "1"]]})
    with pytest.raises(DatasetError, match=r"has the column 'grade' in another sheet: give --sheet 'more'"):
        read_sheet(path).column("grade")
    with pytest.raises(DatasetError, match="has no column 'y': did you mean"):
        read_sheet(path).column("y")


def test_only_a_workbook_is_asked_for_another_sheet(table, workbook):
    with pytest.raises(DatasetError, match=r"has no lines below a header: give a table that has$"):
        read_sheet(table([]))
    with pytest.raises(DatasetError, match="has no lines below a header: name the sheet that has, --sheet NAME"):
        read_sheet(workbook([["image", "class"], [None, " "]]))
