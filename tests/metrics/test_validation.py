import math

import numpy as np
import pytest
import torch
from scipy.special import softmax
from sklearn.metrics import roc_auc_score

from common.metrics.validation import AucOfLogits, ScoreOfAll

generator = np.random.default_rng(0)
LOGITS = generator.normal(size=(80, 4))
CLASSES = generator.integers(0, 4, 80)
STATES = np.where(generator.random((80, 4)) < 0.2, np.nan, generator.integers(0, 2, (80, 4)))


def auc(task, logits, labels):
    return AucOfLogits(task)(torch.tensor(logits), torch.tensor(labels))


def test_two_classes():
    labels = CLASSES % 2
    assert auc("binary", LOGITS[:, :2], labels) == pytest.approx(roc_auc_score(labels, LOGITS[:, 1] - LOGITS[:, 0]))


def test_several_classes_are_scikit_learns_macro_one_versus_rest():
    expected = roc_auc_score(CLASSES, softmax(LOGITS, axis=1), multi_class="ovr", average="macro")
    assert auc("multiclass", LOGITS, CLASSES) == pytest.approx(expected)


def test_findings_are_scikit_learns_mean_over_what_is_known():
    known = ~np.isnan(STATES)
    areas = [roc_auc_score(STATES[known[:, c], c], LOGITS[known[:, c], c]) for c in range(4)]
    assert auc("multilabel", LOGITS, STATES) == pytest.approx(np.mean(areas))


def test_a_finding_with_one_known_value_is_left_out_and_none_is_undefined():
    labels = STATES.copy()
    labels[:, 0] = 1.0
    labels[:, 1] = np.nan
    assert auc("multilabel", LOGITS, labels) == pytest.approx(auc("multilabel", LOGITS[:, 2:], labels[:, 2:]))
    assert math.isnan(auc("multilabel", LOGITS[:, :2], labels[:, :2]))


@pytest.mark.parametrize("first", [math.nan, 0.0])
def test_the_score_of_a_network_that_gives_no_numbers_is_none(first):
    metric = ScoreOfAll(AucOfLogits("binary"))
    metric.update((torch.tensor([[0.0, first], [1.0, 0.0]]), torch.tensor([0, 1])))
    assert math.isnan(metric.compute()) == math.isnan(first)
