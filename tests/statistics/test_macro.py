import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from common.statistics import auc_interval, macro_auc_interval
from common.statistics.delong import auc_influence

SEPARATION = 1.2
TRUTH = norm.cdf(SEPARATION / 2**0.5)


def draw(generator, *, patients=100, images=2, prevalence=(0.3, 0.1, 0.03)):
    """Return labels and scores `(N, C)` and patients: two images of each, scores half shared between them."""
    size = (patients, len(prevalence))
    labels = np.repeat((generator.random(size) < prevalence).astype(int), images, axis=0)
    noise = np.repeat(generator.normal(0, 0.5**0.5, size), images, axis=0)
    scores = SEPARATION * labels + noise + generator.normal(0, 0.5**0.5, labels.shape)
    return labels, scores, np.repeat(np.arange(patients), images)


def test_the_value_is_scikit_learns_macro_average():
    labels, scores, patients = draw(np.random.default_rng(0), prevalence=(0.5, 0.4, 0.3))
    found = macro_auc_interval(labels, scores, patients=patients)
    assert found.value == pytest.approx(roc_auc_score(labels, scores, average="macro"))
    assert found.n == 200


def test_of_one_column_and_of_its_copies_it_is_that_columns_interval():
    labels, scores, patients = draw(np.random.default_rng(1), prevalence=(0.3,))
    single = auc_interval(labels[:, 0], scores[:, 0], patients=patients)
    for copies in (1, 4):
        found = macro_auc_interval(np.repeat(labels, copies, 1), np.repeat(scores, copies, 1), patients=patients)
        assert list(found.as_dict().values()) == pytest.approx(list(single.as_dict().values()))


def test_independent_columns_average_out():
    labels, scores, patients = draw(np.random.default_rng(2), patients=2000, prevalence=(0.5,) * 4)
    found = macro_auc_interval(labels, scores, patients=patients)
    single = auc_interval(labels[:, 0], scores[:, 0], patients=patients)
    assert found.high - found.low == pytest.approx((single.high - single.low) / 2, rel=0.1)


def test_a_column_of_one_positive_patient_widens_the_mean():
    labels, scores, patients = draw(np.random.default_rng(3), prevalence=(0.5, 0.5))
    rare = labels.copy()
    rare[:, 1] = patients == 0
    wide, narrow = (macro_auc_interval(its, scores, patients=patients) for its in (rare, labels))
    assert wide.high - wide.low > 3 * (narrow.high - narrow.low)


@pytest.mark.parametrize("copies", [2, 6, 13, 21])
def test_columns_that_cancel_leave_an_interval_without_width(copies):
    """What they move adds up to nothing, but for rounding, which may be below it."""
    labels, scores = np.tile([1, 0, 0, 1], copies), np.arange(4.0 * copies)
    found = macro_auc_interval(np.stack([labels, labels], axis=1), np.stack([scores, -scores], axis=1))
    assert (found.low, found.value, found.high) == pytest.approx((0.5, 0.5, 0.5))


def test_unknown_labels_and_undefined_columns_are_left_out():
    labels, scores, patients = draw(np.random.default_rng(4), prevalence=(0.5, 0.5))
    labels[:20, 0] = -1
    expected = macro_auc_interval(labels, scores, patients=patients)
    first = roc_auc_score(labels[20:, 0], scores[20:, 0])
    assert expected.value == pytest.approx((first + roc_auc_score(labels[:, 1], scores[:, 1])) / 2)
    empty, constant = np.full((200, 1), -1), np.ones((200, 1), dtype=int)
    more = np.hstack([labels, empty, constant]), np.hstack([scores, scores])
    assert macro_auc_interval(*more, patients=patients) == expected
    nothing = macro_auc_interval(constant, scores[:, :1], patients=patients)
    assert np.isnan([nothing.value, nothing.low, nothing.high]).all()
    assert nothing.n == 0


@pytest.mark.parametrize("prevalence", [(0.5, 0.5, 0.5), (0.3, 0.1, 0.05)])
def test_coverage_of_the_95_percent_interval(prevalence):
    """200 draws know the coverage to 0.015 (one standard error)."""
    generator, hits, count = np.random.default_rng(5), 0, 0
    while count < 200:
        labels, scores, patients = draw(generator, prevalence=prevalence)
        interval = macro_auc_interval(labels, scores, patients=patients)
        hits += interval.low <= TRUTH <= interval.high
        count += 1
    assert 0.9 <= hits / 200 <= 0.99


def test_what_patients_move_adds_up_to_nothing_and_its_squares_to_the_variance():
    generator = np.random.default_rng(6)
    areas, variances = [], []
    for _ in range(200):
        labels, scores, patients = draw(generator, patients=80, prevalence=(0.5,))
        moved = auc_influence(labels[:, 0], scores[:, 0], patients)
        assert moved.sum() == pytest.approx(0, abs=1e-12)
        variances.append(moved @ moved)
        areas.append(roc_auc_score(labels[:, 0], scores[:, 0]))
    assert np.mean(variances) == pytest.approx(np.var(areas), rel=0.25)
