import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.statistics import Interval, mean_of_proportions_interval, proportion_interval


def outcomes(successes, n):
    return np.arange(n) < successes


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_is_the_published_example(successes, n, low, high):
    """Newcombe, Statistics in Medicine 17 (1998) 857, table I, method 3."""
    interval = proportion_interval(outcomes(successes, n))
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=5e-5)
    assert (interval.value, interval.n) == (successes / n, n)


@given(st.lists(st.booleans(), min_size=1, max_size=30))
def test_one_image_a_patient_is_the_plain_interval(successes):
    plain = proportion_interval(successes)
    clustered = proportion_interval(successes, patients=[""] * len(successes))
    assert (clustered.low, clustered.high) == pytest.approx((plain.low, plain.high), abs=1e-9)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=30))
def test_clusters_never_narrow_the_interval_and_it_holds_its_value(rows):
    successes, patients = zip(*rows, strict=True)
    plain, clustered = proportion_interval(successes), proportion_interval(successes, patients=patients)
    assert clustered.high - clustered.low >= plain.high - plain.low - 1e-12
    assert 0 <= clustered.low <= clustered.value <= clustered.high <= 1


@pytest.mark.parametrize(("successes", "n"), [(0, 12), (12, 12), (5, 12)])
def test_copies_within_a_patient_tell_nothing_new(successes, n):
    once = proportion_interval(outcomes(successes, n))
    copies = proportion_interval(np.repeat(outcomes(successes, n), 50), patients=np.repeat(np.arange(n), 50))
    assert (copies.low, copies.high) == pytest.approx((once.low, once.high), abs=0.012)
    assert copies.n == 50 * n


def test_one_patient_is_worth_one_image():
    interval = proportion_interval(outcomes(30, 40), patients=["a"] * 40)
    assert interval.high - interval.low > 0.8


@pytest.mark.parametrize(("clustered", "bounds"), [(True, (0.92, 0.98)), (False, (0, 0.88))])
def test_coverage_where_images_of_a_patient_agree(clustered, bounds):
    """400 draws know the coverage to 0.011: within 0.03 of 0.95 with patients, and below it without."""
    generator, patients = np.random.default_rng(0), np.repeat(np.arange(60), 4)
    hits = 0
    for _ in range(400):
        successes = generator.random(240) < generator.beta(2, 1, size=60)[patients]
        interval = proportion_interval(successes, patients=patients if clustered else None)
        hits += interval.low <= 2 / 3 <= interval.high
    assert bounds[0] <= hits / 400 <= bounds[1]


def test_no_images_is_nan():
    interval = proportion_interval([], patients=[])
    assert np.isnan([interval.value, interval.low, interval.high]).all()
    assert interval.n == 0


def test_mover_is_newcombes_published_difference():
    """56/70 - 48/80 = 0.2 [0.0524, 0.3339]: Newcombe, Statistics in Medicine 17 (1998) 873, table II, method 10.

    MOVER of Wilson intervals is that method, and p1 - p2 = p1 + (1 - p2) - 1.
    """
    mean = mean_of_proportions_interval(proportion_interval(outcomes(56, 70)), proportion_interval(outcomes(32, 80)))
    difference = [2 * bound - 1 for bound in (mean.value, mean.low, mean.high)]
    assert difference == pytest.approx([0.2, 0.0524, 0.3339], abs=5e-5)
    assert mean.n == 150


shares = st.tuples(st.integers(0, 20), st.integers(1, 20)).map(lambda pair: outcomes(min(pair), pair[1]))


@given(shares, shares)
def test_mover_is_symmetric_and_stays_within_0_and_1(first, second):
    one, other = proportion_interval(first), proportion_interval(second)
    mean = mean_of_proportions_interval(one, other)
    assert mean == mean_of_proportions_interval(other, one)
    assert 0 <= mean.low <= mean.value <= mean.high <= 1


def test_a_class_that_is_missing_leaves_the_mean_undefined():
    mean = mean_of_proportions_interval(Interval(0.8, 0.7, 0.9, 10), proportion_interval([]))
    assert np.isnan([mean.value, mean.low, mean.high]).all()


def test_mover_of_equal_proportions_narrows_with_the_root_of_their_number():
    one = proportion_interval(outcomes(30, 60))
    four = mean_of_proportions_interval(one, one, one, one)
    assert (four.value, four.n) == (one.value, 240)
    assert four.high - four.low == pytest.approx((one.high - one.low) / 2)
