import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss

from common.metrics import (
    apply_temperature,
    brier_score,
    calibration_gaps,
    expected_calibration_error,
    fit_temperature,
    reliability_curve,
)
from common.metrics.calibration import SMALLEST_PROBABILITY, TEMPERATURES

data = st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1)), min_size=1, max_size=40)


def two_classes(positive):
    return np.stack([1 - positive, positive], axis=1)


def calibrated(n, seed=0):
    generator = np.random.default_rng(seed)
    positive = 1 / (1 + np.exp(-generator.normal(0, 2, n)))
    return (generator.random(n) < positive).astype(int), two_classes(positive)


@given(data)
def test_brier_score_is_scikit_learns(rows):
    labels, probabilities = np.array(rows).T
    assert brier_score(labels, probabilities) == pytest.approx(brier_score_loss(labels, probabilities, pos_label=1))


def slow_calibration_error(labels, probabilities, bins):
    error = 0.0
    for b in range(bins):
        inside = [i for i, p in enumerate(probabilities) if min(int(p * bins), bins - 1) == b]
        if inside:
            error += len(inside) * abs(np.mean(probabilities[inside]) - np.mean(labels[inside]))
    return error / len(labels)


@given(data, st.sampled_from([1, 7, 15]))
def test_calibration_error_is_its_definition(rows, bins):
    labels, probabilities = np.array(rows).T
    expected = slow_calibration_error(labels, probabilities, bins)
    assert expected_calibration_error(labels, probabilities, bins) == pytest.approx(expected, abs=1e-12)


@given(data)
def test_the_curve_and_the_gaps_add_up_to_the_error(rows):
    labels, probabilities = np.array(rows).T
    curve, error = reliability_curve(labels, probabilities), expected_calibration_error(labels, probabilities)
    assert curve.count.sum() == len(rows)
    assert np.nansum(curve.count * abs(curve.predicted - curve.observed)) / len(rows) == pytest.approx(error, abs=1e-12)
    assert calibration_gaps(labels, probabilities).mean() == pytest.approx(error, abs=1e-12)


def test_an_empty_bin_is_nan_and_the_last_holds_certainty():
    curve = reliability_curve([0, 1, 1], [0.1, 1.0, 0.95], bins=4)
    assert curve.count.tolist() == [1, 0, 0, 2]
    assert np.allclose(curve.predicted, [0.1, np.nan, np.nan, 0.975], equal_nan=True)
    assert np.allclose(curve.observed, [0, np.nan, np.nan, 1], equal_nan=True)


def test_without_images_scores_are_undefined():
    assert np.isnan([brier_score([], []), expected_calibration_error([], [])]).all()


@given(st.floats(*TEMPERATURES), st.lists(st.floats(1e-6, 1 - 1e-6), min_size=2, max_size=20))
def test_temperature_keeps_rows_of_probabilities_and_their_order(temperature, positive):
    softened = apply_temperature(two_classes(np.array(positive)), temperature)
    assert np.allclose(softened.sum(axis=1), 1)
    assert (np.diff(softened[np.argsort(positive), 1]) >= 0).all()


@given(st.floats(1, TEMPERATURES[1]))  # below 1, the clip takes what the second cannot give back
def test_two_temperatures_multiply(temperature):
    _, probabilities = calibrated(50)
    once = apply_temperature(probabilities, temperature)
    assert np.allclose(apply_temperature(once, 1 / temperature), probabilities, atol=1e-4)


@pytest.mark.parametrize("classes", [2, 5])
@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_the_fit_undoes_the_temperature_that_spoilt_the_probabilities(classes, temperature):
    generator = np.random.default_rng(0)
    truth = apply_temperature(np.exp(generator.normal(0, 1.2, (20_000, classes))), 1)
    labels = (truth.cumsum(axis=1) < generator.random((20_000, 1))).sum(axis=1)
    assert fit_temperature(labels, apply_temperature(truth, 1 / temperature)) == pytest.approx(temperature, rel=0.05)


def test_calibration_error_falls_by_the_fit():
    labels, truth = calibrated(5000)
    spoilt = apply_temperature(truth, 0.3)
    mended = apply_temperature(spoilt, fit_temperature(labels, spoilt))
    assert expected_calibration_error(labels, spoilt[:, 1]) > 0.1
    assert expected_calibration_error(labels, mended[:, 1]) < 0.03


@pytest.mark.parametrize(
    ("labels", "bound"),
    [
        pytest.param([0, 0, 1, 1], TEMPERATURES[0], id="separated"),
        pytest.param([1, 1, 0, 0], TEMPERATURES[1], id="reversed"),
    ],
)
def test_what_would_run_away_stops_at_a_bound(labels, bound):
    positive = np.array([0.2, 0.4, 0.6, 0.8])
    assert fit_temperature(labels, two_classes(positive)) == pytest.approx(bound, rel=1e-3)


def test_certainty_that_is_wrong_stays_finite():
    softened = apply_temperature([[1.0, 0.0]], 1.0)
    assert softened[0, 1] == pytest.approx(SMALLEST_PROBABILITY, rel=1e-6)
    assert np.isfinite(fit_temperature([0, 1], [[1.0, 0.0], [1.0, 0.0]]))
