import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from common.metrics import average_precision, precision_recall_curve

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
