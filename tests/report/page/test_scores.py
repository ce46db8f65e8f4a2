import pytest

from common.report.page.scores import interval


@pytest.mark.parametrize("low", [None, float("nan")], ids=["from JSON", "as computed"])
def test_a_score_without_bounds_says_so(low):
    assert interval({"value": 0.0, "low": low, "high": low, "n": 3}) == "no interval"


def test_bounds_have_three_decimals():
    assert interval({"value": 0.5, "low": 0.25, "high": 0.75, "n": 3}) == "[0.250, 0.750]"
