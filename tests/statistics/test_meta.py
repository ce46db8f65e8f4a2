import numpy as np
import pytest

from common.statistics.meta import meta_regression

BCG = np.array(
    [
        (4, 119, 11, 128, 44),
        (6, 300, 29, 274, 55),
        (3, 228, 11, 209, 42),
        (62, 13536, 248, 12619, 52),
        (33, 5036, 47, 5761, 13),
        (180, 1361, 372, 1079, 44),
        (8, 2537, 10, 619, 19),
        (505, 87886, 499, 87892, 13),
        (29, 7470, 45, 7232, 27),
        (17, 1699, 65, 1600, 42),
        (186, 50448, 141, 27197, 18),
        (5, 2493, 3, 2338, 33),
        (27, 16886, 29, 17825, 33),
    ]
)
"""Trials of BCG vaccine against tuberculosis: cases and others, vaccinated and not; absolute latitude.

Colditz et al., JAMA 271 (1994) 698, as `dat.bcg` of R's metafor has them.
"""


@pytest.fixture
def trials():
    a, b, c, d, latitude = BCG.T
    log_risk_ratio = np.log(a / (a + b)) - np.log(c / (c + d))
    variance = 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)
    return log_risk_ratio, variance**0.5, latitude


def test_it_agrees_with_metafor_on_its_own_example(trials):
    # https://www.metafor-project.org: rma(yi, vi, mods = ~ ablat, data = dat), tau2 by REML.
    found = meta_regression(*trials)
    assert found.coefficients == pytest.approx([0.2515, -0.0291], abs=5e-5)
    assert found.tau2 == pytest.approx(0.0764, abs=1e-4)  # metafor's iterations end at changes of 1e-5
    assert found.i2 == pytest.approx(0.6839, abs=5e-4)
    assert found.covariance[1, 1] ** 0.5 >= 0.0072 - 5e-5
    assert found.freedom == 11


def test_a_shift_moves_the_line_and_a_scale_scales_all(trials):
    y, error, x = trials
    found, shifted, scaled = (meta_regression(*its) for its in (trials, (y + 1, error, x), (3 * y, 3 * error, x)))
    assert shifted.coefficients == pytest.approx(found.coefficients + np.array([1, 0]))
    assert shifted.tau2 == pytest.approx(found.tau2, rel=1e-4)
    assert scaled.slope.low == pytest.approx(3 * found.slope.low, rel=1e-4)
    assert scaled.p == pytest.approx(found.p, rel=1e-3)


def test_another_task_varies_more_than_the_mean(trials):
    found = meta_regression(*trials)
    mean, another = found.at(33), found.at(33, of_another_task=True)
    assert another.value == mean.value
    assert another.low < mean.low < mean.high < another.high


def test_tasks_that_agree_have_no_variance_of_their_own():
    x = np.arange(10.0)
    found = meta_regression(0.1 - 0.01 * x, np.full(10, 0.02), x)
    assert (found.tau2, found.i2) == (0, 0)
    assert found.slope.value == pytest.approx(-0.01)
    assert found.slope.low < -0.01 < found.slope.high


def test_a_slope_that_is_not_there_is_found_in_one_of_twenty():
    generator = np.random.default_rng(0)
    found = 0
    for _ in range(400):
        error = generator.uniform(0.01, 0.05, 8)
        y = 0.03 * generator.normal(size=8) + error * generator.normal(size=8)
        found += meta_regression(y, error, np.log10(generator.uniform(100, 10_000, 8))).p < 0.05
    assert found / 400 < 0.08
