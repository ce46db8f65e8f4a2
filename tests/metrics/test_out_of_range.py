import io
from dataclasses import replace

import numpy as np
import pytest

from common.metrics.out_of_range import Appearance, Reference, by_patient, flagged, named

THINGS = ["modality", "size", "intensity", "features"]


def images(count, *, seed, shift=0.0, features=16):
    """Return images of one kind; `shift` moves the direction of their features."""
    generator = np.random.default_rng(seed)
    points = generator.normal(0, 0.3, (count, features)) + np.eye(1, features) + shift * np.eye(1, features, 1)
    return Appearance(
        modality=np.full(count, "US"),
        size=generator.integers(200, 400, (count, 2)).astype(np.float32),
        intensity=generator.normal([0.3, 0.2, 0.1], 0.02, (count, 3)).astype(np.float32),
        features=(points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-9)).astype(np.float16),
    )


def pairs(count):
    return np.array([f"patient {row // 2}" for row in range(count)])


@pytest.fixture(scope="module")
def reference():
    return Reference(images(300, seed=1), pairs(300))


@pytest.fixture(scope="module")
def thresholds(reference):
    return reference.thresholds(images(200, seed=2), pairs(200))


def share(reference, thresholds, appearance, patients):
    out = flagged(reference.distances(appearance), thresholds).any(axis=1)
    return np.mean(by_patient(out, patients) > 0)


def test_at_most_a_twentieth_of_the_validation_patients_is_flagged_and_about_that_of_others(reference, thresholds):
    assert share(reference, thresholds, images(200, seed=2), pairs(200)) <= 0.05
    assert share(reference, thresholds, images(600, seed=3), pairs(600)) < 0.12


@pytest.mark.parametrize("count", [1, 2, 7])
def test_few_patients_choose_thresholds_that_the_training_images_keep(reference, count):
    few = reference.thresholds(images(count, seed=4), pairs(count))
    assert share(reference, few, images(count, seed=4), pairs(count)) == 0
    own = flagged(reference.distances(images(300, seed=5)), few).any(axis=1)
    assert own.mean() < 0.25


@pytest.mark.parametrize(
    ("thing", "strange"),
    [
        ("modality", {"modality": np.array(["CT"])}),
        ("size", {"size": np.array([[200.0, 1200.0]])}),
        ("intensity", {"intensity": np.array([[0.9, 0.2, 0.1]])}),
        ("features", {"features": np.eye(1, 16, 7, dtype=np.float16)}),
    ],
)
def test_what_is_strange_is_named(reference, thresholds, thing, strange):
    one = Appearance(**{name: getattr(reference.sample, name)[:1] for name in THINGS})
    assert named(reference.distances(one), thresholds) == [""]
    assert named(reference.distances(replace(one, **strange)), thresholds) == [thing]


def test_a_file_without_a_modality_and_a_reference_without_one_flag_nothing(reference, thresholds):
    unknown = replace(images(1, seed=3), modality=np.array([""]))
    assert reference.distances(unknown)["modality"].tolist() == [0]
    nameless = Reference(replace(reference.sample, modality=np.full(300, "")), reference.patient)
    assert nameless.distances(images(1, seed=3))["modality"].tolist() == [0]


def test_a_size_within_a_tenth_of_the_range_is_never_flagged(reference):
    same = Reference(replace(reference.sample, size=np.full((300, 2), 224.0)), reference.patient)
    chosen = same.thresholds(replace(images(40, seed=2), size=np.full((40, 2), 224.0)), pairs(40))
    for side, out in ((240, False), (255, True)):
        other = replace(images(1, seed=3), size=np.full((1, 2), float(side)))
        assert (same.distances(other)["size"] > chosen["size"]).tolist() == [out]


def test_a_size_that_is_not_known_flags_nothing(reference):
    stored = np.full((300, 2), np.nan)
    other = replace(images(3, seed=3), size=np.array([[9.0, 9.0], [np.nan, np.nan], [900.0, 900.0]]))
    assert Reference(replace(reference.sample, size=stored), reference.patient).distances(other)["size"].max() == 0
    assert (reference.distances(other)["size"] > 0).tolist() == [True, False, True]


def test_a_network_without_features_is_compared_by_the_rest(reference):
    blind = Reference(replace(reference.sample, features=np.empty((300, 0), np.float16)), reference.patient)
    without = replace(images(40, seed=2), features=np.empty((40, 0), np.float16))
    assert list(blind.distances(without)) == THINGS[:3]
    assert list(blind.thresholds(without, pairs(40))) == THINGS[:3]


def test_what_is_written_is_read_again(reference):
    buffer = io.BytesIO()
    reference.write(buffer)
    buffer.seek(0)
    again = Reference.read(buffer)
    for name in THINGS:
        assert np.array_equal(getattr(again.sample, name), getattr(reference.sample, name))
    assert np.array_equal(again.patient, reference.patient)


def test_an_image_without_a_patient_is_its_own():
    assert sorted(by_patient([1, 2, 3, 0], ["a", "", "a", ""]).tolist()) == [0, 2, 3]


def test_images_of_one_patient_are_not_each_others_neighbours():
    twins = replace(images(2, seed=1), features=np.eye(2, 16, dtype=np.float16)[[0, 0]])
    alone = images(20, seed=2, shift=3.0)
    sample = Appearance(**{name: np.concatenate([getattr(twins, name), getattr(alone, name)]) for name in THINGS})
    apart = Reference(sample, np.array(["twin", "twin", *(f"{row}" for row in range(20))]))
    strangers = Reference(sample, np.array([str(row) for row in range(22)]))
    valid = images(1, seed=2, shift=3.0)
    assert apart.thresholds(valid, ["x"])["features"] >= strangers.thresholds(valid, ["x"])["features"]
