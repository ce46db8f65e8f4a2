import numpy as np
import pytest

from common.statistics import alternatives, corrected_resampled_difference, initialisation_difference
from tests.statistics.arms import arms

DECIDES, DELONG, BOOTSTRAP, FOLDS = (
    "patients and seeds (decides)",
    "DeLong, patients within folds",
    "bootstrap of patients (BCa)",
    "Nadeau-Bengio over folds",
)


def width(interval):
    return interval.high - interval.low


def test_all_estimate_the_same_difference_and_the_first_is_the_verdicts():
    pairs = arms()
    found, estimate = alternatives(pairs, n_resamples=50), initialisation_difference(pairs)
    assert list(found) == [DECIDES, DELONG, BOOTSTRAP, FOLDS]
    assert found[DECIDES] == estimate.difference.interval()
    for interval in found.values():
        assert interval.value == pytest.approx(estimate.difference.value)
        assert interval.n == estimate.images


def test_those_that_know_nothing_of_seeds_agree_and_are_too_narrow_where_seeds_differ():
    found = alternatives(arms(positives=60, negatives=60, folds=2, wobble=0.5), n_resamples=300)
    assert width(found[BOOTSTRAP]) == pytest.approx(width(found[DELONG]), rel=0.25)
    assert width(found[DECIDES]) > 1.5 * width(found[DELONG])


def test_over_folds_it_is_nadeaus_and_bengios():
    pairs = arms(seeds=1)
    differences = [initialisation_difference([pair]).difference.value for pair in pairs]
    expected = corrected_resampled_difference(differences, tested=0.2, n=180).interval()
    found = alternatives(pairs, n_resamples=20)[FOLDS]
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_a_single_fold_has_no_spread_over_folds():
    found = alternatives(arms(folds=1), n_resamples=20)
    assert np.isnan([found[FOLDS].low, found[FOLDS].high]).all()
