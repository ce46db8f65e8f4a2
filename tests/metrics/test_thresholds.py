from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from common.errors import SplitError
from common.metrics import sensitivity_threshold, youden_threshold

probability = st.integers(0, 10).map(lambda tenths: tenths / 10)  # few values, so that many are tied
anything = st.floats(0, 1, width=32)


def both_classes(rows):
    return {label for label, _ in rows} == {0, 1}


def data(of):
    return st.lists(st.tuples(st.integers(0, 1), of), min_size=2, max_size=30).filter(both_classes)


def rates(labels, probabilities, threshold):
    called = probabilities >= threshold
    return called[labels == 1].mean(), 1 - called[labels == 0].mean()


def every_decision(probabilities):
    """All thresholds that decide differently: each value, and one above them all."""
    return [*np.unique(probabilities), 2.0]


@given(data(probability))
def test_no_threshold_has_a_higher_youden_index(rows):
    labels, probabilities = np.array(rows).T
    chosen = sum(rates(labels, probabilities, youden_threshold(labels, probabilities)))
    assert chosen == pytest.approx(max(sum(rates(labels, probabilities, t)) for t in every_decision(probabilities)))


@given(data(probability), st.sampled_from([0.5, 0.8, 0.9, 0.95, 1.0]))
def test_the_sensitivity_is_reached_by_no_higher_threshold(rows, target):
    labels, probabilities = np.array(rows).T
    threshold = sensitivity_threshold(labels, probabilities, target)
    assert rates(labels, probabilities, threshold)[0] >= target
    higher = [t for t in every_decision(probabilities) if t > probabilities[probabilities >= threshold].min()]
    assert all(rates(labels, probabilities, t)[0] < target for t in higher)


@pytest.mark.parametrize("choose", [youden_threshold, sensitivity_threshold])
@given(data(probability))
def test_rounding_in_a_file_flips_no_decision(choose, rows):
    labels, probabilities = np.array(rows).T
    threshold = choose(labels, probabilities)
    for error in (-1e-3, 1e-3):
        moved = np.where(probabilities > 0, probabilities + error, 0)
        assert ((moved >= threshold) == (probabilities >= threshold)).all()


@pytest.mark.parametrize("choose", [youden_threshold, sensitivity_threshold])
@given(data(anything))
def test_float32_and_float64_decide_alike(choose, rows):
    labels, probabilities = np.array(rows).T
    threshold = choose(labels, probabilities)
    single = probabilities.astype(np.float32) >= np.float32(threshold)
    assert (single == (probabilities >= threshold)).all()


def test_adjacent_float32_are_told_apart_in_float32():
    lower = np.float32(0.5)
    upper = np.nextafter(lower, np.float32(1))
    threshold = np.float32(youden_threshold([0, 1], [lower, upper]))
    assert lower < threshold <= upper


def test_a_threshold_lies_midway_between_neighbours():
    labels, probabilities = [0, 0, 1, 1], [0.1, 0.3, 0.7, 0.9]
    assert youden_threshold(labels, probabilities) == pytest.approx(0.5)
    assert sensitivity_threshold(labels, probabilities, 0.5) == pytest.approx(0.8)
    assert sensitivity_threshold([1, 0], [0.4, 0.6]) == pytest.approx(0.2)


def test_among_equals_the_more_sensitive():
    assert youden_threshold([0, 1, 0, 1], [0.2, 0.4, 0.6, 0.8]) == pytest.approx(0.3)


@given(data(probability))
@example([(1, 0.4), *[(1, 0.8)] * 9, *[(0, 0.1)] * 7, (0, 0.5), *[(0, 0.9)] * 2])
def test_equals_are_told_in_spite_of_rounding(rows):
    """1.0 + 0.7 and 0.9 + 0.8 are equal, though the second is the larger number."""
    labels, probabilities = np.array(rows).T

    def exact(threshold):
        called = probabilities >= threshold
        return sum(Fraction(int((called[labels == k] == k).sum()), int((labels == k).sum())) for k in (0, 1))

    thresholds = every_decision(probabilities)
    lowest = max(thresholds, key=exact)  # of equals the first
    chosen = youden_threshold(labels, probabilities)
    assert np.array_equal(probabilities >= chosen, probabilities >= lowest)


def test_the_target_counts_positives_exactly():
    probabilities = np.linspace(0.05, 1, 20)
    assert sensitivity_threshold([*np.ones(20), 0], [*probabilities, 0.01], 0.95) == pytest.approx(0.075)


@pytest.mark.parametrize("choose", [youden_threshold, sensitivity_threshold])
@pytest.mark.parametrize(("labels", "count"), [([0, 0, 0], 0), ([1, 1, 1], 3)])
def test_a_missing_class_is_refused_in_a_line(choose, labels, count):
    with pytest.raises(
        SplitError, match=rf"^a threshold needs .* got {count} positive among 3 .*: choose another fold$"
    ):
        choose(labels, [0.1, 0.2, 0.3])
