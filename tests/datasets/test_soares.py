import pytest

from common.datasets.soares import list_images
from common.errors import DatasetError


@pytest.fixture
def download(tmp_path):
    for path in ("COVID/Covid (1).png", "COVID/Covid (2).png", "non-COVID/Non-Covid (1).png", "COVID/.DS_Store"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).touch()
    return tmp_path


def test_folders_are_labels_and_patients_are_unknown(download):
    root, rows = list_images(download)
    assert root == download
    assert {row["image"]: row["label"] for row in rows} == {
        "COVID/Covid (1).png": "COVID",
        "COVID/Covid (2).png": "COVID",
        "non-COVID/Non-Covid (1).png": "non-COVID",
    }
    assert {(row["patient"], row["split"], row["exclude"]) for row in rows} == {("", "", "")}


def test_another_layout_names_what_is_missing(download):
    (download / "non-COVID").rename(download / "away")
    with pytest.raises(DatasetError, match="is not Soares's set as published: non-COVID is missing"):
        list_images(download)
