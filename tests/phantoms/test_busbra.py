import csv
import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from common.phantoms.busbra import COLUMNS, _box, write

REAL = Path(__file__).parents[2] / "../shared/data/busbra"
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="BUS-BRA is not in ../shared/data/busbra")
PATIENTS = 25


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    out = tmp_path_factory.mktemp("busbra") / "phantoms"
    assert write(out, patients=PATIENTS, seed=0, difficulty=0.2) == len(table(out / "bus_data.csv"))
    return out


def table(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def patient_of(row):
    return row["ID"].split("-")[0]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_images(tmp_path):
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        write(tmp_path / name, patients=2, seed=seed, difficulty=0.5)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    images = [(tmp_path / name / "Images").glob("*.png") for name in "ac"]
    first, other = ({path.read_bytes() for path in paths} for paths in images)
    assert not first & other


def test_a_larger_set_extends_a_smaller_one(root, tmp_path):
    write(tmp_path / "small", patients=4, seed=0, difficulty=0.2)
    small, large = contents(tmp_path / "small"), contents(root)
    for name, data in small.items():
        if name != "phantoms.json":
            assert large[name].startswith(data), name
    images = [json.loads(each["phantoms.json"])["images"] for each in (small, large)]
    assert images[0].items() <= images[1].items()


def test_every_row_has_its_image_its_mask_and_its_box(root):
    for row in table(root / "bus_data.csv"):
        with Image.open(root / f"Images/{row['ID']}.png") as image:
            assert (image.mode, image.width, image.height) == ("L", int(row["Width"]), int(row["Height"]))
        with Image.open(root / f"Masks/{row['ID'].replace('bus', 'mask')}.png") as mask:
            assert (mask.mode, mask.size) == ("1", image.size)
            left, top, width, height = json.loads(row["BBOX"])
            assert mask.getbbox() == (left - 1, top - 1, left + width, top + height)


def test_patients_classes_and_sides_have_the_published_proportions(root):
    patients = defaultdict(list)
    for row in table(root / "bus_data.csv"):
        patients[patient_of(row)].append(row)
    assert list(patients) == [f"bus_{number:04d}" for number in range(1, PATIENTS + 1)]
    assert sum(rows[0]["Pathology"] == "malignant" for rows in patients.values()) == 8
    sides = ["".join(row["Side"][0] for row in rows) for rows in patients.values()]
    assert set(sides) == {"lr", "s"}
    assert sides[:24].count("lr") == 18
    for rows in patients.values():
        assert len({(row["Pathology"], row["Case"], row["Device"], row["BIRADS"]) for row in rows}) == 1


def test_patients_keep_to_one_test_fold_and_not_to_training(root):
    for folds in (5, 10):
        rows = table(root / f"{folds}-fold-cv.csv")
        tested = defaultdict(set)
        for row in rows:
            tested[patient_of(row)].add(row["kFold"])
            cells = {k: row[f"valid_{k}"] for k in range(1, folds + 1)}
            assert [str(k) for k, cell in cells.items() if cell == "NaN"] == [row["kFold"]]
            assert set(cells.values()) == {"NaN", "0", "1"} or set(cells.values()) == {"NaN", "1"}
        assert all(len(each) == 1 for each in tested.values())
        validates, trains = ({patient_of(row) for row in rows if row["valid_1"] == cell} for cell in "01")
        assert validates & trains


def test_the_views_of_a_patient_share_the_examination_but_not_the_picture(root):
    sidecar = json.loads((root / "phantoms.json").read_text())
    assert sidecar["faults"] == []
    pairs = [(path, path.replace("-l", "-r")) for path in sidecar["images"] if "-l" in path]
    for paths in pairs:
        first, second = (sidecar["images"][path] for path in paths)
        assert first["examination"] == second["examination"]
        assert first["lesions"][0]["suspicion"] == second["lesions"][0]["suspicion"]
        thumbnails = [np.asarray(Image.open(root / path).resize((32, 32), Image.Resampling.BOX)) for path in paths]
        correlation = np.corrcoef(*(each.ravel().astype(float) for each in thumbnails))[0, 1]
        assert 0.3 < correlation < 0.95


def test_the_licence_says_synthetic(root):
    assert "Synthetic" in (root / "LICENSE.txt").read_text()


@needs_real
@pytest.mark.parametrize("name", ["bus_data.csv", "5-fold-cv.csv", "10-fold-cv.csv"])
def test_tables_have_the_real_columns_and_values(root, name):
    ours, real = table(root / name), table(REAL / name)
    assert list(ours[0]) == list(real[0])
    for column in ("Histology", "Pathology", "BIRADS", "Side", "kFold", "valid_1"):
        if column in real[0]:
            assert {row[column] for row in ours} <= {row[column] for row in real}, column


@needs_real
def test_boxes_count_as_the_real_ones_do():
    rows = table(REAL / "bus_data.csv")[:20]
    assert tuple(rows[0]) == COLUMNS
    for row in rows:
        mask = np.asarray(Image.open(REAL / f"Masks/{row['ID'].replace('bus', 'mask')}.png"))
        assert _box(mask) == row["BBOX"]
