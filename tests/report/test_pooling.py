from dataclasses import replace

import numpy as np
import pytest

from common.report.pooling import pooled, pooled_by, units


def relabelled(part, labels, probabilities, **columns):
    n = len(labels)
    columns = {name: np.array(values) for name, values in {"patient": [""] * n, "study": [""] * n, **columns}.items()}
    arrays = {"label": np.array(labels), "probabilities": np.array(probabilities, dtype=np.float32)}
    return replace(part.rows(np.arange(n)), **arrays, **columns)


def test_a_unit_is_the_study_else_the_patient_else_the_image_alone(test):
    part = relabelled(test, [0] * 5, [[1, 0]] * 5, patient=["p", "p", "q", "q", ""], study=["1", "2", "1", "", ""])
    assert len(pooled(part, "mean")) == 5
    assert len(set(units(part))) == 5
    assert pooled_by(part) == "study, else patient"
    same = replace(part, study=np.full(5, "1"))
    assert (len(pooled(same, "mean")), pooled_by(same)) == (3, "study")
    assert pooled_by(replace(part, study=np.full(5, ""))) == "patient"


def test_two_classes(test):
    part = relabelled(
        test, [0, 1, 0, -1], [[0.5, 0.5], [0.25, 0.75], [0.75, 0.25], [0.5, 0.5]], patient=["p", "p", "q", "r"]
    )
    mean, highest = pooled(part, "mean"), pooled(part, "max")
    assert mean.patient.tolist() == ["p", "q", "r"]
    assert mean.label.tolist() == highest.label.tolist() == [1, 0, -1]
    assert mean.positive.tolist() == [0.625, 0.25, 0.5]
    assert highest.positive.tolist() == [0.75, 0.25, 0.5]
    assert highest.probabilities.sum(axis=1) == pytest.approx(np.ones(3))


def test_findings_are_positive_if_any_image_is_and_unknown_if_none_is_known(findings):
    part = relabelled(findings[1], [[1, -1, 0], [0, -1, -1]], [[0.5, 0.25, 1], [0, 0.75, 0.5]], patient=["p", "p"])
    assert pooled(part, "mean").label.tolist() == [[1, -1, 0]]
    assert pooled(part, "mean").probabilities.tolist() == [[0.25, 0.5, 0.75]]
    assert pooled(part, "max").probabilities.tolist() == [[0.5, 0.75, 1]]


def test_classes_on_which_the_images_differ_are_not_known(scale):
    probabilities = [[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0]]
    part = relabelled(scale[1], [2, 2, 1], probabilities, patient=["p", "p", "q"])
    assert pooled(part, "mean").label.tolist() == [2, 1]
    assert pooled(part, "mean").probabilities.tolist() == [[0.5, 0, 0.5, 0], [0, 1, 0, 0]]
    assert pooled(replace(part, label=np.array([0, 2, 1])), "mean").label.tolist() == [-1, 1]


def test_single_images_stay_as_they_are(test, findings):
    for part in (test, findings[1]):
        alone = replace(part, patient=np.array([f"{n:04d}" for n in range(len(part))]))
        for how in ("mean", "max"):
            assert np.array_equal(pooled(alone, how).label, part.label)
            assert pooled(alone, how).probabilities == pytest.approx(part.probabilities, abs=1e-7)
