from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_curve as sklearn_roc_curve

from common.statistics import auc, roc_band, roc_curve
from common.statistics.roc import mean_roc
from tests.statistics.arms import arms

data = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 8)), min_size=2, max_size=30).filter(
    lambda rows: {label for label, _ in rows} == {0, 1}
)


@given(data)
def test_points_are_scikit_learns(rows):
    labels, scores = np.array(rows).T
    expected = sklearn_roc_curve(labels, scores, drop_intermediate=False)[:2]
    assert np.allclose(roc_curve(labels, scores), expected)


@given(data)
def test_area_below_the_curve_is_the_auc(rows):
    labels, scores = np.array(rows).T
    x, y = roc_curve(labels, scores)
    assert np.sum(np.diff(x) * (y[1:] + y[:-1]) / 2) == pytest.approx(auc(labels, scores))


@pytest.fixture(scope="module")
def example():
    generator = np.random.default_rng(0)
    labels = generator.random(200) < 0.4
    return labels, labels + generator.normal(size=200)


def test_band_holds_the_curve_and_is_seeded(example):
    labels, scores = example
    band = roc_band(labels, scores, patients=[""] * 200, n_resamples=300)
    curve = np.interp(band.false_positive, *roc_curve(labels, scores))
    assert np.mean((band.low <= curve + 1e-9) & (curve <= band.high + 1e-9)) > 0.98
    assert np.array_equal(band.low, roc_band(labels, scores, patients=[""] * 200, n_resamples=300).low)


def test_band_widens_where_images_are_copies(example):
    labels, scores = (np.repeat(column, 4) for column in example)
    kwargs = {"n_resamples": 200}
    clustered = roc_band(labels, scores, patients=np.repeat(np.arange(200), 4), **kwargs)
    plain = roc_band(labels, scores, patients=np.arange(800), **kwargs)
    assert np.mean(clustered.high - clustered.low) == pytest.approx(2 * np.mean(plain.high - plain.low), rel=0.15)


def test_the_area_below_a_mean_curve_is_the_mean_area_and_its_band_holds_it():
    pairs = arms(gain=0.5)
    its = mean_roc(pairs, n_resamples=100)
    area = np.sum(np.diff(its.false_positive) * (its.sensitivity[1:] + its.sensitivity[:-1]) / 2)
    # The grid cuts the corners of steps that lie between its 101 places.
    assert area == pytest.approx(np.mean([auc(pair.label, pair.score_a) for pair in pairs]), abs=3e-3)
    assert np.mean((its.low <= its.sensitivity) & (its.sensitivity <= its.high)) > 0.95
    assert np.array_equal(mean_roc(pairs, n_resamples=100).low, its.low)
    shifted = [replace(pair, score_a=3 * pair.score_a + pair.seed) for pair in pairs]
    assert np.array_equal(mean_roc(shifted, n_resamples=10).sensitivity, its.sensitivity)


def by_difficulty(pair, mark):
    """The patients called by the rank of their scores."""
    means = {name: pair.score_a[pair.patient == name].mean() for name in np.unique(pair.patient)}
    names = {name: f"{rank:03d}{mark}" for rank, name in enumerate(sorted(means, key=means.get))}
    return replace(pair, fold=mark, patient=np.array([names[name] for name in pair.patient]))


def test_patients_of_two_folds_are_drawn_apart_and_those_of_one_that_is_tested_twice_together():
    """One stream of draws for every fold would take the easy patients of all of them at once."""
    one, other = (by_difficulty(arms(seeds=1, folds=1, seed=seed)[0], str(seed)) for seed in (0, 1))

    def width(*pairs):
        band = mean_roc(pairs, n_resamples=400)
        return np.mean((band.high - band.low)[10:50])

    assert width(one, replace(one, fold="again")) == pytest.approx(width(one), rel=0.01)
    assert width(one, other) == pytest.approx((width(one) + width(other)) / 2 / 2**0.5, rel=0.15)
