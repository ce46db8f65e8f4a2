"""Every bundle with its own phantoms, those of `make demo`: prepared, trained, evaluated, used.

The pretraining, whose data are a store, has `test_pretraining.py`.
"""

import csv
import json
import re
from functools import cache

import numpy as np
import pytest
from PIL import Image

from common.datasets.folds import partition
from common.datasets.prepare import prepare
from common.datasets.prepared import read_prepared
from common.house.files import bundles_in
from common.house.heads import PRETRAINING
from common.metrics import read_predictions
from common.phantoms import PHANTOMS

from .conftest import ROOT, places

BUNDLES = [folder.name for folder in bundles_in(ROOT)]

DEMO = dict(re.findall(r"^phantoms_(\w+) := (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE))
"""What the Makefile says of a bundle's phantoms: layout, patients, epochs, options of scripts/prepare.py."""

PATIENTS = {"mrnet": 15, "ddti": 50}
"""Else 20: enough for both classes in each part of a fold, and few where each has a whole volume."""

SEVERAL = {
    "acl_mri": "study",
    "meniscus_mri": "study",
    "hemorrhage_ct": "study",
    "sarscov2_ct": "study",
    "covid_ct": "patient",
}
"""Bundles whose examinations or patients have several images, and what these are pooled by."""


@pytest.fixture(scope="module")
def originals(tmp_path_factory):
    """Draws the phantoms of a layout once."""

    @cache
    def draw(layout):
        folder = tmp_path_factory.mktemp(layout) / "original"
        PHANTOMS[layout](folder, patients=PATIENTS.get(layout, 20), seed=2, difficulty=0.0)
        return folder

    return draw


@pytest.fixture(scope="module", params=[name for name in BUNDLES if name != PRETRAINING])
def used(request, originals, run_bundle, tmp_path_factory):
    """Name of a bundle, its data and the folder of its results, after training, evaluation and inference."""
    name = request.param
    layout, _, _, *options = DEMO[name].split()
    folder = tmp_path_factory.mktemp(name)
    data = prepare(layout, originals(layout), folder / "data", task=options[1] if options else "").folder
    configs = f"bundles/{name}/configs"
    knobs = ["--dataset_dir", str(data), *places(folder), "--num_workers", "0"]
    tiny = request.getfixturevalue("tiny_segmenter" if name.endswith("_segmentation") else "tiny")
    small = ["--image_size", "[32,32]", "--max_epochs", "1"]
    for arguments in (
        [f"['{configs}/train.json','{tiny}']", *knobs, *small],
        [f"['{configs}/train.json','{configs}/evaluate.json','{tiny}']", *knobs],
        [f"['{configs}/inference.json','{tiny}']", *knobs],
    ):
        finished = run_bundle("--config_file", *arguments)
        assert finished.code == 0, finished.output
    return name, read_prepared(data), folder


def test_the_makefile_can_show_every_bundle():
    assert sorted(DEMO) == BUNDLES


def test_a_bundle_goes_from_its_phantoms_to_predictions(used):
    name, data, folder = used
    tested = {
        (row["image"], row["frame"])
        for row, part in zip(data.rows, partition(data.rows, "0"), strict=True)
        if part == "test"
    }
    if name.endswith("_segmentation"):
        tested &= {(row["image"], row["frame"]) for row in data.rows if row["mask"]}
        check_segmentation(folder / "eval", tested, data)
        return
    predictions = read_predictions(folder / "eval" / "predictions.csv").select("test")
    assert sorted(zip(predictions.image, predictions.frame, strict=True)) == sorted(tested)
    scores = json.loads((folder / "eval" / "metrics.json").read_text())
    pooled = scores["patient_level"]
    assert scores["dataset"]["synthetic"] is True
    if name in SEVERAL:
        assert pooled["pooled_by"] == SEVERAL[name]
        assert {pooled["auc_mean"]["n"], pooled["auc_max"]["n"]} == {pooled["units"]}
        assert pooled["units"] < len(predictions)
    assert table(folder / "eval" / "inference" / "refused.csv") == []
    inferred = read_predictions(folder / "eval" / "inference" / "predictions.csv")
    assert set(zip(inferred.image, inferred.frame, strict=True)) >= tested
    assert inferred.class_names == tuple(data.class_names)


def check_segmentation(folder, tested, data):
    """What a segmenter leaves: a row per image, scores of the test part, masks at the size of the files."""
    images = table(folder / "images.csv")
    assert sorted((row["image"], row["frame"]) for row in images if row["part"] == "test") == sorted(tested)
    scores = json.loads((folder / "metrics.json").read_text())
    assert scores["dataset"]["synthetic"] is True
    lesions = [row for row in table(folder / "lesions.csv") if row["part"] == "test"]
    assert scores["test"]["per_lesion"]["dice"]["n"] == scores["test"]["lesions"] == len(lesions)
    assert 0 <= scores["test"]["per_image"]["dice"]["value"] <= 1
    assert {"worst_1.png", "median_1.png", "best_1.png"} <= {path.name for path in (folder / "overlays").iterdir()}
    assert table(folder / "inference" / "refused.csv") == []
    inferred = table(folder / "inference" / "images.csv")
    assert {(row["image"], row["frame"]) for row in inferred} >= tested
    for row in inferred[:5]:
        mask = np.asarray(Image.open(folder / "inference" / "masks" / row["mask"])) > 0
        assert mask.shape == Image.open(data.root / row["image"]).size[::-1]
        assert mask.sum() == int(row["pixels"])
        assert (folder / "inference" / "overlays" / f"{row['image']}.png").is_file()


def table(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))
