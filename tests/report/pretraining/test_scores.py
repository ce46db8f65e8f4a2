"""Scores of many classes against slow and plain computations of the same."""

import numpy as np
import pytest
from sklearn.metrics import f1_score, roc_auc_score

from common.report.pretraining.scores import grouped, measure, scores_of

N, CLASSES = 600, 8
GENERATOR = np.random.default_rng(0)
LABEL = GENERATOR.integers(0, CLASSES - 1, N)  # the last class does not occur
PROBABILITIES = GENERATOR.random((N, CLASSES), dtype=np.float32)
PROBABILITIES[np.arange(N), LABEL] += 0.5
PROBABILITIES /= PROBABILITIES.sum(axis=1, keepdims=True)


@pytest.fixture(scope="module")
def measured():
    return measure(LABEL, PROBABILITIES)


def test_values_are_those_of_all_images(measured):
    scores = scores_of(measured, range(CLASSES))
    called, occurring = PROBABILITIES.argmax(axis=1), list(range(CLASSES - 1))
    assert scores["top1"]["value"] == pytest.approx((called == LABEL).mean())
    five = np.argsort(-PROBABILITIES, axis=1)[:, :5]
    assert scores["top5"]["value"] == pytest.approx((five == LABEL[:, None]).any(axis=1).mean())
    assert scores["macro_f1"]["value"] == pytest.approx(
        f1_score(LABEL, called, labels=occurring, average="macro", zero_division=0)
    )
    areas = [roc_auc_score(c == LABEL, PROBABILITIES[:, c]) for c in occurring]
    assert scores["macro_auc"]["value"] == pytest.approx(np.mean(areas))


def test_drawn_matrices_are_the_bootstrap_of_images(measured):
    called, draw = PROBABILITIES.argmax(axis=1), np.random.default_rng(1)
    slow = [
        f1_score(LABEL[rows], called[rows], labels=range(CLASSES - 1), average="macro", zero_division=0)
        for rows in (draw.integers(0, N, N) for _ in range(400))
    ]
    score = scores_of(measured, range(CLASSES))["macro_f1"]
    assert [score["low"], score["high"]] == pytest.approx(np.quantile(slow, [0.025, 0.975]), abs=0.01)


def test_groups_share_out_classes_and_images(measured):
    kinds = {"modality": ["CT"] * 3 + ["MR"] * 4 + ["US"], "all": ["one"] * CLASSES}
    found = grouped(measured, kinds)
    assert set(found["modality"]) == {"CT", "MR"}  # the only class of US does not occur
    assert sum(group["top1"]["n"] for group in found["modality"].values()) == N
    assert {key: value for key, value in found["all"]["one"].items() if key != "classes"} == scores_of(
        measured, range(CLASSES)
    )
