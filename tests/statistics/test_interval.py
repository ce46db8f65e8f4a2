import pytest

from common.statistics.interval import NAN, Interval, normal_quantile


def test_dictionary_is_the_form_of_metrics_json():
    assert Interval(0.8, 0.7, 0.9, 40).as_dict() == {"value": 0.8, "low": 0.7, "high": 0.9, "n": 40}


def test_text_never_shows_a_value_alone():
    assert str(Interval(0.8241, 0.78, 0.861, 376)) == "0.824 [0.780, 0.861], n = 376"
    assert str(Interval(1.0, NAN, NAN, 60)) == "1.000 [no interval], n = 60"


@pytest.mark.parametrize(("level", "z"), [(0.90, 1.6449), (0.95, 1.9600), (0.99, 2.5758)])
def test_quantiles_of_the_normal_distribution(level, z):
    assert normal_quantile(level) == pytest.approx(z, abs=1e-4)
