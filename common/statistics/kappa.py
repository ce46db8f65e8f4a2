"""Agreement on an ordered scale, beyond that of chance."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def confusion_matrix(labels: ArrayLike, called: ArrayLike, classes: int) -> NDArray[np.intp]:
    """Return how many images of each class (rows) were called each class (columns), `(C, C)`.

    Args:
        labels: Index of the class from 0, `(N,)`.
        called: Index of the class that each was called, `(N,)`.
        classes: C, the number of classes.
    """
    pairs = np.asarray(labels, dtype=np.intp) * classes + np.asarray(called, dtype=np.intp)
    return np.bincount(pairs, minlength=classes**2).reshape(classes, classes)


def weighted_kappa(confusion: ArrayLike, *, power: int) -> float:
    """Return Cohen's weighted kappa: 1 where all agree, 0 as by chance; NaN where chance already agrees on all.

    One minus the disagreement found, over that expected of the same margins if they were independent; classes i and j
    disagree by |i - j| ** power (Cohen, Psychological Bulletin 70 (1968) 213).

    Args:
        confusion: Counts, `(C, C)`; classes in the order of their scale, all steps taken as equal.
        power: 1 for linear weights, 2 for quadratic.
    """
    counts = np.asarray(confusion, dtype=np.float64)
    steps = np.arange(len(counts))
    distance = np.abs(np.subtract.outer(steps, steps)) ** power
    expected = distance * np.outer(counts.sum(axis=1), counts.sum(axis=0))
    if not expected.any():
        return float("nan")
    return float(1 - (distance * counts).sum() * counts.sum() / expected.sum())
