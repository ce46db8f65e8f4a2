import csv
import json
import re
from collections import Counter, defaultdict

import pytest
from PIL import Image

from common.phantoms.radimagenet_repo import FOLDS, MISSING, TABLES, TWO_LABELS, TWO_PARTS, UNLISTED, write

NAMES = {
    "thyroid": r"\d+_\d\.jpg",
    "breast": r"(benign|malignant|normal) \(\d+\)\.png",
    "acl": r"\d{4}_sagittal_\d+\.000000\.png",
    "meniscus": r"\d{4}_sagittal_\d+\.000000\.png",
}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    out = tmp_path_factory.mktemp("repo") / "phantoms"
    count = write(out, patients=10, seed=0, difficulty=0.2)
    assert count == sum(path.suffix in (".jpg", ".png") for path in out.rglob("*"))
    return out


@pytest.fixture(scope="module")
def sidecar(root):
    return json.loads((root / "phantoms.json").read_text())


def tables(root, task):
    """Lines (image, label) of each part of each fold."""
    result = {}
    for fold in FOLDS:
        for part in ("train", "val", "test"):
            with (root / f"{task}/dataframe/{TABLES[task].prefix}{part}_fold{fold}.csv").open(newline="") as file:
                head, *lines = csv.reader(file)
            assert tuple(head) == TABLES[task].columns
            result[part, fold] = lines
    return result


@pytest.mark.parametrize("task", TABLES)
def test_names_are_the_authors_and_files_what_they_say(root, task):
    for path in (root / task / "images").iterdir():
        assert re.fullmatch(NAMES[task], path.name)
        with Image.open(path) as image:
            assert (image.format, image.mode) == ("JPEG" if path.suffix == ".jpg" else "PNG", "RGB")


@pytest.mark.parametrize("task", ["breast", "acl", "meniscus"])
def test_every_image_is_in_one_part_of_each_fold_and_tested_once(root, sidecar, task):
    lines = tables(root, task)
    images = {path.removeprefix(f"{task}/") for path in sidecar["images"] if path.startswith(f"{task}/")}
    for fold in FOLDS:
        listed = [image for part in ("train", "val", "test") for image, _ in lines[part, fold]]
        assert sorted(listed) == sorted(images)
    assert Counter(image for fold in FOLDS for image, _ in lines["test", fold]) == dict.fromkeys(images, 1)
    for part_lines in lines.values():
        for image, label in part_lines:
            assert (label == TABLES[task].positive) == sidecar["images"][f"{task}/{image}"]["positive"]


@pytest.mark.parametrize("task", ["acl", "meniscus"])
def test_exams_stay_together(root, task):
    parts = defaultdict(set)
    for (part, fold), lines in tables(root, task).items():
        for image, _ in lines:
            parts[fold, image[:11]].add(part)
    assert all(len(each) == 1 for each in parts.values())


def test_the_faults_are_planted_in_the_thyroid(root, sidecar):
    faults = {fault["kind"]: fault["image"] for fault in sidecar["faults"]}
    assert set(faults) == {MISSING, UNLISTED, TWO_LABELS, TWO_PARTS}
    lines = tables(root, "thyroid")
    labels, parts = defaultdict(set), defaultdict(set)
    for (part, fold), part_lines in lines.items():
        for image, label in part_lines:
            labels[f"thyroid/{image}"].add(label)
            parts[f"thyroid/{image}", fold].add(part)
    assert not (root / faults[MISSING]).exists()
    assert faults[MISSING] in labels
    assert (root / faults[UNLISTED]).exists()
    assert faults[UNLISTED] not in labels
    assert [image for image, each in labels.items() if len(each) > 1] == [faults[TWO_LABELS]]
    assert [image for (image, _), each in parts.items() if len(each) > 1] == [faults[TWO_PARTS]]


def test_a_larger_set_draws_the_same_images(root, tmp_path):
    write(tmp_path / "small", patients=2, seed=0, difficulty=0.2)
    for path in (tmp_path / "small").rglob("*.png"):
        assert (root / path.relative_to(tmp_path / "small")).read_bytes() == path.read_bytes()
