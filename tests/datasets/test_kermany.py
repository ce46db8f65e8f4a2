from collections import Counter
from pathlib import Path

import pytest

from common.datasets.folds import shared
from common.datasets.kermany import FOLDER, PUBLISHED, list_images
from common.errors import DatasetError

REAL = Path(__file__).parents[2] / "../shared/data/kermany_cxr"

NAMES = {
    "train/NORMAL": ["IM-0115-0001.jpeg", "IM-0115-0001-0002.jpeg", "NORMAL2-IM-0115-0001.jpeg", ".DS_Store"],
    "train/PNEUMONIA": ["person23_bacteria_79.jpeg", "person23_bacteria_82.jpeg", "person9_virus_1_2.jpeg"],
    "test/NORMAL": ["NORMAL-1003233-0001.jpeg", "scan7.jpeg"],
    "test/PNEUMONIA": ["person23_virus_56.jpeg", "BACTERIA-1008087-0001.jpeg"],
}


@pytest.fixture
def download(tmp_path):
    for folder, names in NAMES.items():
        (tmp_path / FOLDER / folder).mkdir(parents=True)
        for name in names:
            (tmp_path / FOLDER / folder / name).touch()
    return tmp_path


def rows_of(root):
    return {Path(row["image"]).name: row for row in list_images(root)[1]}


def test_patients_are_agent_and_number_as_the_names_tell(download):
    rows = rows_of(download)
    assert {name: row["patient"] for name, row in rows.items()} == {
        "IM-0115-0001.jpeg": "IM-0115",
        "IM-0115-0001-0002.jpeg": "IM-0115",
        "NORMAL2-IM-0115-0001.jpeg": "NORMAL2-IM-0115",
        "person23_bacteria_79.jpeg": "person23_bacteria",
        "person23_bacteria_82.jpeg": "person23_bacteria",
        "person9_virus_1_2.jpeg": "person9_virus",
        "NORMAL-1003233-0001.jpeg": "NORMAL-1003233",
        "scan7.jpeg": "",
        "person23_virus_56.jpeg": "person23_virus",
        "BACTERIA-1008087-0001.jpeg": "BACTERIA-1008087",
    }
    agents = {name: row["agent"] for name, row in rows.items() if row["agent"]}
    assert set(agents.values()) == {"bacteria", "virus"}
    assert agents["BACTERIA-1008087-0001.jpeg"] == agents["person23_bacteria_79.jpeg"] == "bacteria"


def test_folders_are_labels_and_parts_and_a_nameless_child_is_excluded(download):
    rows = rows_of(download)
    assert (rows["person23_virus_56.jpeg"]["label"], rows["person23_virus_56.jpeg"]["split"]) == ("pneumonia", "test")
    assert rows["IM-0115-0001.jpeg"]["label"] == "no pneumonia"
    assert {name for name, row in rows.items() if row["exclude"]} == {"scan7.jpeg"}
    assert rows["scan7.jpeg"]["exclude"] == "its name tells no patient"


def test_kaggles_validation_folder_is_the_valid_part(download):
    for name in ("NORMAL", "PNEUMONIA"):
        (download / FOLDER / "val" / name).mkdir(parents=True)
    (download / FOLDER / "val/PNEUMONIA/person1946_bacteria_4874.jpeg").touch()
    assert rows_of(download)["person1946_bacteria_4874.jpeg"]["split"] == "valid"


def test_the_inner_folder_means_the_same(download):
    assert list_images(download / FOLDER) == list_images(download)


def test_another_layout_names_what_is_missing(download):
    (download / FOLDER / "test/NORMAL").rename(download / "away")
    with pytest.raises(DatasetError, match=r"is not Kermany's as published: chest_xray/test/NORMAL is missing"):
        list_images(download)


@pytest.mark.skipif(not REAL.is_dir(), reason="real chest radiographs are not on this machine")
def test_the_real_images_have_patients_who_keep_to_their_part():
    rows = list_images(REAL)[1]
    counts = Counter((row["split"], row["label"]) for row in rows)
    assert counts == {
        ("train", "no pneumonia"): 1341, ("train", "pneumonia"): 1292,
        ("test", "no pneumonia"): 234, ("test", "pneumonia"): 390,
    }  # fmt: skip
    # The test part is complete, and its agents are as the authors count them.
    assert Counter(row["agent"] for row in rows if row["split"] == "test") == {"": 234, "bacteria": 242, "virus": 148}
    assert not any(row["exclude"] for row in rows)
    assert len({row["patient"] for row in rows}) == 1211 + 225 + 1106 + 203
    parts = [row["split"] for row in rows]
    assert not any(shared(rows, parts).values())
    by_number = [{**row, "patient": row["patient"].split("_")[0]} for row in rows]
    assert len(shared(by_number, parts)["train and test"]) == 88
    assert PUBLISHED.counts["images"] - len(rows) == 2599
