import pytest

from common.datasets.ucsd_covid_ct import list_images
from common.errors import DatasetError
from common.phantoms.spreadsheet import save_spreadsheet

FILES = {"COVID": ("2020.02.1-p1-2%1.png", "b.jpg", "new.png"), "NonCOVID": ("0.jpg", "1%0.jpg")}
LISTS = {
    "COVID/trainCT_COVID.txt": "2020.02.1-p1-2%1.png\nb.png\n",
    "COVID/valCT_COVID.txt": "gone.png\n\n",
    "COVID/testCT_COVID.txt": "",
    "NonCOVID/trainCT_NonCOVID.txt": "0.jpg\n",
    "NonCOVID/valCT_NonCOVID.txt": "",
    "NonCOVID/testCT_NonCOVID.txt": "1%0.jpg\n",
}


@pytest.fixture
def download(tmp_path):
    for name, files in FILES.items():
        (tmp_path / f"Images-processed/CT_{name}").mkdir(parents=True)
        (tmp_path / f"Data-split/{name}").mkdir(parents=True)
        for file in files:
            (tmp_path / f"Images-processed/CT_{name}/{file}").touch()
    for name, text in LISTS.items():
        (tmp_path / "Data-split" / name).write_text(text)
    table = [("2020.02.1-p1-2%1", "Patient 1"), ("b.jpg", "Patient 2"), ("", "Patient 3")]
    save_spreadsheet(tmp_path / "COVID-CT-MetaInfo.xlsx", ("File name", "Patient ID"), table)
    (tmp_path / "NonCOVID-CT-MetaInfo.csv").write_text("image name,patient id\n0.jpg,Patient 1\n")
    return tmp_path


def rows_of(download):
    return {row["image"].rpartition("/")[2]: row for row in list_images(download)[1]}


def test_lists_and_tables_find_their_images_whatever_ending_they_name(download):
    rows = rows_of(download)
    assert {name: row["split"] for name, row in rows.items()} == {
        "2020.02.1-p1-2%1.png": "train", "b.jpg": "train", "gone.png": "valid", "new.png": "",
        "0.jpg": "train", "1%0.jpg": "test",
    }  # fmt: skip
    assert {row["label"] for row in rows.values()} == {"COVID", "non-COVID"}
    assert rows["0.jpg"]["image"] == "Images-processed/CT_NonCOVID/0.jpg"


def test_patients_of_the_two_classes_number_apart(download):
    rows = rows_of(download)
    assert rows["2020.02.1-p1-2%1.png"]["patient"] == "COVID Patient 1"
    assert rows["b.jpg"]["patient"] == "COVID Patient 2"
    assert rows["0.jpg"]["patient"] == "NonCOVID Patient 1"
    assert rows["1%0.jpg"]["patient"] == ""


def test_without_the_tables_patients_are_unknown(download):
    for path in download.glob("*MetaInfo*"):
        path.unlink()
    assert {row["patient"] for row in rows_of(download).values()} == {""}


def test_an_image_in_two_parts_is_refused(download):
    (download / "Data-split/COVID/testCT_COVID.txt").write_text("b.jpg\n")
    with pytest.raises(DatasetError, match=r"testCT_COVID.txt: b.jpg is in one part, not in train too"):
        list_images(download)


@pytest.mark.parametrize("name", ["Images-processed/CT_NonCOVID", "Data-split/COVID/valCT_COVID.txt"])
def test_another_layout_names_what_is_missing(download, name):
    (download / name).rename(download / "away")
    with pytest.raises(DatasetError, match=f"is not UCSD COVID-CT as published: {name} is missing"):
        list_images(download)
