import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, t

from common.statistics import Difference

values, errors = st.floats(-0.5, 0.5), st.floats(0.001, 0.5)
freedoms = st.floats(1, 500)


def of(value, error, freedom=np.inf):
    return Difference(value=value, error=error, freedom=freedom, n=100)


def test_interval_and_p_are_the_textbooks():
    difference = of(0.03, 0.01, 9)
    assert difference.p() == pytest.approx(2 * t.sf(3, 9))
    interval = difference.interval()
    assert (interval.low, interval.high) == pytest.approx((0.03 - 2.262157 * 0.01, 0.03 + 2.262157 * 0.01))
    assert interval.n == 100
    assert of(0.03, 0.01).p() == pytest.approx(2 * norm.sf(3))


@given(values, errors, freedoms)
def test_p_is_below_5_percent_where_the_95_percent_interval_leaves_out_zero(value, error, freedom):
    difference = of(value, error, freedom)
    interval = difference.interval()
    assert (difference.p() < 0.05) == (interval.low > 0 or interval.high < 0)


@given(values, errors, freedoms, st.floats(0.001, 0.2))
def test_both_one_sided_tests_pass_where_the_90_percent_interval_is_inside_the_margin(value, error, freedom, margin):
    difference = of(value, error, freedom)
    interval = difference.interval(0.9)
    assert (difference.equivalence_p(margin) < 0.05) == (-margin < interval.low and interval.high < margin)


@given(values, errors, freedoms)
def test_false_superiority_is_half_of_p_and_at_most_a_half(value, error, freedom):
    difference = of(value, error, freedom)
    assert difference.false_superiority() == pytest.approx(difference.p() / 2)
    assert 0 <= difference.false_superiority() <= 0.5


def test_what_is_the_same_by_construction_is_known():
    same, other = of(0.0, 0.0), of(0.03, 0.0)
    assert (same.p(), same.equivalence_p(0.02), same.false_superiority()) == (1, 0, 0.5)
    assert (other.p(), other.equivalence_p(0.02)) == (0, 1)
