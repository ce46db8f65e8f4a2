import numpy as np
import pytest

from common.simulations.pairs import Setting, draw, outcome
from common.simulations.scores import images
from common.statistics import Decision, auc

SETTING = Setting(positives=30, seeds=3, wobble=0.1)


def test_the_planted_difference_is_there():
    setting = Setting(positives=3000, seeds=30, wobble=0.5, planted=0.05)
    pairs = draw(setting, images(3000, 6000), np.random.default_rng(0))
    first = [pair for pair in pairs if pair.fold == "0"]
    areas = [[auc(pair.label, its) for its in (pair.score_a, pair.score_b)] for pair in first]
    # Over 30 seeds that move the AUC by 0.07 each, the mean is known to 0.013.
    assert np.mean(areas, axis=0) == pytest.approx([0.9, 0.85], abs=0.03)


def test_folds_hold_whole_patients_and_every_seed_has_them_all():
    pairs = draw(SETTING, images(30, 60), np.random.default_rng(0))
    assert sorted((pair.seed, pair.fold) for pair in pairs) == [(s, str(f)) for s in range(3) for f in range(5)]
    patients = [set(pair.patient) for pair in pairs if pair.seed == 0]
    assert sum(len(its) for its in patients) == len(set.union(*patients)) == 90


def test_of_exchangeable_pairs_few_are_called_better_or_worse():
    """200 pairs: 5 % are 10, and 20 are three standard errors more."""
    found = outcome(SETTING, pairs=200, seed=0)
    assert found.decisions[Decision.BETTER] + found.decisions[Decision.WORSE] <= 20
    assert found.covered >= 180
    assert sum(found.decisions.values()) == found.pairs == 200


def test_a_large_difference_is_found():
    found = outcome(Setting(positives=60, seeds=3, wobble=0.02, planted=0.1), pairs=20, seed=0)
    assert found.decisions[Decision.BETTER] >= 15
    assert found.decisions[Decision.WORSE] == 0
