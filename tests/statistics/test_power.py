import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from common.statistics import auc_covariance, reach
from common.statistics.power import POWER, deciding_error, equivalence_power, planned_variance

few = st.integers(20, 400)


def test_the_planned_variance_is_worked_by_hand():
    # 0.8 * 0.2 + 1 * (0.8 / 1.2 - 0.64) + 2 * (1.28 / 1.8 - 0.64), divided by 2 * 3.
    assert planned_variance(0.8, 2, 3) == pytest.approx((0.16 + 0.0266667 + 0.1422222) / 6)


def test_the_planned_variance_is_on_the_safe_side_of_what_is_found():
    generator, labels = np.random.default_rng(0), np.repeat([1, 0], [60, 120])
    scores = generator.normal(size=(500, 1, 180)) + 2**0.5 * norm.ppf(0.85) * labels
    found = auc_covariance(labels, scores)[1].mean()
    assert found < planned_variance(0.85, 60, 120) < 1.4 * found


def test_power_of_equivalence_is_the_share_of_intervals_inside_the_margin():
    generator = np.random.default_rng(0)
    drawn = 0.005 + 0.007 * generator.normal(size=100_000)
    inside = np.abs(drawn) + norm.ppf(0.95) * 0.007 < 0.02
    assert equivalence_power(0.007, 0.02, difference=0.005) == pytest.approx(inside.mean(), abs=0.01)


@given(st.floats(-0.2, 0.2), st.floats(0.005, 0.1), st.floats(0.01, 0.05))
def test_the_deciding_error_has_the_power_asked_for(difference, margin, alpha):
    error = deciding_error(difference, margin, alpha=alpha)
    found = norm.sf(norm.ppf(1 - alpha / 2) - abs(difference) / error) if error else 1.0
    equivalent = equivalence_power(error, margin, difference=abs(difference)) if error else 0.0
    assert max(found, equivalent) == pytest.approx(POWER, abs=1e-3)


@given(few, few)
def test_more_patients_bring_equivalence_nearer(positives, negatives):
    once, twice = reach(positives, negatives), reach(2 * positives, 2 * negatives)
    assert twice.power >= once.power
    assert reach(positives, negatives, margin=0.05).patients <= once.patients


def test_the_number_it_asks_for_is_enough():
    asked = reach(100, 300)
    assert asked.power == 0
    enough = reach(asked.patients // 4 + 1, 3 * asked.patients // 4 + 1)
    assert enough.power == pytest.approx(POWER, abs=0.02)


@pytest.mark.parametrize("patients", [(19, 500), (500, 19)])
def test_below_20_patients_of_a_class_it_says_that_no_verdict_is_possible(patients):
    result = reach(*patients, margin=0.5)
    words = f"it takes 20 positive and as many negative patients, and there are {patients[0]} and {patients[1]}"
    assert result.power == 0
    assert words in result.sentence


@pytest.mark.parametrize(
    ("patients", "words"),
    [
        ((100, 300), "is out of reach with 400 patients, 100 of them positive: 0% would find it"),
        ((900, 2700), "is unlikely with 3600 patients"),
        ((2000, 6000), "is within reach with 8000 patients"),
    ],
)
def test_the_sentence_says_whether_equivalent_can_come_out(patients, words):
    result = reach(*patients)
    assert words in result.sentence
    assert (f"about {result.patients} patients would give 80%" in result.sentence) == (result.power < POWER)
