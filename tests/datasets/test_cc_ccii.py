import pytest

from common.datasets.cc_ccii import PUBLISHED, TASKS
from common.errors import DatasetError

FILES = (
    "NCP/12/1200/0001.png", "NCP/12/1200/0002.jpg", "NCP/12/1200/0010.png", "NCP/12/1201/IM9.png",
    "NCP/12/1201/IM10.png", "NCP/12/.DS_Store", "NCP/12/stray.png", "CP/12/1300/0001.jpg", "CP/12/1300/0001.png",
    "CP/12/1300/cover.png", "Normal/7/1400/0001.png",
)  # fmt: skip


@pytest.fixture
def download(tmp_path):
    for path in FILES:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    return tmp_path


def rows_of(download, data=PUBLISHED):
    return {row["image"]: row for row in data.list_images(download)[1]}


def test_every_file_but_hidden_ones_has_a_row(download):
    assert set(rows_of(download)) == {path for path in FILES if "/." not in path}


def test_patients_are_numbered_within_their_class_and_a_study_is_a_scan(download):
    rows = rows_of(download)
    first, other = rows["NCP/12/1200/0001.png"], rows["CP/12/1300/0001.jpg"]
    assert (first["label"], first["patient"], first["study"], first["finding"]) == (
        "COVID", "NCP_12", "NCP_12_1200", "NCP",
    )  # fmt: skip
    assert (other["label"], other["patient"]) == ("non-COVID", "CP_12")


def test_slices_are_in_the_order_of_their_numbers_not_of_their_names(download):
    rows = rows_of(download)
    assert (rows["NCP/12/1201/IM9.png"]["slice"], rows["NCP/12/1201/IM10.png"]["slice"]) == ("0", "1")
    assert rows["CP/12/1300/cover.png"]["slice"] == "0", "a name without a number comes first"
    assert rows["CP/12/1300/0001.png"]["slice"] == "2"


def test_what_is_odd_about_the_numbers_of_a_scan_is_noted(download):
    rows = rows_of(download)
    assert rows["NCP/12/1200/0001.png"]["numbering"] == "7 of 10 numbers missing; jpg and png"
    assert rows["NCP/12/1201/IM9.png"]["numbering"] == ""
    assert "numbers repeated" in rows["CP/12/1300/0001.png"]["numbering"]


def test_normal_lungs_are_not_in_the_problem_and_count_for_no_patient(download):
    row = rows_of(download)["Normal/7/1400/0001.png"]
    assert (row["exclude"], row["label"], row["patient"], row["finding"]) == ("not in this problem", "", "", "Normal")


def test_a_file_outside_a_scan_is_excluded(download):
    assert rows_of(download)["NCP/12/stray.png"]["exclude"] == "not in the folder of a scan"


def test_three_classes_keep_all(download):
    three = TASKS["three"]
    rows = rows_of(download, three)
    assert {row["label"] for row in rows.values() if not row["exclude"]} == set(three.class_names)
    assert rows["Normal/7/1400/0001.png"]["patient"] == "Normal_7"
    assert (three.task, TASKS["ncp_cp"]) == ("multiclass", PUBLISHED)


def test_the_paper_s_problem_needs_no_normals_and_three_classes_do(download):
    (download / "Normal").rename(download / "away")
    assert len(rows_of(download)) == 9
    with pytest.raises(DatasetError, match="is not CC-CCII as published: Normal is missing"):
        TASKS["three"].list_images(download)
