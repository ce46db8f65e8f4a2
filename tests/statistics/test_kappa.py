import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from sklearn.metrics import confusion_matrix as reference

from common.statistics import confusion_matrix, weighted_kappa

pairs = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=40)


@given(pairs)
def test_the_confusion_matrix_is_scikit_learns(rows):
    labels, called = np.array(rows).T
    assert np.array_equal(confusion_matrix(labels, called, 4), reference(labels, called, labels=range(4)))


@given(rows=pairs.filter(lambda rows: len({value for row in rows for value in row}) > 1))
@pytest.mark.parametrize(("power", "weights"), [(1, "linear"), (2, "quadratic")])
def test_kappa_is_scikit_learns(rows, power, weights):
    labels, called = np.array(rows).T
    expected = cohen_kappa_score(labels, called, labels=range(4), weights=weights)
    assert weighted_kappa(confusion_matrix(labels, called, 4), power=power) == pytest.approx(expected, abs=1e-12)


@given(pairs)
def test_swapping_or_turning_the_scale_changes_nothing(rows):
    labels, called = np.array(rows).T
    plain = weighted_kappa(confusion_matrix(labels, called, 4), power=2)
    for first, second in ((called, labels), (3 - labels, 3 - called)):
        other = weighted_kappa(confusion_matrix(first, second, 4), power=2)
        assert other == pytest.approx(plain, abs=1e-12, nan_ok=True)


def test_all_agree_is_1_and_a_single_class_is_undefined():
    assert weighted_kappa(np.diag([3, 4, 5]), power=2) == 1
    assert np.isnan(weighted_kappa(np.diag([7, 0, 0]), power=1))
