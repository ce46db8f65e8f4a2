import numpy as np
import pytest

from common.datasets.audit.guessing import guesses


@pytest.fixture
def drawn():
    generator = np.random.default_rng(0)
    target = generator.permutation(np.arange(100) % 2)
    return generator.normal(size=(100, 4)) + target[:, None], target, generator.integers(0, 5, 100).astype(str)


def test_a_score_does_not_know_its_own_fold(drawn):
    features, target, folds = drawn
    before = guesses(features, target, folds)
    own = folds == "3"
    assert np.array_equal(guesses(features, np.where(own, 1 - target, target), folds)[own], before[own])


def test_scores_do_not_depend_on_units(drawn):
    features, target, folds = drawn
    other = features * [1, 10, 100, 1e-3] + [0, 5, -7, 1e3]
    assert np.allclose(guesses(other, target, folds), guesses(features, target, folds), atol=1e-3)


def test_what_is_not_known_is_scored_but_teaches_nothing(drawn):
    features, target, folds = drawn
    unknown = np.arange(100) < 20
    scores = guesses(features, np.where(unknown, -1, target), folds)
    strange = np.where(unknown[:, None], 1e6, features)
    assert np.array_equal(guesses(strange, np.where(unknown, -1, target), folds)[~unknown], scores[~unknown])
    assert np.isfinite(scores).all()


def test_a_feature_that_is_constant_in_training_does_no_harm(drawn):
    features, target, folds = drawn
    features[:, 0] = folds == "2"
    assert np.isfinite(guesses(features, target, folds)).all()
