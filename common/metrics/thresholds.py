"""Decision thresholds, to be chosen on validation and never on test.

The rule is `probability >= threshold` everywhere. A threshold lies midway between two neighbouring probabilities of the
images it was chosen on, so that rounding in a file cannot flip one of their decisions.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import SplitError

Floats = NDArray[np.float64]

ROUNDING = 1e-12
"""Sums of shares that differ by less are equal: of n images they differ by 4 / n^2 or more."""


def youden_threshold(labels: ArrayLike, probabilities: ArrayLike) -> float:
    """Return the threshold with the highest sensitivity + specificity - 1 (Youden, Cancer 3 (1950) 32).

    Among equals the lowest: a missed lesion weighs more than a false alarm.

    Args:
        labels: 1 positive, 0 negative, `(N,)`.
        probabilities: Of the positive class, in [0, 1], `(N,)`.

    Raises:
        SplitError: A class is missing.
    """
    thresholds, sensitivity, specificity = _operating_points(labels, probabilities)
    both = sensitivity + specificity
    return float(thresholds[np.argmax(both > both.max() - ROUNDING)])


def sensitivity_threshold(labels: ArrayLike, probabilities: ArrayLike, sensitivity: float = 0.95) -> float:
    """Return the highest threshold whose sensitivity is at least `sensitivity`, in [0, 1].

    The other arguments and errors are those of `youden_threshold`.
    """
    thresholds, reached, _ = _operating_points(labels, probabilities)
    return float(thresholds[np.flatnonzero(reached >= sensitivity)[-1]])


def _operating_points(labels: ArrayLike, probabilities: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Return thresholds, ascending, with the sensitivity and specificity at each; the first calls all positive."""
    positive = np.asarray(labels) == 1
    count = np.count_nonzero(positive)
    if not 0 < count < len(positive):
        raise SplitError(
            f"a threshold needs images of both classes to be chosen on, got {count} positive among {len(positive)} "
            "validation images: choose another fold"
        )
    values, inverse = np.unique(np.asarray(probabilities, dtype=np.float64), return_inverse=True)
    positives = np.bincount(inverse, weights=positive)
    negatives = np.bincount(inverse, weights=~positive)
    sensitivity = np.cumsum(positives[::-1])[::-1] / positives.sum()
    specificity = (np.cumsum(negatives) - negatives) / negatives.sum()
    below = np.concatenate([[0.0], values[:-1]])
    middle = (below + values) / 2
    # Two adjacent float32 have no middle for who compares in float32: the upper one keeps the decision.
    return np.where(middle.astype(np.float32) > below, middle, values), sensitivity, specificity
