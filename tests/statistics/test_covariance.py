import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from common.statistics import auc_covariance, auc_difference, auc_interval
from tests.statistics import published, slow

few_values = st.integers(0, 6).map(float)  # few, so that many are tied
rows = st.lists(st.tuples(st.integers(0, 1), few_values, few_values, st.integers(0, 4)), min_size=6, max_size=30)
data = rows.filter(lambda rows: 2 <= sum(label for label, *_ in rows) <= len(rows) - 2).map(
    lambda rows: tuple(np.array(column) for column in zip(*rows, strict=True))
)


def draw(seed, *, patients=60, images=2):
    """Two models, ties, patients with images of both classes."""
    generator = np.random.default_rng(seed)
    labels = (generator.random(patients * images) < 0.4).astype(int)
    names = np.repeat(np.arange(patients), images)
    scores = (generator.normal(size=(2, labels.size)) + generator.normal(size=labels.size) + labels).round(1)
    return labels, scores, names


def same(one, other):
    values = [(its.value, its.error, its.freedom) for its in (one, other)]
    return values[0] == pytest.approx(values[1], abs=1e-9, rel=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_covariance_is_delongs_counted_over_all_pairs(seed):
    labels, scores, _ = draw(seed)
    _, covariance = auc_covariance(labels, scores)
    expected = [[slow.delong_covariance(labels, one, other) for other in scores] for one in scores]
    assert covariance == pytest.approx(np.array(expected), abs=1e-10)


@pytest.mark.parametrize("seed", range(5))
def test_covariance_is_obuchowskis_where_patients_have_images_of_both_classes(seed):
    labels, scores, patients = draw(seed)
    _, covariance = auc_covariance(labels, scores, patients=patients)
    expected = [[slow.obuchowski_covariance(labels, one, other, patients) for other in scores] for one in scores]
    assert covariance == pytest.approx(np.array(expected), abs=1e-10)


def test_a_published_comparison_comes_out_as_published():
    areas, covariance = auc_covariance(published.LABELS, [published.WFNS, published.S100B])
    assert areas == pytest.approx(published.AREAS, abs=1e-10)
    assert np.diag(covariance) == pytest.approx(published.VARIANCES, abs=1e-10)
    difference = auc_difference(published.LABELS, published.WFNS, published.S100B)
    assert difference.value / difference.error == pytest.approx(published.Z, abs=1e-10)
    bounds = difference.value + norm.ppf([0.025, 0.975]) * difference.error
    assert bounds == pytest.approx(published.BOUNDS, abs=1e-10)


def test_an_example_worked_by_hand():
    """Positives score 4 and 2 against 3 and 1 in one model, 2 and 4 in the other: of four pairs, three are right.

    Placements of the positives are (1, 1/2) and (1/2, 1), of variance 1/8 and covariance -1/8; of the negatives
    (1/2, 1) in both, of variance and covariance 1/8; each is divided by 2 images.
    """
    areas, covariance = auc_covariance([1, 1, 0, 0], [[4, 2, 3, 1], [2, 4, 3, 1]])
    assert areas.tolist() == [0.75, 0.75]
    assert covariance == pytest.approx(np.array([[1 / 8, 0], [0, 1 / 8]]))


def test_the_difference_has_the_variance_of_a_difference():
    labels, scores, patients = draw(7)
    _, covariance = auc_covariance(labels, scores, patients=patients)
    expected = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    assert auc_difference(labels, *scores, patients=patients).error ** 2 == pytest.approx(expected)


@given(data)
def test_only_the_order_of_scores_matters(columns):
    labels, one, other, patients = columns
    expected = auc_difference(labels, one, other, patients=patients)
    assert same(auc_difference(labels, np.exp(one / 3) - 5, 10 * other + 1, patients=patients), expected)


@given(data)
def test_swapping_the_classes_or_the_models_turns_the_difference_around(columns):
    labels, one, other, patients = columns
    expected = auc_difference(labels, one, other, patients=patients)
    for turned in (
        auc_difference(1 - labels, one, other, patients=patients),
        auc_difference(labels, other, one, patients=patients),
    ):
        assert (turned.value, turned.error) == pytest.approx((-expected.value, expected.error), abs=1e-9)


@given(data)
def test_one_image_a_patient_is_the_plain_test(columns):
    labels, one, other, _ = columns
    assert same(auc_difference(labels, one, other, patients=np.arange(len(labels))), auc_difference(labels, one, other))


@given(data, st.integers(2, 4))
def test_copies_within_a_patient_tell_nothing_new(columns, times):
    labels, one, other, patients = columns
    copies = [np.repeat(column, times) for column in (labels, one, other)]
    once = auc_difference(labels, one, other, patients=patients)
    assert same(auc_difference(*copies, patients=np.repeat(patients, times)), once)


@pytest.mark.parametrize("times", [2, 5])
def test_as_many_patients_again_divide_the_variance(times):
    """Patients of one class each, so that the variance is one of positives and one of negatives, each over its count.

    `times` P patients of the same placements: P / (P - 1) becomes times P / (times P - 1), and the sum of squares,
    of influences that are 1 / times of what they were, is divided by `times`.
    """
    generator = np.random.default_rng(1)
    labels, patients = np.repeat([1, 0], [60, 60]), np.repeat(np.arange(40), 3)
    scores = generator.normal(size=(2, 120)) + generator.normal(size=40)[patients] + labels
    once = auc_difference(labels, *scores, patients=patients).error ** 2
    more = auc_difference(
        np.tile(labels, times),
        *np.tile(scores, times),
        patients=np.concatenate([patients + 40 * time for time in range(times)]),
    )
    shrink = (20 / (20 * times - 1)) / (20 / 19)
    assert more.error**2 == pytest.approx(once * shrink, rel=1e-9)
    # Copies taken for patients say the same: the variance is divided by their number, and a little more.
    assert more.error**2 == pytest.approx(once / times, rel=0.06)


@given(data)
def test_a_model_does_not_differ_from_itself(columns):
    labels, one, _, patients = columns
    difference = auc_difference(labels, one, np.exp(one), patients=patients)
    assert (difference.value, difference.error, difference.p()) == (0, 0, 1)


def test_two_perfect_models_may_still_differ():
    generator = np.random.default_rng(0)
    labels = np.repeat([1, 0], [20, 40])
    difference = auc_difference(labels, *(10 * labels + generator.normal(size=(2, 60))))
    interval = difference.interval()
    one = auc_interval(labels, labels)
    assert (difference.value, difference.p()) == (0, 1)
    assert interval.high == pytest.approx(2**0.5 * (1 - one.low))


def test_a_test_that_knows_of_patients_is_right_where_the_plain_one_is_not():
    """1,000 draws know an error of 5 % to 0.7 % (one standard error)."""
    generator, labels, patients = np.random.default_rng(3), np.repeat([1, 0], [90, 90]), np.arange(180) // 3
    found = {"clustered": 0, "plain": 0}
    for _ in range(1000):
        shared = generator.normal(size=(2, 60))[:, patients]
        scores = labels + 0.9**0.5 * shared + 0.1**0.5 * generator.normal(size=(2, 180))
        found["clustered"] += auc_difference(labels, *scores, patients=patients).p() < 0.05
        found["plain"] += auc_difference(labels, *scores).p() < 0.05
    assert 30 <= found["clustered"] <= 70
    assert found["plain"] > 150
