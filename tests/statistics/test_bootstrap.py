import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.statistics import bootstrap_interval, bootstrap_intervals, bootstrap_means, patient_resamples

values = np.random.default_rng(0).normal(size=120)
patients = np.arange(120) // 3


def mean(rows):
    return float(values[rows].mean())


def test_same_seed_same_interval_another_seed_nearly():
    first = bootstrap_interval(mean, patients, seed=1)
    assert first == bootstrap_interval(mean, patients, seed=1)
    other = bootstrap_interval(mean, patients, seed=2)
    assert (first.low, first.high) != (other.low, other.high)
    assert (first.low, first.high) == pytest.approx((other.low, other.high), abs=0.03)


def test_the_interval_of_a_mean_is_the_textbooks():
    interval = bootstrap_interval(mean, [""] * 120)
    half = 1.96 * values.std() / 120**0.5
    assert (interval.low, interval.high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.02)
    assert (interval.value, interval.n) == (mean(np.arange(120)), 120)


def test_copies_within_a_patient_tell_nothing_new():
    once = bootstrap_interval(mean, np.arange(120))
    copies = bootstrap_interval(lambda rows: mean(rows // 5), np.repeat(np.arange(120), 5))
    assert (copies.low, copies.high) == pytest.approx((once.low, once.high), abs=1e-12)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 1), st.sampled_from(["", "a", "b", "c"])), min_size=1, max_size=15))
def test_a_resample_holds_whole_patients_and_as_many_of_each_stratum(rows):
    labels, names = (np.array(column) for column in zip(*rows, strict=True))
    keys = np.array([name or f"image {i}" for i, name in enumerate(names)])
    with_positive = set(keys[labels == 1])
    for drawn in patient_resamples(names, labels=labels, n_resamples=5, seed=0):
        counts = np.bincount(drawn, minlength=len(rows))
        for key in set(keys):
            assert len(set(counts[keys == key])) == 1
        repeats = {key: counts[keys == key][0] for key in set(keys)}
        assert sum(repeats[key] for key in with_positive) == len(with_positive)
        assert sum(repeats.values()) == len(repeats)


def test_without_labels_positives_may_be_missing():
    labels = np.arange(10) == 0
    draws = list(patient_resamples([""] * 10, n_resamples=200, seed=0))
    assert 0.2 < np.mean([not labels[rows].any() for rows in draws]) < 0.5  # (1 - 1/10)^10 = 0.35


def test_undefined_resamples_are_left_out():
    def sometimes(rows):
        return mean(rows) if 0 in rows else float("nan")

    assert np.isfinite(
        [bootstrap_interval(sometimes, patients).low, bootstrap_interval(sometimes, patients).high]
    ).all()


@pytest.mark.parametrize(
    ("metric", "names", "value"),
    [
        pytest.param(lambda rows: 1.0, [""] * 9, 1.0, id="perfect"),
        pytest.param(lambda rows: float(rows.sum()), ["a"] * 9, 36.0, id="one patient"),
        pytest.param(lambda rows: float("nan"), [""] * 9, np.nan, id="undefined"),
        pytest.param(lambda rows: 1.0, [], np.nan, id="no images"),
    ],
)
def test_where_resampling_has_nothing_to_say_there_is_no_interval(metric, names, value):
    interval = bootstrap_interval(metric, names, n_resamples=50)
    assert interval.value == pytest.approx(value, nan_ok=True)
    assert np.isnan([interval.low, interval.high]).all()
    assert interval.n == len(names)


def test_several_metrics_share_resamples_and_keep_their_own_intervals():
    def largest(rows):
        return float(values[rows].max())

    together = bootstrap_intervals([mean, largest], patients, labels=patients % 2, n_resamples=100)
    alone = [bootstrap_interval(its, patients, labels=patients % 2, n_resamples=100) for its in (mean, largest)]
    assert together == alone
    assert [its.n for its in bootstrap_intervals([mean, largest], [])] == [0, 0]


def test_means_of_columns_have_the_intervals_that_each_has_alone():
    columns = np.stack([values, values**2, np.full(120, 0.3)], axis=1)
    for column, found in zip(columns.T, bootstrap_means(columns, patients), strict=True):
        alone = bootstrap_interval(lambda rows, column=column: float(column[rows].mean()), patients)
        assert (found.value, found.low, found.high) == pytest.approx(
            (alone.value, alone.low, alone.high), abs=1e-12, nan_ok=True
        )
        assert found.n == 120


def test_means_of_one_patient_or_of_none_have_no_interval():
    alone, nothing = bootstrap_means(values[:, None], ["a"] * 120)[0], bootstrap_means(np.empty((0, 2)), [])
    assert alone.value == pytest.approx(values.mean())
    assert np.isnan([alone.low, alone.high]).all()
    assert [its.n for its in nothing] == [0, 0]
