"""A slice of docs/statistics.md: 2,000 draws know a rate of 5 % to 0.5 % (one standard error)."""

import numpy as np
import pytest

from common.simulations import coverage
from common.simulations.coverage import Cell, rates
from common.simulations.scores import images
from common.statistics import auc_difference, auc_interval


@pytest.mark.parametrize("area", [0.6, 0.95])
@pytest.mark.parametrize("icc", [0.0, 0.9])
def test_with_50_positive_patients_intervals_and_test_keep_their_word(area, icc):
    found = rates(Cell(positives=50, area=area, icc=icc), draws=2000, seed=0)
    assert 0.93 <= found.area <= 0.97
    assert 0.93 <= found.difference <= 0.97
    assert 0.03 <= found.error <= 0.067
    assert (found.error_plain > 0.09) == (icc > 0)


def test_ties_and_imbalance_do_not_matter():
    found = rates(Cell(positives=50, area=0.8, icc=0.5, negatives=5, step=1.5), draws=1000, seed=0)
    assert 0.925 <= found.area <= 0.975
    assert 0.925 <= found.difference <= 0.975


def test_the_draws_are_judged_as_single_comparisons_are():
    """The same draws, one by one, through the functions that reports call."""
    cell, truth = Cell(positives=12, area=0.95, icc=0.5), 0.95
    of = images(12, 24)
    hits = np.zeros(3)
    apart = [coverage.separation(area) for area in (0.95, 0.95, 0.92)]
    for scores in coverage._scores(cell, of, apart, draws=60, seed=4):
        for one in scores:
            interval = auc_interval(of.positive, one[0], patients=of.patient)
            planted = auc_difference(of.positive, one[0], one[2], patients=of.patient).interval()
            equal = auc_difference(of.positive, one[0], one[1], patients=of.patient)
            hits += [interval.low <= truth <= interval.high, planted.low <= 0.03 <= planted.high, equal.p() < 0.05]
    found = rates(cell, draws=60, seed=4)
    assert [found.area, found.difference, found.error] == pytest.approx(hits / 60)


def test_draws_at_a_time_do_not_change_their_number(monkeypatch):
    monkeypatch.setattr(coverage, "AT_ONCE", 3 * 60 * 7)
    cell = Cell(positives=10, area=0.8, icc=0.5)
    shapes = [len(its) for its in coverage._scores(cell, images(10, 20), [1, 1, 1], draws=24, seed=0)]
    assert shapes == [7, 7, 7, 3]
