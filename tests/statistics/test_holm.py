import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.statistics import holm

several = st.lists(st.floats(0, 1), min_size=1, max_size=8)


def test_an_example_worked_by_hand():
    # 0.01, 0.02, 0.03, 0.04, times 4, 3, 2, 1: 0.04, 0.06, 0.06, and 0.04, which the one before lifts to 0.06.
    assert holm([0.04, 0.01, 0.03, 0.02]).tolist() == pytest.approx([0.06, 0.04, 0.06, 0.06])


@given(several)
def test_adjusted_p_keep_their_order_and_lie_between_their_own_and_bonferronis(values):
    p, adjusted = np.array(values), holm(values)
    assert (adjusted >= p).all()
    assert (adjusted <= np.minimum(p * len(p), 1) + 1e-12).all()
    assert (np.diff(adjusted[np.argsort(p, kind="stable")]) >= 0).all()


def test_of_a_single_test_p_stays_and_of_none_there_is_none():
    assert holm([0.03]).tolist() == [0.03]
    assert holm([]).tolist() == []
