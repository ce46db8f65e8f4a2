import pytest

from common.datasets.rsna_pneumonia import FINDINGS, IMAGES, LABELS, list_images
from common.errors import DatasetError

LINES = """patientId,x,y,width,height,Target
a,,,,,0
b,264.0,152.5,213.0,379.0,1
b,562.0,152.0,256.0,453.0,1
c,,,,,0
"""
CLASSES = """patientId,class
a,No Lung Opacity / Not Normal
b,Lung Opacity
b,Lung Opacity
"""


@pytest.fixture
def download(tmp_path):
    (tmp_path / IMAGES).mkdir()
    for name in ("a.dcm", "b.dcm", "z.dcm", "._a.dcm"):
        (tmp_path / IMAGES / name).touch()
    (tmp_path / LABELS).write_text(LINES)
    (tmp_path / FINDINGS).write_text(CLASSES)
    return tmp_path


def test_several_lines_are_one_image_with_its_boxes(download):
    root, rows = list_images(download)
    assert root == download
    assert [row["image"] for row in rows[:3]] == [f"{IMAGES}/{name}.dcm" for name in "abc"]
    assert [row["label"] for row in rows[:3]] == ["no pneumonia", "pneumonia", "no pneumonia"]
    assert [row["patient"] for row in rows[:3]] == ["a", "b", "c"]
    assert [row["boxes"] for row in rows[:3]] == ["", "264,152.5,213,379;562,152,256,453", ""]
    assert [row["finding"] for row in rows[:3]] == ["No Lung Opacity / Not Normal", "Lung Opacity", ""]
    assert {row["mask"] for row in rows} == {""}


def test_a_file_that_the_labels_do_not_list_is_excluded(download):
    row = list_images(download)[1][-1]
    assert row["image"] == f"{IMAGES}/z.dcm"
    assert (row["exclude"], row["label"], row["patient"]) == (f"not listed in {LABELS}", "", "")


@pytest.mark.parametrize("name", [IMAGES, LABELS, FINDINGS])
def test_another_layout_names_what_is_missing(download, name):
    (download / name).rename(download / "away")
    with pytest.raises(DatasetError, match=f"is not RSNA Pneumonia 2018 as published: {name} is missing"):
        list_images(download)


def test_a_patient_with_two_targets_is_refused_by_name(download):
    (download / LABELS).write_text(LINES + "a,1,2,3,4,1\n")
    with pytest.raises(DatasetError, match=r"Target of patient a is one value, not '0' and '1'"):
        list_images(download)


def test_a_patient_with_two_findings_is_refused_by_name(download):
    (download / FINDINGS).write_text(CLASSES + "b,Normal\n")
    with pytest.raises(DatasetError, match=r"class of patient b is one value, not 'Lung Opacity' and 'Normal'"):
        list_images(download)


def test_a_target_of_unknown_meaning_is_refused(download):
    (download / LABELS).write_text(LINES.replace("c,,,,,0", "c,,,,,2"))
    with pytest.raises(DatasetError, match=r"Target of patient c is 0 or 1, not '2'"):
        list_images(download)


def test_a_table_without_its_columns_is_refused(download):
    (download / LABELS).write_text("patientId,Target\n")
    with pytest.raises(DatasetError, match="column 'x' is missing"):
        list_images(download)
