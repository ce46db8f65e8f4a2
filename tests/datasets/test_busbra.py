from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from common.datasets.annotations import mask_faults
from common.datasets.busbra import PUBLISHED, list_images
from common.errors import DatasetError

REAL = Path(__file__).parents[2] / "../shared/data/busbra"


def test_a_row_carries_the_published_columns(busbra):
    root, rows = list_images(busbra)
    assert root == busbra
    first = rows[0]
    assert first["image"] == "Images/bus_0001-l.png"
    assert first["mask"] == "Masks/mask_0001-l.png"
    assert (first["label"], first["patient"], first["split"]) == ("benign", "1", "")
    assert (first["device"], first["histology"], first["birads"], first["side"]) == ("D", "cyst", "2", "left")
    assert [first[f"split_{k}"] for k in range(1, 6)] == ["train", "test", "train", "train", "train"]


def test_every_image_and_mask_is_there(busbra):
    root, rows = list_images(busbra)
    assert len(rows) == 40
    assert all((root / row["image"]).is_file() and (root / row["mask"]).is_file() for row in rows)


def test_a_picture_that_the_table_does_not_list_is_excluded(busbra):
    (busbra / "Images/bus_0001-l.png").rename(busbra / "Images/bus_9999-l.png")
    _, rows = list_images(busbra)
    assert len(rows) == 41
    assert rows[-1]["image"] == "Images/bus_9999-l.png"
    assert rows[-1]["exclude"] == "not listed in bus_data.csv"
    assert rows[-1].keys() == rows[0].keys()


@pytest.mark.parametrize("name", ["bus_data.csv", "5-fold-cv.csv", "Masks"])
def test_another_layout_names_what_is_missing(busbra, name):
    (busbra / name).rename(busbra.parent / "away")
    with pytest.raises(DatasetError, match=f"is not BUS-BRA as published: {name} is missing"):
        list_images(busbra)


def test_a_table_without_its_columns_is_refused(busbra):
    (busbra / "bus_data.csv").write_text("ID,Pathology\n")
    with pytest.raises(DatasetError, match="column 'Case' is missing"):
        list_images(busbra)


def test_a_split_value_of_unknown_meaning_is_refused(busbra):
    table = busbra / "5-fold-cv.csv"
    table.write_text(table.read_text().replace("NaN", "2", 1))
    with pytest.raises(DatasetError, match=r"5-fold-cv.csv: valid_2 of bus_0001-l is 1, 0 or NaN, not '2'"):
        list_images(busbra)


def test_an_image_that_the_fold_table_does_not_list_is_in_no_official_part(busbra):
    table = busbra / "5-fold-cv.csv"
    table.write_text("".join(line for line in table.open() if not line.startswith("bus_0001-l")))
    row = list_images(busbra)[1][0]
    assert {row[f"split_{k}"] for k in range(1, 6)} == {""}


@pytest.mark.skipif(not REAL.is_dir(), reason="real BUS-BRA images are not on this machine")
def test_the_real_set_is_as_published():
    _, rows = list_images(REAL)
    labels = Counter(row["label"] for row in rows)
    found = {"images": len(rows), "patients": len({row["patient"] for row in rows}), **labels}
    assert found == PUBLISHED.counts
    assert Counter(row["split_1"] for row in rows) == {"train": 1200, "valid": 299, "test": 376}
    # Every image is tested once, as kFold says.
    assert all([row[f"split_{k}"] for k in range(1, 6)].count("test") == 1 for row in rows)


@pytest.mark.skipif(not REAL.is_dir(), reason="BUS-BRA is not in ../shared/data/busbra")
def test_every_real_mask_fits_its_image_and_no_two_patients_share_one():
    root, rows = list_images(REAL)
    rows = [{**row, "group": ""} for row in rows]
    shapes = [Image.open(root / row["image"]).size[::-1] for row in rows]
    assert len(rows) == sum(bool(row["mask"]) for row in rows) == 1875
    assert mask_faults(root, rows, shapes) == []
