import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from common.phantoms.draw import stream
from common.phantoms.lesions import SEPARATION
from common.phantoms.pneumonia import draw_pneumonia


def drawn(count=400, **classes):
    return [
        draw_pneumonia(stream(index, "test"), **{"ill": True, "diffuse": True, "difficulty": 0, **classes})
        for index in range(count)
    ]


def test_at_difficulty_1_the_class_changes_nothing():
    healthy, ill = drawn(20, ill=False, difficulty=1), drawn(20, ill=True, difficulty=1)
    assert healthy == ill
    assert drawn(20, diffuse=False, difficulty=1) == ill


@pytest.mark.parametrize("difficulty", [0.2, 0.5, 1])
def test_suspicion_has_the_auc_of_the_binormal_model(difficulty):
    generators = [stream(index, "auc") for index in range(2000)]
    truth = np.arange(2000) % 2
    scores = [
        draw_pneumonia(each, ill=bool(value), diffuse=True, difficulty=difficulty).suspicion
        for each, value in zip(generators, truth, strict=True)
    ]
    expected = norm.cdf(SEPARATION * (1 - difficulty) / np.sqrt(2))
    assert roc_auc_score(truth, scores) == pytest.approx(expected, abs=0.03)


def test_the_ill_are_opaque_and_viruses_cause_many_faint_foci_on_both_sides():
    healthy, lobar, diffuse = drawn(ill=False), drawn(diffuse=False), drawn()
    opacity, foci = (
        [np.median([value(each) for each in group]) for group in (healthy, lobar, diffuse)]
        for value in (lambda each: each.opacity, lambda each: len(each.foci))
    )
    assert opacity[0] < 0.1 < opacity[2] < opacity[1]
    assert foci[1] == 1 < foci[2]
    assert {focus[4] for focus in diffuse[0].foci} == {-1, 1}


def test_foci_lie_within_the_lung():
    for pneumonia in drawn(100):
        for outward, along, depth, radius, side in pneumonia.foci:
            assert 0 <= outward <= 1
            assert 0 < along < 1
            assert 0 < depth < 1
            assert 0 < radius < 0.6
            assert side in (-1, 1)
