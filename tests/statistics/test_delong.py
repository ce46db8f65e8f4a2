import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from common.statistics import auc, auc_interval

Z = norm.ppf(0.975)

few_values = st.integers(0, 6).map(float)  # few, so that many are tied
data = st.lists(st.tuples(st.integers(0, 1), few_values, st.integers(0, 4)), min_size=4, max_size=30).filter(
    lambda rows: {label for label, _, _ in rows} == {0, 1}
)


def columns(rows):
    labels, scores, patients = (np.array(column) for column in zip(*rows, strict=True))
    return labels, scores, patients


def draw(generator, *, positives, negatives, separation, correlation=0.0, images=1):
    """Binormal scores; images of one patient are correlated and patients have images of one class only."""
    labels = np.repeat([1, 0], [positives, negatives])
    patients = np.arange(len(labels)) // images
    shared = generator.normal(size=len(labels))[patients]
    own = generator.normal(size=len(labels))
    return labels, separation * labels + correlation**0.5 * shared + (1 - correlation) ** 0.5 * own, patients


@given(data)
def test_auc_is_scikit_learns(rows):
    labels, scores, _ = columns(rows)
    assert auc(labels, scores) == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)


@given(data)
def test_one_image_a_patient_is_the_plain_interval(rows):
    labels, scores, _ = columns(rows)
    plain = auc_interval(labels, scores)
    for patients in (np.arange(len(labels)), np.full(len(labels), "")):
        clustered = auc_interval(labels, scores, patients=patients)
        assert (clustered.low, clustered.high) == pytest.approx((plain.low, plain.high), abs=1e-12)


def test_copies_within_a_patient_tell_nothing_new():
    labels, scores, patients = draw(np.random.default_rng(3), positives=40, negatives=60, separation=1)
    once = auc_interval(labels, scores)
    labels, scores, patients = (np.repeat(column, 4) for column in (labels, scores, patients))
    clustered, plain = auc_interval(labels, scores, patients=patients), auc_interval(labels, scores)
    assert (clustered.low, clustered.high) == pytest.approx((once.low, once.high), abs=1e-12)
    assert plain.high - plain.low == pytest.approx((once.high - once.low) / 2, rel=0.05)


@given(data)
def test_only_the_order_of_scores_matters(rows):
    labels, scores, patients = columns(rows)
    expected = auc_interval(labels, scores, patients=patients)
    assert auc_interval(labels, np.exp(scores / 3) - 5, patients=patients) == expected


@given(data)
def test_swapping_the_classes_mirrors_the_interval(rows):
    labels, scores, patients = columns(rows)
    one, other = (auc_interval(answer, scores, patients=patients) for answer in (labels, 1 - labels))
    assert (1 - one.value, 1 - one.high, 1 - one.low) == pytest.approx((other.value, other.low, other.high), abs=1e-9)


@given(data)
def test_the_interval_holds_its_value_has_width_and_stays_within_0_and_1(rows):
    labels, scores, patients = columns(rows)
    interval = auc_interval(labels, scores, patients=patients)
    assert 0 <= interval.low <= interval.value <= interval.high <= 1
    assert interval.high - interval.low > 1e-3


@settings(max_examples=20)
@given(data, st.randoms())
def test_order_of_images_and_unknown_labels_do_not_matter(rows, random):
    expected = auc_interval(*columns(rows)[:2], patients=columns(rows)[2])
    rows = [*rows, (-1, 3.0, 0)]
    random.shuffle(rows)
    labels, scores, patients = columns(rows)
    interval = auc_interval(labels, scores, patients=patients)
    assert list(interval.as_dict().values()) == pytest.approx(list(expected.as_dict().values()), abs=1e-9)


@pytest.mark.parametrize(
    ("simulated", "clustered", "bounds"),
    [
        pytest.param({"positives": 40, "negatives": 60}, False, (0.92, 0.98), id="independent images"),
        pytest.param(
            {"positives": 90, "negatives": 90, "images": 3, "correlation": 0.7}, True, (0.92, 0.98), id="patients"
        ),
        pytest.param(
            {"positives": 90, "negatives": 90, "images": 3, "correlation": 0.7}, False, (0, 0.88), id="ignored"
        ),
    ],
)
def test_coverage_of_the_95_percent_interval(simulated, clustered, bounds):
    """400 draws know the coverage to 0.011 (one standard error): within 0.03 of 0.95, and below it if ignored."""
    generator, truth = np.random.default_rng(4), norm.cdf(1.2 / 2**0.5)
    hits = 0
    for _ in range(400):
        labels, scores, patients = draw(generator, separation=1.2, **simulated)
        interval = auc_interval(labels, scores, patients=patients if clustered else None)
        hits += interval.low <= truth <= interval.high
    assert bounds[0] <= hits / 400 <= bounds[1]


def newcombe_variance(area, m, n):
    """Newcombe (2006), method 5."""
    others = (m + n) / 2 - 1
    return area * (1 - area) * (1 + others * (1 - area) / (2 - area) + others * area / (1 + area)) / (m * n)


@pytest.mark.parametrize(("m", "n"), [(1, 1), (5, 9), (20, 50), (3000, 5000)])
def test_a_perfect_auc_is_bounded_where_newcombes_score_test_rejects(m, n):
    labels, scores = np.repeat([1, 0], [m, n]), np.repeat([0.9, 0.1], [m, n])
    interval = auc_interval(labels, scores)
    assert (interval.value, interval.high) == (1, 1)
    assert (1 - interval.low) ** 2 == pytest.approx(Z**2 * newcombe_variance(interval.low, m, n))


def test_a_perfect_auc_stands_on_patients_not_on_images():
    labels, scores = np.repeat([1, 0], [5, 9]), np.repeat([0.9, 0.1], [5, 9])
    copies = auc_interval(np.repeat(labels, 6), np.repeat(scores, 6), patients=np.repeat(np.arange(14), 6))
    assert (copies.low, copies.n) == (auc_interval(labels, scores).low, 84)


def test_equal_scores_are_chance_and_the_interval_says_how_sure():
    labels = np.repeat([1, 0], [10, 15])
    interval = auc_interval(labels, np.ones(25))
    assert interval.value == 0.5
    assert 0.2 < interval.low < 0.35
    assert interval.high == pytest.approx(1 - interval.low)


@pytest.mark.parametrize(
    ("labels", "scores"), [([1, 1], [0.1, 0.2]), ([0, 0], [0.1, 0.2]), ([], []), ([0, 1, 0], [0.1, np.nan, 0.3])]
)
def test_undefined_is_nan_not_a_crash(labels, scores):
    interval = auc_interval(labels, scores)
    assert np.isnan([interval.value, interval.low, interval.high]).all()
    assert interval.n == len(labels)


def test_logit_scale_is_symmetric_about_the_value():
    labels, scores, _ = draw(np.random.default_rng(5), positives=20, negatives=20, separation=2)
    interval = auc_interval(labels, scores, level=0.9)
    assert expit((logit(interval.low) + logit(interval.high)) / 2) == pytest.approx(interval.value)
    assert interval.low > auc_interval(labels, scores, level=0.95).low


@pytest.mark.parametrize("positives", [1, 2, 3, 5])
@pytest.mark.parametrize("separation", [0.0, 1.2])
def test_few_positive_patients_still_have_their_coverage(positives, separation):
    """300 draws know the coverage to 0.013; DeLong's own interval reaches 0.85 with two positives."""
    generator, truth, hits = np.random.default_rng(7), norm.cdf(separation / 2**0.5), 0
    for _ in range(300):
        labels, scores, _ = draw(generator, positives=positives, negatives=60, separation=separation)
        interval = auc_interval(labels, scores)
        hits += interval.low <= truth <= interval.high
    assert 0.91 <= hits / 300 <= 1


def in_folds(seed):
    """Scores of four folds of other scale and offset each; a patient has two images in one fold."""
    generator = np.random.default_rng(seed)
    labels, scores, patients = draw(generator, positives=60, negatives=100, separation=1, correlation=0.5, images=2)
    folds = generator.integers(0, 4, size=len(np.unique(patients)))[patients]
    return labels, scores, patients, folds


def test_one_fold_is_as_no_folds():
    labels, scores, patients, _ = in_folds(0)
    one = auc_interval(labels, scores, patients=patients, folds=["a"] * len(labels))
    assert one == auc_interval(labels, scores, patients=patients)


def test_folds_have_no_common_scale():
    labels, scores, patients, folds = in_folds(1)
    scales, offsets = np.array([0.1, 1, 10, 3]), np.array([-7, 0, 4, 50])
    other = scores * scales[folds] + offsets[folds]
    assert auc_interval(labels, other, patients=patients, folds=folds) == auc_interval(
        labels, scores, patients=patients, folds=folds
    )


def test_the_auc_of_folds_is_the_share_of_pairs_within_them():
    labels, scores, patients, folds = in_folds(2)
    pairs = [
        (scores[one] > scores[other]) + 0.5 * (scores[one] == scores[other])
        for one in np.flatnonzero(labels == 1)
        for other in np.flatnonzero(labels == 0)
        if folds[one] == folds[other]
    ]
    assert auc_interval(labels, scores, patients=patients, folds=folds).value == pytest.approx(np.mean(pairs))


def test_a_fold_that_lacks_a_class_is_passed_over():
    labels, scores, patients, folds = in_folds(3)
    lacking = (folds == 0) & (labels == 1)
    value = auc_interval(labels[~lacking], scores[~lacking], patients=patients[~lacking], folds=folds[~lacking]).value
    rest = folds > 0
    assert value == pytest.approx(auc_interval(labels[rest], scores[rest], folds=folds[rest]).value)
    assert np.isnan(auc_interval([1, 1, 0, 0], [1, 2, 3, 4], folds=[0, 0, 1, 1]).value)


def test_the_interval_of_folds_covers_the_true_auc():
    """Scores that models are given for, so folds differ in scale only; 400 draws are within 2.2 % of the coverage."""
    truth, covered = norm.cdf(1 / 2**0.5), 0
    for seed in range(400):
        labels, scores, patients, folds = in_folds(seed)
        interval = auc_interval(labels, scores + 5 * folds, patients=patients, folds=folds)
        covered += interval.low <= truth <= interval.high
    assert 0.92 <= covered / 400 <= 0.98
