import numpy as np
import pytest

from common.statistics import corrected_resampled_difference


def test_the_error_is_worked_by_hand():
    # Five folds: variance of (1, 2, 3, 4, 5) is 2.5; times 1/5 + 0.2/0.8 = 0.45.
    difference = corrected_resampled_difference([0.01, 0.02, 0.03, 0.04, 0.05], tested=0.2, n=300)
    assert difference.value == pytest.approx(0.03)
    assert difference.error**2 == pytest.approx(0.00025 * 0.45)
    assert (difference.freedom, difference.n) == (4, 300)


def test_more_repeats_do_not_make_the_error_vanish():
    differences = np.random.default_rng(0).normal(scale=0.02, size=5000)
    error = corrected_resampled_difference(differences, tested=0.2, n=300).error
    assert error == pytest.approx(0.02 * 0.25**0.5, rel=0.05)
