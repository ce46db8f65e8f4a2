import pytest

from common.statistics import Interval, payoff

NUMBERS = [10, 20, 40, 80]


def curve(*values, half=0.01):
    return [Interval(value, value - half, value + half, 100) for value in values]


def test_it_pays_up_to_where_curve_and_band_fall_through_the_margin():
    found = payoff(NUMBERS, curve(0.08, 0.06, 0.04, 0.0), margin=0.02)
    assert found.patients == pytest.approx(40 * 2**0.5)
    assert found.low == pytest.approx(40 * 2**0.25)
    assert found.high == pytest.approx(40 * 2**0.75)
    assert found.start == found.first == 10
    assert found.sentence("a", "b").startswith("a pays below n = 57 training patients [48, 67] (of 10 to 80 that were")


def test_a_wider_band_is_a_wider_interval_and_a_scale_of_patients_scales_it():
    narrow = payoff(NUMBERS, curve(0.08, 0.06, 0.04, 0.0, half=0.005), margin=0.02)
    wide = payoff(NUMBERS, curve(0.08, 0.06, 0.04, 0.0, half=0.015), margin=0.02)
    assert wide.low < narrow.low < narrow.patients == wide.patients < narrow.high < wide.high
    scaled = payoff([7 * number for number in NUMBERS], curve(0.08, 0.06, 0.04, 0.0, half=0.005), margin=0.02)
    assert (scaled.low, scaled.patients) == pytest.approx((7 * narrow.low, 7 * narrow.patients))


def test_what_pays_with_all_patients_has_no_end():
    found = payoff(NUMBERS, curve(0.09, 0.08, 0.07, 0.06), margin=0.02)
    assert found.low == 80
    assert found.sentence("a", "b").startswith("a gains more than 0.02 AUC over b up to all 80 training patients")


def test_what_pays_nowhere_is_said():
    assert payoff(NUMBERS, curve(0, 0, 0, 0), margin=0.02).sentence("a", "b").startswith("a does not pay: from 10")


def test_where_few_patients_teach_neither_it_says_from_where_it_pays():
    found = payoff(NUMBERS, curve(0.0, 0.06, 0.06, 0.0), margin=0.02)
    assert found.start == pytest.approx(10 * 2**0.5)
    assert "shown to from 14 on" in found.sentence("a", "b")


def test_what_pays_again_after_it_did_not_is_shown_from_there_on():
    found = payoff(NUMBERS, curve(0.05, -0.05, 0.05, 0.05), margin=0.02)
    assert 20 < found.start < 40 < found.low == 80
    assert f"and is shown to from {found.start:.0f} on" in found.sentence("a", "b")


@pytest.mark.parametrize(
    ("values", "half", "told"),
    [
        ((0.02, 0.02, 0.02, 0.02), 0.05, "It cannot be told up to how many training patients a gains"),
        ((0.09, 0.08, 0.02, 0.01), 0.02, "training patients; beyond, it cannot be told"),
        ((0.03, 0.03, 0.01, -0.02), 0.02, "training patients on; below, it cannot be told"),
    ],
)
def test_what_cannot_be_told_is_said(values, half, told):
    assert told in payoff(NUMBERS, curve(*values, half=half), margin=0.02).sentence("a", "b")
