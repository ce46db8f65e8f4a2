import pytest

from common.datasets.own.details import Columns, Details
from common.errors import DatasetError

FILES = ["img/a.png", "masks/a_1.png", "masks/a_2.png", "old/a_1.png"]


@pytest.fixture
def details(sheet):
    """What the table says of the image of its only line."""

    def read(columns, **cells):
        table = sheet(list(cells), list(cells.values()))
        its = Details(table, FILES, columns)
        return its.of(table.lines), its

    return read


def test_each_named_column_is_read_and_an_empty_cell_states_nothing(details):
    columns = Columns(patient="who", study="exam", split="part", crop="box")
    found, _ = details(columns, who="P1", exam="", part="Validation", box="1,2,30,40")
    assert found == {"patient": "P1", "split": "valid", "crop": "1 2 30 40"}


def test_patients_of_headers_are_forgotten_on_demand(details):
    assert details(Columns(patient="none"), who="P1")[0] == {"patient": ""}


def test_masks_are_files_below_the_folder(details):
    found, its = details(Columns(mask="m"), m="masks/a_1.png; a_2.png;gone.png")
    assert found == {"mask": "masks/a_1.png;masks/a_2.png"}
    assert its.masks == {"masks/a_1.png", "masks/a_2.png"}
    assert [(lost.where, lost.reason) for lost in its.left_out] == [
        ("2", "names a mask that is no image below the folder")
    ]


@pytest.mark.parametrize(
    ("columns", "value", "message"),
    [
        (Columns(split="x"), "seven", r"train, valid, test or empty; line 2 of .* has 'seven': correct it"),
        (Columns(crop="x"), "1 2 3", r"line 2 of .*: a crop is four pixel counts"),
        (Columns(mask="x"), "a_1.png", r"a mask is one file, not masks/a_1.png and old/a_1.png; line 2"),
        (Columns(study="exam"), "1", r"has no column 'exam': did you mean 'x'"),
    ],
)
def test_a_wrong_cell_or_column_is_named(details, columns, value, message):
    with pytest.raises(DatasetError, match=message):
        details(columns, x=value)


@pytest.mark.parametrize("cell", ["", "NA", "nan"])
def test_a_column_of_patients_that_states_none_is_refused(details, cell):
    with pytest.raises(
        DatasetError, match=r"'who' of .*labels.csv is empty in all 1 lines: name another, or --patient none"
    ):
        details(Columns(patient="who"), who=cell)


def test_a_cell_that_says_unknown_states_nothing(details):
    columns = Columns(study="exam", split="part", mask="m", crop="box")
    found, its = details(columns, exam="N/A", part="nan", m="NA", box="None")
    assert (found, its.left_out) == ({}, [])
