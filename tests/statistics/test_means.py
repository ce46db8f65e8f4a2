import numpy as np
import pytest

from common.statistics.means import mean_over_seeds


def test_with_one_seed_and_image_a_patient_it_is_the_standard_error_of_the_mean():
    values = np.random.default_rng(0).normal(size=50)
    found = mean_over_seeds([values], np.arange(50).astype(str))
    assert found.value == pytest.approx(values.mean())
    assert found.error == pytest.approx(values.std(ddof=1) / 50**0.5)
    assert found.freedom == 49


def test_copies_of_images_change_nothing():
    values = np.random.default_rng(1).normal(size=(3, 40))
    patients = np.arange(40).astype(str)
    one, twice = mean_over_seeds(values, patients), mean_over_seeds(np.tile(values, 2), np.tile(patients, 2))
    assert (twice.value, twice.error, twice.freedom) == pytest.approx((one.value, one.error, one.freedom))


def test_intervals_hold_the_truth_in_nineteen_of_twenty():
    generator = np.random.default_rng(2)
    patients, held = np.repeat(np.arange(30), 2).astype(str), 0
    for _ in range(600):
        image = 0.1 * generator.normal(size=30).repeat(2) + 0.05 * generator.normal(size=60)
        values = image + 0.02 * generator.normal(size=(3, 1)) + 0.05 * generator.normal(size=(3, 60))
        its = mean_over_seeds(values, patients).interval()
        held += its.low < 0 < its.high
    assert 0.93 < held / 600 < 0.98
