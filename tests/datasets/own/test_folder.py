import unicodedata

import pytest

from common.datasets.own.classes import Rules
from common.datasets.own.folder import list_folder
from common.errors import DatasetError


def test_folders_are_classes_at_any_depth(picture, dicom, tmp_path):
    for number in range(5):
        picture(tmp_path / f"benign/case {number}/a.png", number)
        dicom(tmp_path / f"malignant/{number}.dcm", number, PatientID=f"P{number}")
    picture(tmp_path / "loose.png")
    made = list_folder(tmp_path, Rules())
    assert made.class_names == ("benign", "malignant")
    assert {(row["label"], row["patient"]) for row in made.rows if row["patient"] in ("", "P3")} == {
        ("benign", ""),
        ("malignant", "P3"),
    }
    assert [(its.where, its.reason) for its in made.left_out] == [("loose.png", "in no class folder")]
    assert not any(row["patient"] for row in list_folder(tmp_path, Rules(), patients=False).rows)


def test_folders_that_are_parts_hold_the_classes(picture, tmp_path):
    for part in ("Train", "val", "test"):
        for name in ("no", "yes"):
            for number in range(2):
                picture(tmp_path / part / name / f"{number}.png")
    made = list_folder(tmp_path, Rules())
    assert made.class_names == ("no", "yes")
    assert {row["image"].split("/")[0]: row["split"] for row in made.rows} == {
        "Train": "train",
        "val": "valid",
        "test": "test",
    }
    assert "the folders Train, test, val are the split `official`" in made.notes


def test_folders_that_differ_in_case_or_blanks_are_one_clear_error(picture, tmp_path):
    for name in ("Benign", "benign", "malignant "):
        for number in range(5):
            picture(tmp_path / name / f"{number}.png")
    with pytest.raises(DatasetError, match=r"'Benign' .* and 'benign' .* differ in case or blanks: give --merge-case"):
        list_folder(tmp_path, Rules())
    assert list_folder(tmp_path, Rules(merge_case=True)).class_names == ("Benign", "malignant")


def test_images_without_folders_are_refused(picture, tmp_path):
    picture(tmp_path / "a.png")
    with pytest.raises(DatasetError, match="has images, and no folder per class: move them into two or more"):
        list_folder(tmp_path, Rules())


def test_masks_beside_their_images_are_no_images(picture, tmp_path):
    for number in range(5):
        for name in ("a", "b"):
            picture(tmp_path / name / f"{number}.png", number)
    for name in ("a/0_mask.png", "a/0_mask_1.png", "b/gas_mask.png"):
        picture(tmp_path / name)
    made = list_folder(tmp_path, Rules())
    rows = {row["image"]: row["mask"] for row in made.rows}
    assert len(rows) == 11
    assert rows["a/0.png"] == "a/0_mask.png;a/0_mask_1.png"
    assert rows["b/gas_mask.png"] == ""
    assert made.notes[0] == "masks beside their images (NAME_mask): 2"


def test_folders_that_look_alike_are_one_class(picture, tmp_path):
    for number in range(8):
        name = unicodedata.normalize(("NFC", "NFD")[number % 2], "gut\u00e4rtig")
        picture(tmp_path / name / f"{number}.png", number)
        picture(tmp_path / "krank" / f"{number}.png", number)
    made = list_folder(tmp_path, Rules())
    assert made.class_names == ("gut\u00e4rtig", "krank")
    assert len({row["image"] for row in made.rows}) == 16
