import numpy as np
import pytest

from common.errors import RunError, SplitError
from common.statistics import Paired
from common.statistics.paired import crossed


def pair(seed=0, fold="0", **changes):
    facts = {
        "label": np.array([1, 0, 1, 0]),
        "score_a": np.array([0.9, 0.1, 0.8, 0.3]),
        "score_b": np.array([0.7, 0.2, 0.1, 0.3]),
        "image": np.array(["a.png", "b.png", "c.png", "d.png"]),
        "patient": np.array(["a", "b", "c", "d"]),
    }
    return Paired(seed=seed, fold=fold, **{**facts, **changes})


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"score_b": np.ones(3)}, RunError, r"seed 0, fold 0: each image has one label, name.*'score_b': 3"),
        ({"score_a": np.array([0.9, np.nan, 0.8, 0.3])}, RunError, "scores are finite; got NaN or infinity"),
        (
            {"label": np.ones(4, dtype=int)},
            SplitError,
            r"has positive \(1\) and negative \(0\) images; got labels \[1\]",
        ),
        ({"label": np.array([1, 0, -1, 0])}, SplitError, r"got labels \[-1, 0, 1\]"),
        ({"patient": np.array(["a", "", "c", "d"])}, SplitError, "named by itself; got an empty patient"),
    ],
)
def test_what_cannot_be_compared_is_refused(changes, error, message):
    with pytest.raises(error, match=message):
        pair(**changes)


def test_pairs_are_sorted_by_fold_and_seed():
    folds = crossed([pair(seed, fold) for seed in (2, 0, 1) for fold in ("1", "0")])
    assert {fold: [its.seed for its in pairs] for fold, pairs in folds.items()} == {"0": [0, 1, 2], "1": [0, 1, 2]}


def test_a_seed_without_a_fold_is_refused():
    with pytest.raises(SplitError, match=r"fold 1 has seeds \[0\] of \[0, 1\]: finish the runs"):
        crossed([pair(0, "0"), pair(1, "0"), pair(0, "1")])


def test_the_same_seed_twice_is_refused():
    with pytest.raises(SplitError, match=r"fold 0 has seeds \[0, 0\] of \[0\]"):
        crossed([pair(), pair()])


def test_seeds_tested_on_other_images_are_refused():
    with pytest.raises(SplitError, match="seed 1 has other images, labels or patients than seed 0"):
        crossed([pair(), pair(1, patient=np.array(["a", "b", "c", "e"]))])
