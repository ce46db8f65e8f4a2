"""Average precision and the precision-recall curve it sums."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def precision_recall_curve(labels: ArrayLike, scores: ArrayLike) -> tuple[Floats, Floats]:
    """Return recall and precision, `(K,)` each, in [0, 1], one point per distinct score, highest score first.

    Args:
        labels: 1 positive, 0 negative, `(N,)`; at least one positive.
        scores: Higher means more likely positive, `(N,)`.
    """
    positive = np.asarray(labels) == 1
    values, inverse = np.unique(-np.asarray(scores, dtype=np.float64), return_inverse=True)
    found = np.cumsum(np.bincount(inverse, weights=positive, minlength=len(values)))
    called = np.cumsum(np.bincount(inverse, minlength=len(values)))
    return found / positive.sum(), found / called


def average_precision(labels: ArrayLike, scores: ArrayLike) -> float:
    """Return the mean precision over the steps of recall, in [0, 1]; NaN without a positive image.

    The sum of (R_k - R_(k-1)) P_k over the distinct scores, without interpolation, as scikit-learn defines it. By
    chance it is the prevalence, so it is compared only within one data set. Arguments are those of
    `precision_recall_curve`.
    """
    if not (np.asarray(labels) == 1).any():
        return float("nan")
    recall, precision = precision_recall_curve(labels, scores)
    return float(np.diff(recall, prepend=0.0) @ precision)


def average_precision_of_rows(labels: ArrayLike, scores: ArrayLike) -> Callable[[NDArray[np.intp]], float]:
    """Return the average precision as a function of the indices of images, which may repeat; it sorts only once.

    For resampling: without sorting again, 2,000 resamples of 100,000 images take seconds. Arguments are those of
    `precision_recall_curve`.
    """
    positive = np.asarray(labels) == 1
    values, rank = np.unique(-np.asarray(scores, dtype=np.float64), return_inverse=True)

    def measure(rows: NDArray[np.intp]) -> float:
        found = np.bincount(rank[rows], weights=positive[rows], minlength=len(values))
        if not found.any():
            return float("nan")
        called = np.cumsum(np.bincount(rank[rows], minlength=len(values)))
        # Ranks above the first image drawn have none called and none found.
        return float(found @ (np.cumsum(found) / np.maximum(called, 1)) / found.sum())

    return measure
