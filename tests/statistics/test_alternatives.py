import numpy as np
import pytest

from common.statistics import alternatives, corrected_resampled_difference, initialisation_difference
from tests.statistics.arms import arms, changed

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
    found, estimate = alternatives(pairs, share=0.2, n_resamples=50), initialisation_difference(pairs)
    assert list(found) == [DECIDES, DELONG, BOOTSTRAP, FOLDS]
    assert found[DECIDES] == estimate.difference.interval()
    for interval in found.values():
        assert interval.value == pytest.approx(estimate.difference.value)
        assert interval.n == estimate.images


def test_those_that_know_nothing_of_seeds_agree_and_are_too_narrow_where_seeds_differ():
    found = alternatives(arms(positives=60, negatives=60, folds=2, wobble=0.5), share=0.2, n_resamples=300)
    assert width(found[BOOTSTRAP]) == pytest.approx(width(found[DELONG]), rel=0.25)
    assert width(found[DECIDES]) > 1.5 * width(found[DELONG])


def test_over_folds_it_is_nadeaus_and_bengios():
    pairs = arms(seeds=1)
    differences = [initialisation_difference([pair]).difference.value for pair in pairs]
    expected = corrected_resampled_difference(differences, tested=0.2, n=180).interval()
    found = alternatives(pairs, share=0.2, n_resamples=20)[FOLDS]
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_of_some_of_the_folds_it_takes_the_share_of_the_data_that_one_tests():
    some = [pair for pair in arms(seeds=1) if pair.fold in ("0/0", "0/1")]
    differences = [initialisation_difference([pair]).difference.value for pair in some]
    expected = corrected_resampled_difference(differences, tested=0.2, n=1).interval()
    found = alternatives(some, share=0.2, n_resamples=20)[FOLDS]
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_folds_that_test_the_same_patients_have_no_spread_over_folds():
    (pair,) = arms(seeds=1, folds=1)
    found = alternatives([pair, changed(pair, fold="1")], share=0.2, n_resamples=20)
    assert np.isnan([found[FOLDS].low, found[FOLDS].high]).all()


def test_a_single_fold_has_no_spread_over_folds():
    found = alternatives(arms(folds=1), share=0.2, n_resamples=20)
    assert np.isnan([found[FOLDS].low, found[FOLDS].high]).all()
