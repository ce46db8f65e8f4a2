import numpy as np
import pytest
from scipy.stats import norm

from common.simulations.scores import images, noise, separation, true_area
from common.statistics import auc


def test_patients_have_their_images_and_some_have_both_classes():
    of = images(6, 12)
    assert of.patients == 18
    assert np.bincount(of.patient).tolist() == [1, 2, 3] * 6
    assert len(np.unique(of.patient[of.positive])) == 6
    assert np.bincount(of.patient[of.positive]).tolist() == [1, 2, 2] * 2  # of three images, one is negative


@pytest.mark.parametrize("icc", [0.0, 0.5, 0.9])
def test_noise_is_standard_and_correlates_within_patients_only(icc):
    of = images(1, 2)  # patients of 1, 2 and 3 images
    correlation = np.corrcoef(noise(of, (40_000,), icc=icc, generator=np.random.default_rng(0)).T)
    same = of.patient[:, None] == of.patient
    assert correlation[same & ~np.eye(6, dtype=bool)] == pytest.approx(icc, abs=0.02)
    assert correlation[~same] == pytest.approx(0, abs=0.02)
    assert noise(of, (40_000,), icc=icc, generator=np.random.default_rng(0)).std() == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("step", [None, 0.3, 1.5])
@pytest.mark.parametrize("area", [0.6, 0.8, 0.95])
def test_the_true_area_is_what_many_images_have(area, step):
    generator, labels = np.random.default_rng(0), np.repeat([1, 0], 100_000)
    scores = generator.normal(size=labels.size) + separation(area) * labels
    scores = scores if step is None else np.rint(scores / step)
    assert true_area(separation(area), step=step) == pytest.approx(auc(labels, scores), abs=0.004)
    assert true_area(norm.ppf(area) * 2**0.5, step=None) == pytest.approx(area)
