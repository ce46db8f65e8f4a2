"""What a download lacks or says twice is named and counted."""

import shutil

import pytest

from common.datasets.left_out import counted
from common.errors import DatasetError
from common.pretraining import class_table
from common.pretraining.radimagenet import TABLES, list_radimagenet

PLANTED = {
    "folder: no line names any of its files": 1,
    "line: file listed in two parts": 2,
    "line: no such file": 1,
    "line: unknown label": 1,
}


@pytest.fixture
def copy(download, tmp_path):
    shutil.copytree(download, tmp_path / "copy")
    return tmp_path / "copy"


def add_line(copy, line, part="train"):
    with (copy / TABLES[part]).open("a") as file:
        file.write(line + "\n")


def test_the_planted_faults_are_found_and_no_other(download):
    assert counted(list_radimagenet(download).left_out) == PLANTED


def test_pictures_are_as_many_as_counted_and_in_the_order_of_the_lists(download):
    listed = list_radimagenet(download)
    pictures = list(listed.pictures())
    assert len(pictures) == listed.count
    assert [its.split for its in pictures] == sorted((its.split for its in pictures), key=list(TABLES).index)
    assert {its.label for its in pictures} == {its.label for its in class_table()}
    assert all((download / its.image).is_file() for its in pictures)


def test_a_file_under_two_labels_is_left_out_with_both_lines(copy):
    path, label = (copy / TABLES["train"]).read_text().splitlines()[5].split(",")
    other = next(its.label for its in class_table() if its.label != label)
    add_line(copy, f"{path},{other}")
    left_out = list_radimagenet(copy).left_out
    assert counted(left_out) == {**PLANTED, "line: file listed under two labels": 2}
    assert {its.where for its in left_out if "two labels" in its.reason} == {f"{TABLES['train']}: {path}"}
    kept = list_radimagenet(copy, as_published=True)
    assert [its.label for its in kept.pictures() if its.image == path] == [label, other]


def test_a_line_said_again_counts_once(copy):
    add_line(copy, (copy / TABLES["train"]).read_text().splitlines()[5])
    assert counted(list_radimagenet(copy).left_out) == {**PLANTED, "line: file listed before": 1}


def test_a_file_that_no_line_names_is_named(copy):
    path = (copy / TABLES["train"]).read_text().splitlines()[5].split(",")[0]
    shutil.copy(copy / path, (copy / path).with_name("further.png"))
    left_out = list_radimagenet(copy).left_out
    assert counted(left_out) == {**PLANTED, "file: no line names it": 1}


def test_a_wrong_folder_is_refused(copy, tmp_path):
    with pytest.raises(DatasetError, match=r"not RadImageNet as published: RadiologyAI_train\.csv is missing"):
        list_radimagenet(tmp_path)
    shutil.rmtree(copy / "radiology_ai")
    (copy / "radiology_ai").mkdir()
    with pytest.raises(DatasetError, match=r"none of the \d+ files that .* lists is there: unpack radiology_ai beside"):
        list_radimagenet(copy)
    (copy / TABLES["valid"]).write_text("image,label\n")
    with pytest.raises(DatasetError, match=r"RadiologyAI_val\.csv is not as published: column 'filename' is missing"):
        list_radimagenet(copy)
