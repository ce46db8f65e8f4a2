import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from common.statistics import patient_codes

names = st.lists(st.sampled_from(["", "a", "b", "10", "9"]), max_size=12)


@given(names)
def test_two_images_share_a_code_only_if_they_share_a_named_patient(patients):
    codes = patient_codes(patients)
    for i, first in enumerate(patients):
        for j, second in enumerate(patients):
            assert (codes[i] == codes[j]) == (i == j or first == second != "")


@given(names)
def test_codes_are_numbered_without_gaps(patients):
    codes = patient_codes(patients)
    assert sorted(set(codes.tolist())) == list(range(len(set(codes.tolist()))))


def test_numbers_are_names():
    assert patient_codes(np.array([7, 3, 7])).tolist() == [1, 0, 1]
