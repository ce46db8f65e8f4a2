import csv
import json

import numpy as np
import pytest
from PIL import Image

from common.phantoms.radimagenet import FAULTS, FRAMES, NO_FILE, TABLES, TWO_LABELS, write
from common.pretraining import class_table


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    out = tmp_path_factory.mktemp("radimagenet") / "phantoms"
    write(out, patients=36, seed=0, difficulty=0.0)
    return out


@pytest.fixture(scope="module")
def sidecar(root):
    return json.loads((root / "phantoms.json").read_text())


def lines(root, part):
    with (root / TABLES[part]).open() as file:
        return [(line["filename"], line["label"]) for line in csv.DictReader(file)]


def test_33_patients_show_every_class_in_every_part(root):
    labels = {its.label for its in class_table()}
    assert all({label for _, label in lines(root, part)} >= labels for part in TABLES)


def test_files_are_as_published(root):
    for path in root.glob("radiology_ai/**/*.png"):
        with Image.open(path) as image:
            assert image.mode == "RGB"
            assert "Synthetic" in image.text
            assert "US" in path.parts or image.size == (224, 224)
            channels = np.asarray(image)
        assert (channels == channels[:, :, :1]).all()


def test_all_faults_are_planted_and_said(root, sidecar):
    assert {fault["kind"] for fault in sidecar["faults"]} == set(FAULTS)
    of = {fault["kind"]: (root / fault["image"], root / fault["of"]) for fault in sidecar["faults"]}
    assert not of[NO_FILE][0].exists()
    for kind in (TWO_LABELS, FRAMES):
        assert of[kind][0].read_bytes() == of[kind][1].read_bytes()
    truth = sidecar["images"]
    double = next(fault for fault in sidecar["faults"] if fault["kind"] == TWO_LABELS)
    assert truth[double["image"]]["label"] != truth[double["of"]]["label"]


def test_a_patient_has_one_anatomy_and_one_part(sidecar):
    seen = {}
    for truth in sidecar["images"].values():
        code = truth["label"].split("_")[:2]
        if truth["label"] != "MR_knee_unheard_of":
            assert seen.setdefault(truth["patient"], (truth["part"], code)) == (truth["part"], code)


def test_a_larger_set_extends_a_smaller_one(root, tmp_path):
    write(tmp_path / "few", patients=3, seed=0, difficulty=0.0)
    ordinary = list((tmp_path / "few").rglob("*0000??.png"))
    assert len(ordinary) > 40
    assert all((root / path.relative_to(tmp_path / "few")).read_bytes() == path.read_bytes() for path in ordinary)
