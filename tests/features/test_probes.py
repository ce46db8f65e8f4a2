"""Properties on planted features, and the real features whose AUCs shared/data/README.md states."""

import csv
from pathlib import Path

import numpy as np
import pytest

from common.features.probes import PROBES, linear_probe, nearest_neighbours
from common.statistics.delong import auc

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
real = pytest.mark.skipif(not (DATA / "features").is_dir(), reason="needs ../shared/data/features")


def planted(n, *, seed, lift=1.5):
    generator = np.random.default_rng(seed)
    labels = np.arange(n) % 3 == 0
    features = generator.normal(size=(n, 20))
    features[:, 0] += lift * labels
    return features, labels.astype(np.int64)


@pytest.mark.parametrize("probe", PROBES.values(), ids=PROBES)
def test_what_is_planted_is_found_and_nothing_else(probe):
    known, labels = planted(600, seed=0)
    asked, truth = planted(600, seed=1)
    assert auc(truth, probe(known, labels, asked)) > 0.7
    noise, _ = planted(600, seed=1, lift=0)
    assert abs(auc(truth, probe(known, labels, noise)) - 0.5) < 0.07


@pytest.mark.parametrize("probe", PROBES.values(), ids=PROBES)
def test_the_scale_of_an_encoder_does_not_matter(probe):
    known, labels = planted(300, seed=0)
    asked, _ = planted(50, seed=1)
    scale, shift = np.geomspace(1e-3, 1e3, 20), np.linspace(-5, 5, 20)
    moved = probe(known * scale + shift, labels, asked * scale + shift)
    assert moved == pytest.approx(probe(known, labels, asked), abs=1e-3)


@pytest.mark.parametrize("probe", PROBES.values(), ids=PROBES)
def test_a_probability_is_one_also_where_a_feature_is_constant_in_training(probe):
    known, labels = planted(90, seed=0)
    known[:, 3] = 1
    found = probe(known, labels, planted(20, seed=1)[0])
    assert ((found >= 0) & (found <= 1)).all()


def test_the_nearest_image_itself_is_recognised():
    known, labels = planted(200, seed=0)
    assert auc(labels, nearest_neighbours(known, labels, known)) > 0.9


def features_of(name):
    with np.load(DATA / "features" / f"{name}_imagenet_resnet50v2_stage3.npz") as arrays:
        return dict(zip(arrays["image"].tolist(), arrays["feature"].astype(np.float32), strict=True))


def table(path):
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def area(features, labels, images, train, test):
    known, asked = (np.stack([features[images[row]] for row in rows]) for rows in (train, test))
    return auc(labels[test], linear_probe(known, labels[train], asked))


@real
def test_busbra_agrees_with_the_outside_probe_on_the_authors_folds():
    features, folds = features_of("busbra"), table(DATA / "busbra" / "5-fold-cv.csv")
    images = [f"Images/{row['ID']}.png" for row in folds]
    labels = np.array([int(row["Pathology"] == "malignant") for row in folds])
    fold = np.array([row["kFold"] for row in folds])
    areas = [area(features, labels, images, np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in set(fold)]
    assert np.mean(areas) == pytest.approx(0.814, abs=0.01)


@real
def test_kermany_agrees_on_the_publishers_test_set():
    features = features_of("kermany_cxr")
    images = list(features)
    labels = np.array([int("/PNEUMONIA/" in image) for image in images])
    tested = np.array(["/test/" in image for image in images])
    found = area(features, labels, images, np.flatnonzero(~tested), np.flatnonzero(tested))
    assert found == pytest.approx(0.956, abs=0.01)


@real
def test_ct_ich_agrees_on_scikit_learns_folds_by_patient():
    from sklearn.model_selection import StratifiedGroupKFold

    features = features_of("ct_ich")
    rows = table(DATA / "ct_ich" / "labels.csv")
    by_image = {row["image"]: row for row in rows}
    images = list(features)
    labels = np.array([int(by_image[image]["hemorrhage"]) for image in images])
    patient = [by_image[image]["patient"] for image in images]
    splitter = StratifiedGroupKFold(5, shuffle=True, random_state=0)
    areas = [area(features, labels, images, *parts) for parts in splitter.split(labels, labels, patient)]
    assert np.mean(areas) == pytest.approx(0.873, abs=0.01)
