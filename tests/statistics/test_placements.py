import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from common.statistics.placements import placements
from tests.statistics import slow

few_values = st.integers(0, 6).map(float)  # few, so that many are tied
data = st.lists(st.tuples(st.booleans(), few_values), min_size=2, max_size=30).filter(
    lambda rows: {positive for positive, _ in rows} == {True, False}
)


@given(data)
def test_placements_are_those_counted_over_all_pairs(rows):
    positive, scores = (np.array(column) for column in zip(*rows, strict=True))
    placed = placements(positive, scores)
    above, below = slow.placements(positive.astype(int), scores)
    assert placed[positive] == pytest.approx(above, abs=1e-12)
    assert placed[~positive] == pytest.approx(below, abs=1e-12)


@given(data)
def test_their_mean_over_either_class_is_scikit_learns_auc(rows):
    positive, scores = (np.array(column) for column in zip(*rows, strict=True))
    placed = placements(positive, scores)
    for its in (positive, ~positive):
        assert placed[its].mean() == pytest.approx(roc_auc_score(positive, scores), abs=1e-10)


@pytest.mark.parametrize("decimals", [0, 1, 9])
def test_many_models_at_once_are_each_by_itself(decimals):
    generator = np.random.default_rng(0)
    positive, scores = generator.random(40) < 0.3, generator.normal(size=(4, 3, 40)).round(decimals)
    together = placements(positive, scores)
    for index in np.ndindex(4, 3):
        assert together[index].tolist() == placements(positive, scores[index]).tolist()
