import numpy as np
import pytest

from common.errors import SplitError
from common.localization.baselines import centre_prior, others


def test_the_centre_prior_is_symmetric_strongest_in_the_middle_and_as_wide_as_the_image():
    prior = centre_prior(20, 40).numpy()
    assert prior.max() == prior[10, 20] == 1
    assert np.allclose(prior, prior[::-1])
    assert np.allclose(prior, prior[:, ::-1])
    assert (prior > 0.5).any(axis=1).mean() == pytest.approx((prior > 0.5).any(axis=0).mean(), abs=0.05)


def test_another_patients_mask_is_never_ones_own_and_always_the_same():
    patients = ["a", "a", "a", "b", "", "", "c"] * 3
    drawn = others(patients)
    assert np.array_equal(drawn, others(patients))
    for image, other in enumerate(drawn):
        assert image != other
        assert patients[image] != patients[other] or not patients[image]


def test_one_patient_cannot_be_shuffled():
    with pytest.raises(SplitError, match=r"two or more in each part; got one: prepare more patients"):
        others(["a", "a"])
