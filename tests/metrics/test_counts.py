"""Counts give what scikit-learn gives of all images at once, however they come in batches."""

import pytest
import torch
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score, top_k_accuracy_score

from common.metrics.counts import SCORES, CountedScore

CLASSES = 7
GENERATOR = torch.Generator().manual_seed(0)
LOGITS = torch.randn(200, CLASSES, generator=GENERATOR)
LABELS = torch.randint(CLASSES - 1, (200,), generator=GENERATOR)  # the last class does not occur


def counted(score, size):
    metric = CountedScore(score, CLASSES)
    for logits, labels in zip(LOGITS.split(size), LABELS.split(size), strict=True):
        metric.update((logits, labels))
    return metric.compute()


@pytest.mark.parametrize("size", [1, 64, 200])
def test_scores_are_those_of_all_images(size):
    called, occurring = LOGITS.argmax(1), list(range(CLASSES - 1))
    assert counted("top1", size) == pytest.approx(accuracy_score(LABELS, called))
    assert counted("top5", size) == pytest.approx(
        top_k_accuracy_score(LABELS, LOGITS, k=5, labels=list(range(CLASSES)))
    )
    recalls = [(called[c == LABELS] == c).double().mean().item() for c in occurring]
    assert counted("balanced_accuracy", size) == pytest.approx(sum(recalls) / len(recalls))
    f1 = f1_score(LABELS, called, labels=occurring, average="macro", zero_division=0)
    assert counted("macro_f1", size) == pytest.approx(f1)


def test_a_perfect_network_has_one_in_all_of_them():
    for score in SCORES:
        metric = CountedScore(score, CLASSES)
        metric.update((torch.nn.functional.one_hot(LABELS, CLASSES).float(), LABELS))
        assert metric.compute() == 1


def test_balanced_accuracy_is_scikit_learns_where_all_classes_occur():
    labels = torch.arange(200) % CLASSES
    metric = CountedScore("balanced_accuracy", CLASSES)
    metric.update((LOGITS, labels))
    assert metric.compute() == pytest.approx(balanced_accuracy_score(labels, LOGITS.argmax(1)))
