from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import rankdata

from common.statistics import auc, auc_difference, initialisation_difference
from tests.statistics.arms import arms, changed, turned


def same(one, other, *, rel=1e-9):
    values = [(its.difference.value, its.difference.error, its.difference.freedom) for its in (one, other)]
    return values[0] == pytest.approx(values[1], rel=rel, abs=1e-12)


def test_the_difference_is_the_mean_within_folds_over_folds_and_seeds():
    pairs = arms(seeds=4)
    within = [auc(pair.label, pair.score_a) - auc(pair.label, pair.score_b) for pair in pairs]
    estimate = initialisation_difference(pairs)
    assert estimate.difference.value == pytest.approx(np.mean(within))
    assert estimate.areas[0] - estimate.areas[1] == pytest.approx(np.mean(within))
    facts = (estimate.images, estimate.patients, estimate.positives, estimate.negatives, estimate.seeds, estimate.folds)
    assert facts == (180, 90, 30, 60, 4, 5)
    assert estimate.fewest == 6


def test_scores_are_never_pooled_across_folds():
    """Each fold's model has a scale of its own, which a common ranking would take for a difference."""
    pairs = arms()
    scaled = [changed(pair, score_a=pair.score_a * (1 + i) - 10 * i) for i, pair in enumerate(pairs)]
    assert same(initialisation_difference(scaled), initialisation_difference(pairs))


def test_of_one_seed_and_one_fold_it_is_delongs_test():
    (pair,) = arms(seeds=1, folds=1)
    ours = initialisation_difference([pair]).difference
    delong = auc_difference(pair.label, pair.score_a, pair.score_b, patients=pair.patient)
    assert (ours.value, ours.error, ours.freedom) == pytest.approx((delong.value, delong.error, delong.freedom))


def test_of_one_seed_the_variance_is_that_of_independent_folds():
    pairs = arms(seeds=1)
    tests = [auc_difference(pair.label, pair.score_a, pair.score_b, patients=pair.patient) for pair in pairs]
    expected = sum(test.error**2 for test in tests) / len(tests) ** 2
    assert initialisation_difference(pairs).difference.error ** 2 == pytest.approx(expected)


def test_variance_is_obuchowskis_and_rocketts_of_readers():
    """Of one fold: variance over seeds, divided by their number, plus the mean covariance of two seeds' differences."""
    pairs = arms(seeds=4, folds=1)
    differences = np.array([auc(pair.label, pair.score_a) - auc(pair.label, pair.score_b) for pair in pairs])
    errors = np.zeros((4, 4))
    for i, one in enumerate(pairs):
        for j, other in enumerate(pairs):
            errors[i, j] = _covariance(one, other)
    shared = errors[~np.eye(4, dtype=bool)].mean()
    estimate = initialisation_difference(pairs)
    assert estimate.difference.error**2 == pytest.approx(differences.var(ddof=1) / 4 + shared)
    assert estimate.patient_variance == pytest.approx(errors.mean())


def _covariance(one, other):
    """Of two differences of areas, from their sum and their difference."""
    from common.statistics import auc_covariance

    scores = [one.score_a, one.score_b, other.score_a, other.score_b]
    covariance = auc_covariance(one.label, scores, patients=one.patient)[1]
    return np.array([1, -1, 0, 0]) @ covariance @ np.array([0, 0, 1, -1])


def test_seeds_that_differ_widen_the_interval_and_cost_degrees_of_freedom():
    calm, wild = (initialisation_difference(arms(seeds=5, wobble=wobble)) for wobble in (0.0, 1.0))
    assert wild.difference.error > 2 * calm.difference.error
    assert 4 <= wild.difference.freedom < 6 < calm.difference.freedom
    assert wild.seed_variance > 10 * calm.seed_variance


def test_with_fewer_than_three_seeds_seeds_do_not_count():
    assert initialisation_difference(arms(seeds=2, wobble=1.0)).seed_variance == 0


@pytest.mark.parametrize("seeds", [1, 3])
def test_exchanging_the_models_turns_the_difference_around(seeds):
    pairs = arms(seeds=seeds)
    one, other = (initialisation_difference(its) for its in (pairs, turned(pairs)))
    assert same(one, replace(other, difference=replace(other.difference, value=-other.difference.value)))
    assert one.areas == pytest.approx(other.areas[::-1])


@pytest.mark.parametrize("seeds", [1, 3])
def test_swapping_the_classes_turns_the_difference_around(seeds):
    pairs = arms(seeds=seeds)
    one = initialisation_difference(pairs)
    other = initialisation_difference([changed(pair, label=1 - pair.label) for pair in pairs])
    assert same(one, replace(other, difference=replace(other.difference, value=-other.difference.value)))


@pytest.mark.parametrize("seeds", [1, 3])
def test_only_the_order_of_scores_matters(seeds):
    pairs = arms(seeds=seeds)
    ranked = [changed(pair, score_a=rankdata(pair.score_a), score_b=np.exp(pair.score_b / 9)) for pair in pairs]
    assert same(initialisation_difference(ranked), initialisation_difference(pairs))


@pytest.mark.parametrize("seeds", [1, 3])
def test_copies_within_a_patient_tell_nothing_new(seeds):
    pairs = arms(seeds=seeds)
    names = ("label", "score_a", "score_b", "patient")
    copies = [
        changed(
            pair,
            image=np.char.add(np.repeat(pair.image, 3), np.tile(["", "'", "''"], len(pair.image))),
            **{name: np.repeat(getattr(pair, name), 3) for name in names},
        )
        for pair in pairs
    ]
    once, more = initialisation_difference(pairs), initialisation_difference(copies)
    assert same(once, more)
    assert (more.images, more.patients) == (3 * once.images, once.patients)


def test_as_many_patients_again_halve_the_patients_part_of_the_variance():
    pairs = arms(seeds=1, positives=60, negatives=60)
    twice = [
        changed(
            pair,
            label=np.tile(pair.label, 2),
            score_a=np.tile(pair.score_a, 2),
            score_b=np.tile(pair.score_b, 2),
            image=np.concatenate([pair.image, np.char.add(pair.image, "'")]),
            patient=np.concatenate([pair.patient, np.char.add(pair.patient, "'")]),
        )
        for pair in pairs
    ]
    once, more = initialisation_difference(pairs), initialisation_difference(twice)
    # 12 patients of each class in a fold: 24 / 23 in place of 12 / 11, and half the sum of squares.
    assert more.patient_variance == pytest.approx(once.patient_variance / 2 * (24 / 23) / (12 / 11))


def test_images_are_counted_once_where_test_parts_overlap():
    (whole,) = arms(seeds=1, folds=1)
    rows = np.arange(len(whole.label)) % 3 > 0  # of two images a patient, some are left out
    names = ("label", "score_a", "score_b", "image", "patient")
    part = changed(whole, fold="part", **{name: getattr(whole, name)[rows] for name in names})
    assert initialisation_difference([whole, part]).images == len(whole.label)


def test_a_repeated_split_has_no_more_patients():
    once, repeated = (initialisation_difference(arms(seeds=1, repeats=repeats)) for repeats in (1, 4))
    assert (repeated.images, repeated.patients, repeated.folds) == (once.images, once.patients, 20)
    # Models trained anew on other folds of the same patients: what they share does not average out.
    assert repeated.difference.error > once.difference.error / 2


def test_two_perfect_initialisations_may_still_differ_and_the_same_one_does_not():
    perfect = initialisation_difference(arms(apart=50.0))
    assert perfect.difference.value == 0
    assert 0.03 < perfect.difference.error < 0.06
    itself = initialisation_difference([changed(pair, score_b=pair.score_a) for pair in arms()])
    assert (itself.difference.value, itself.difference.error) == (0, 0)
