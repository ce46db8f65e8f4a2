import unicodedata

import pytest

from common.datasets.own.join import join
from common.errors import DatasetError

IDS = {"SOPInstanceUID": "1.1", "SeriesInstanceUID": "2.1", "AccessionNumber": "77", "PatientID": "P1"}


@pytest.mark.parametrize(
    "names",
    [
        ["a.png", "b.png"],
        ["a", "b"],
        ["one/a.png", "two/b"],
        ["A.PNG", "b.dcm"],
        ["C:\\export\\one\\a.png", "C:\\export\\two\\b.png"],
        ["/data/img/a.png", "/data/img/b.png"],
        ["./one/a.png", "./two/b.png"],
    ],
)
def test_files_are_joined_by_whatever_names_them(sheet, found, names):
    done = join(sheet(["f", "class"], *[(name, "x") for name in names]), found("one/a.png", "two/b.png"), "f")
    assert done.images == {0: [0], 1: [1]}
    assert done.how == "file name in the column 'f'"


def test_a_name_below_another_folder_is_not_taken_for_ours(sheet, found):
    done = join(sheet(["f"], ["p1/a.png"], ["p2/a.png"]), found("p1/a.png"), "f")
    assert done.images == {0: [0]}


@pytest.mark.parametrize("keyword", IDS)
def test_ids_of_headers_join_all_that_carry_them(sheet, found, keyword):
    others = {key: f"{value}0" for key, value in IDS.items()}
    images = found(("a.dcm", IDS), ("b.dcm", IDS), ("c.dcm", others), "d.png")
    done = join(sheet(["id", "class"], [IDS[keyword], "x"], [others[keyword], "y"], ["?", "z"]), images, "id")
    assert done.images == {0: [0, 1], 1: [2]}
    assert done.how == f"{keyword} in the column 'id'"


def test_the_column_is_found_and_an_id_of_the_image_goes_before_one_of_the_patient(sheet, found):
    images = found(*((f"{n}.dcm", {"SOPInstanceUID": f"1.{n}", "PatientID": f"P{n // 4}"}) for n in range(8)))
    lines = [(f"P{n // 4}", f"1.{n}", "x") for n in range(9)]
    lines[8] = ("P1", "1.99", "x")
    done = join(sheet(["patient", "instance", "class"], *lines), images)
    assert done.column == "instance"
    assert done.images == {n: [n] for n in range(8)}


def test_two_files_of_one_name_are_refused_until_the_table_has_paths(sheet, found):
    images = found("left/a.png", "right/a.png")
    with pytest.raises(
        DatasetError,
        match=r"line 2 of .* names 'a.png', which is left/a.png and right/a.png: write the path .* into 'f', or remove",
    ):
        join(sheet(["f"], ["a.png"]), images, "f")
    assert join(sheet(["f"], ["right/a.png"]), images, "f").images == {0: [1]}


def test_all_frames_of_a_file_go_with_its_line(sheet, found):
    images = found("a.npy", "a.npy", "b.npy")
    assert join(sheet(["f"], ["a"], ["b"]), images, "f").images == {0: [0, 1], 1: [2]}


def test_a_table_of_other_images_says_what_it_has(sheet, found):
    images = found(("a.dcm", IDS))
    with pytest.raises(
        DatasetError,
        match=r"an image in the column 'f': line 2 has 'x.png', a file is 'a.dcm'; .*, SOPInstanceUID, .*--image COL",
    ):
        join(sheet(["f", "class"], ["x.png", "y"]), images, "f")
    with pytest.raises(DatasetError, match="names an image in any column"):
        join(sheet(["f", "class"], ["x.png", "y"]), images)


def test_blanks_and_codes_of_letters_may_differ_on_either_side(sheet, found):
    files = [unicodedata.normalize("NFD", "L\u00e4sion  1.png"), "b  c.png"]
    lines = [(name, "x") for name in ("L\u00e4sion 1.png", "b c.png")]
    assert join(sheet(["f", "class"], *lines), found(*files), "f").images == {0: [0], 1: [1]}
