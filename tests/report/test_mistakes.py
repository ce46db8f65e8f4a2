from dataclasses import replace

import numpy as np
import pytest

from common.report.mistakes import COUNT, mistakes


def said(found):
    return [(mistake.row, mistake.said) for mistake in found]


@pytest.fixture
def six(test):
    """Six images of known probability, one without a label."""
    positive = np.array([0.92, 0.1, 0.2, 0.05, 0.99, 0.5])
    return replace(
        test.rows(np.arange(6)),
        label=np.array([0, 1, 0, 1, -1, 0]),
        probabilities=np.stack([1 - positive, positive], axis=1).astype(np.float32),
    )


@pytest.mark.parametrize(
    ("threshold", "expected"),
    # 0.05 is three quarters of the way from 0.2 to 0, 0.92 nine tenths of that to 1, 0.1 half, 0.5 three eighths.
    [(0.5, [3, 0, 1, 5]), (0.2, [0, 3, 1, 5, 2])],
)
def test_of_two_classes_the_furthest_from_the_threshold_come_first(six, threshold, expected):
    found = mistakes(six, {"positive_class": "malignant", "thresholds": {"youden": threshold}})
    assert [mistake.row for mistake in found] == expected
    assert found[expected.index(3)].said == "malignant, p = 0.05"


def test_of_several_classes_the_surest_of_the_wrong_class_come_first(scale):
    test = replace(
        scale[1].rows(np.arange(4)),
        label=np.array([0, 1, 2, -1]),
        probabilities=np.array([[0.2, 0.6, 0.1, 0.1], [0, 1, 0, 0], [0.9, 0, 0.1, 0], [1, 0, 0, 0]], np.float32),
    )
    assert said(mistakes(test, {"thresholds": {}})) == [
        (2, "moderate, called none, p = 0.90"),
        (0, "none, called mild, p = 0.60"),
    ]


def test_an_image_may_be_wrong_for_several_findings_and_unknown_ones_are_left_out(findings):
    test = replace(
        findings[1].rows(np.arange(2)),
        label=np.array([[1, 0, -1], [1, 0, 0]]),
        probabilities=np.array([[0.1, 0.9, 0.9], [0.9, 0.1, 0.1]], np.float32),
    )
    thresholds = {name: {"youden": 0.5} for name in test.class_names}
    found = mistakes(test, {"thresholds": thresholds})
    assert sorted(said(found)) == [(0, "cyst missed, p = 0.10"), (0, "mass false alarm, p = 0.90")]


def test_there_are_at_most_so_many_the_most_confident_first(test, scores, scale, findings):
    for predictions, its in ((test, scores), scale[1:], findings[1:]):
        found = mistakes(predictions, its)
        confidence = [mistake.confidence for mistake in found]
        assert len(found) == COUNT
        assert confidence == sorted(confidence, reverse=True)
