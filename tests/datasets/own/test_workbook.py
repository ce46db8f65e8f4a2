from datetime import datetime

import pytest

from common.datasets.own.workbook import is_uncalculated, read_workbook, sheets_with
from common.errors import DatasetError


def test_cells_are_text_as_the_spreadsheet_shows_it(workbook):
    cells = ["a.png", 1, 1.0, 1.5, True, None, datetime(2024, 1, 2), 12]
    rows, notes = read_workbook(workbook([list("abcdefgh"), cells], formats={"H2": "0000"}))
    assert rows[1] == (2, ["a.png", "1", "1", "1.5", "true", "", "2024-01-02", "0012"])
    assert notes == []


def test_merged_cells_are_filled_from_their_top_left_and_said(workbook):
    rows, notes = read_workbook(
        workbook([["image", "class"], ["a", "cyst"], ["b"], ["c", "lump"], ["d"]], merge=["B2:B3", "B4:B5"])
    )
    assert [cells[1] for _, cells in rows] == ["class", "cyst", "cyst", "lump", "lump"]
    assert notes == ["merged cells, filled from their top left one: 2 blocks"]


def test_the_first_filled_sheet_is_read_unless_another_is_named(workbook):
    path = workbook([["notes"]], others={"labels": [["image"], ["a"]], "more": [["image"], ["b"]]})
    rows, notes = read_workbook(path)
    assert rows[1][1] == ["a"]
    assert notes == ["the sheet 'labels' of 2; another: --sheet NAME"]
    assert read_workbook(path, "MORE ")[0][1][1] == ["b"]
    with pytest.raises(DatasetError, match=r"labels.xlsx has no sheet 'x': it has Sheet, labels, more"):
        read_workbook(path, "x")


def test_an_empty_or_damaged_workbook_is_refused(workbook):
    path = workbook([])
    with pytest.raises(DatasetError, match="has no lines below a header"):
        read_workbook(path)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(DatasetError, match=r"is a damaged workbook \(BadZipFile\): save it again"):
        read_workbook(path)


def test_a_hidden_sheet_is_taken_only_by_name(workbook):
    path = workbook([["image"], ["old"]], others={"labels": [["image"], ["a"]]}, hidden=["Sheet"])
    rows, notes = read_workbook(path)
    assert rows[1][1] == ["a"]
    assert notes == ["hidden sheets, passed over: Sheet"]
    assert read_workbook(path, "sheet")[0][1][1] == ["old"]


def test_a_workbook_whose_only_table_is_hidden_names_it(workbook):
    path = workbook([["notes"]], others={"labels": [["image"], ["a"]]}, hidden=["labels"])
    with pytest.raises(
        DatasetError, match=r"has no lines below a header: name a hidden sheet \(labels\), --sheet NAME"
    ):
        read_workbook(path)


def test_sheets_are_found_by_a_column_below_a_title_unless_they_are_hidden(workbook):
    table = [["Our study"], ["image", "Class "], ["a", "x"]]
    path = workbook([["image"], ["a"]], others={"labels": table, "old": table}, hidden=["old"])
    assert sheets_with(path, "class") == ["labels"]
    assert sheets_with(path, "x") == []


def test_formulas_that_nothing_has_calculated_are_told_from_empty_cells(workbook):
    path = workbook([["image", "class", "note"], ["a", '=IF(1,"x","y")', None]])
    assert read_workbook(path)[0][1][1] == ["a", "", ""]
    assert [is_uncalculated(path, column) for column in ("image", "class", "note")] == [False, True, False]
