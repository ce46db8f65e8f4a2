import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from common.phantoms.draw import stream
from common.phantoms.lesions import SEPARATION, another_view, draw_lesion, side_by_side


def lesions(count, *, malignant, difficulty):
    generator = stream(0, "test", int(malignant))
    return [draw_lesion(generator, malignant=malignant, difficulty=difficulty) for _ in range(count)]


def test_at_difficulty_1_the_class_changes_nothing():
    for index in range(50):
        benign = draw_lesion(stream(index, "test"), malignant=False, difficulty=1)
        assert benign == draw_lesion(stream(index, "test"), malignant=True, difficulty=1)


@pytest.mark.parametrize("difficulty", [0.0, 0.2, 0.5, 0.8, 1.0])
def test_suspicion_has_the_auc_of_the_binormal_model(difficulty):
    count = 1500
    scores = [
        lesion.suspicion
        for malignant in (False, True)
        for lesion in lesions(count, malignant=malignant, difficulty=difficulty)
    ]
    expected = norm.cdf(SEPARATION * (1 - difficulty) / np.sqrt(2))
    assert roc_auc_score([0] * count + [1] * count, scores) == pytest.approx(expected, abs=0.03)


def test_at_difficulty_0_the_classes_differ_in_every_descriptor_as_radiologists_know_them():
    benign, malignant = (lesions(300, malignant=value, difficulty=0) for value in (False, True))
    solid = [lesion for lesion in benign if not lesion.cyst]
    for name, sign in (("orientation", 1), ("irregularity", 1), ("posterior", -1), ("echo", -1)):
        difference = np.median([getattr(each, name) for each in malignant]) - np.median(
            [getattr(each, name) for each in solid]
        )
        assert sign * difference > 0, name
    assert (
        np.median([lesion.orientation for lesion in malignant]) > 1 > np.median([each.orientation for each in benign])
    )
    assert 0.1 < np.mean([lesion.cyst for lesion in benign]) < 0.4


def test_size_and_place_do_not_tell_the_class():
    benign, malignant = (lesions(1000, malignant=value, difficulty=0) for value in (False, True))
    for name in ("size", "across", "depth"):
        values = [getattr(lesion, name) for lesion in (*benign, *malignant)]
        assert roc_auc_score([0] * 1000 + [1] * 1000, values) == pytest.approx(0.5, abs=0.05), name


def test_another_view_keeps_what_the_reader_reports_and_moves_the_rest():
    lesion = draw_lesion(stream(0, "test"), malignant=True, difficulty=0.2)
    view = another_view(stream(1, "test"), lesion)
    for name in ("suspicion", "cyst", "echo", "irregularity", "posterior"):
        assert getattr(view, name) == getattr(lesion, name)
    assert view.across != lesion.across
    assert view.orientation == pytest.approx(lesion.orientation, rel=0.11)


def test_side_by_side_keeps_a_single_lesion_and_shares_the_width_between_two():
    one, two = lesions(2, malignant=False, difficulty=0.2)
    assert side_by_side([one]) == [one]
    left, right = side_by_side([one, two])
    assert left.across < 0.5 < right.across
    assert left.size == one.size / 2
