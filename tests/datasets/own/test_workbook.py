from datetime import datetime

import pytest

from common.datasets.own.workbook import read_workbook
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
