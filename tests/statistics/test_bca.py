import numpy as np
import pytest
from scipy.stats import bootstrap

from common.statistics import auc, auc_interval, bca_interval, bootstrap_interval

skewed = np.random.default_rng(0).lognormal(size=60)


def mean(rows):
    return float(skewed[rows].mean())


def test_of_independent_images_it_is_scipys():
    expected = bootstrap((skewed,), np.mean, n_resamples=9999, rng=np.random.default_rng(1)).confidence_interval
    interval = bca_interval(mean, [""] * 60, n_resamples=9999)
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high), rel=0.02)
    assert (interval.value, interval.n) == (mean(np.arange(60)), 60)


def test_it_moves_towards_the_long_tail():
    bca, percentiles = bca_interval(mean, [""] * 60), bootstrap_interval(mean, [""] * 60)
    assert bca.low > percentiles.low
    assert bca.high > percentiles.high


def test_copies_within_a_patient_tell_nothing_new():
    once = bca_interval(mean, np.arange(60), n_resamples=300)
    copies = bca_interval(lambda rows: mean(rows // 5), np.repeat(np.arange(60), 5), n_resamples=300)
    assert (copies.low, copies.high) == pytest.approx((once.low, once.high), abs=1e-12)


def test_blocks_of_many_patients_give_nearly_the_same(monkeypatch):
    each = bca_interval(mean, np.arange(60))
    monkeypatch.setattr("common.statistics.bca.BLOCKS", 20)
    blocks = bca_interval(mean, np.arange(60))
    assert (blocks.low, blocks.high) == pytest.approx((each.low, each.high), rel=0.05)


def test_of_an_auc_it_is_delongs():
    generator = np.random.default_rng(2)
    labels, patients = np.repeat([1, 0], [80, 120]), np.arange(200) // 2
    scores = labels + generator.normal(size=100)[patients] / 2 + generator.normal(size=200)
    delong = auc_interval(labels, scores, patients=patients)
    bca = bca_interval(lambda rows: auc(labels[rows], scores[rows]), patients, labels=labels, n_resamples=1000)
    assert (bca.low, bca.high) == pytest.approx((delong.low, delong.high), abs=0.015)


@pytest.mark.parametrize(
    ("metric", "names"),
    [
        pytest.param(lambda rows: 1.0, [""] * 9, id="perfect"),
        pytest.param(lambda rows: float(rows.sum()), ["a"] * 9, id="one patient"),
        pytest.param(lambda rows: float("nan"), [""] * 9, id="undefined"),
        pytest.param(lambda rows: rows.mean() if 0 in rows else float("nan"), [""] * 9, id="undefined without one"),
        pytest.param(lambda rows: 1.0, [], id="no images"),
    ],
)
def test_where_resampling_has_nothing_to_say_there_is_no_interval(metric, names):
    interval = bca_interval(metric, names, n_resamples=50)
    assert np.isnan([interval.low, interval.high]).all()
    assert interval.n == len(names)
