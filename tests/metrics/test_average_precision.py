import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from common.metrics import average_precision, average_precision_of_rows, precision_recall_curve

data = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 8)), min_size=1, max_size=30).filter(
    lambda rows: any(label for label, _ in rows)
)


@given(data)
def test_average_precision_is_scikit_learns(rows):
    labels, scores = np.array(rows).T
    assert average_precision(labels, scores) == pytest.approx(average_precision_score(labels, scores), abs=1e-12)


@given(data)
def test_the_curve_ends_with_all_found_at_the_prevalence(rows):
    labels, scores = np.array(rows).T
    recall, precision = precision_recall_curve(labels, scores)
    assert (recall[-1], precision[-1]) == (1, labels.mean())
    assert (np.diff(recall) >= 0).all()


def test_without_a_positive_it_is_undefined():
    assert np.isnan(average_precision([0, 0], [0.1, 0.2]))


@given(data, st.lists(st.integers(0, 10**6), min_size=1, max_size=40))
def test_that_of_rows_is_that_of_the_images_drawn(rows, numbers):
    labels, scores = np.array(rows).T
    drawn = np.array(numbers) % len(rows)
    found = average_precision_of_rows(labels, scores)(drawn)
    assert found == pytest.approx(average_precision(labels[drawn], scores[drawn]), abs=1e-12, nan_ok=True)
