import csv
import json

import numpy as np
import pytest
from PIL import Image

from common.phantoms.ct_ich import CONTRADICTORY, UNLISTED, windowed, write


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    out = tmp_path_factory.mktemp("ct_ich") / "phantoms"
    assert write(out, patients=10, seed=3, difficulty=0.2) == len(list((out / "brain").iterdir()))
    return out


def test_a_larger_set_extends_a_smaller_one(root, tmp_path):
    write(tmp_path / "small", patients=2, seed=3, difficulty=0.2)
    small, large = contents(tmp_path / "small"), contents(root)
    assert {name: small[name] for name in small if name.startswith("brain")}.items() <= large.items()
    assert large["labels.csv"].startswith(small["labels.csv"])


def test_pictures_are_the_originals_kind_and_say_that_they_are_synthetic(root):
    for path in (root / "brain").iterdir():
        with Image.open(path) as image:
            assert (image.format, image.mode, image.size) == ("JPEG", "L", (650, 650))
            assert b"Synthetic" in image.info["comment"]


def test_the_table_says_what_was_planted(root):
    truth = json.loads((root / "phantoms.json").read_text())
    rows = list(csv.DictReader((root / "labels.csv").open()))
    faults = {fault["kind"]: fault["image"] for fault in truth["faults"]}
    assert set(faults) == {CONTRADICTORY, UNLISTED}
    assert {row["image"] for row in rows} == set(truth["images"]) - {faults[UNLISTED]}
    for row in rows:
        subtypes = {name for name in truth["images"][row["image"]]["areas"] if row[name] == "1"}
        if row["image"] == faults[CONTRADICTORY]:
            assert (row["hemorrhage"], row["epidural"]) == ("0", "1")
        else:
            assert subtypes == set(truth["images"][row["image"]]["subtypes"])
            assert row["hemorrhage"] == str(int(bool(subtypes)))
        assert row["image"] == f"brain/{row['patient']}{row['slice']}.jpg"


def test_the_window_is_the_originals():
    assert windowed(np.array([[-1000, -20, 40, 100, 3000]], np.int16)).tolist() == [[0, 0, 127, 255, 255]]
