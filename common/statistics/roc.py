"""The ROC curve and the band it lies in."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .bootstrap import patient_resamples

Floats = NDArray[np.float64]


def roc_curve(labels: ArrayLike, scores: ArrayLike) -> tuple[Floats, Floats]:
    """Return 1 - specificity and sensitivity, from (0, 0) to (1, 1), one point per distinct score.

    Args:
        labels: 1 positive, 0 negative, `(N,)`; both must occur.
        scores: Higher means more likely positive, `(N,)`.
    """
    labels = np.asarray(labels)
    values, inverse = np.unique(-np.asarray(scores, dtype=np.float64), return_inverse=True)
    called = [np.cumsum(np.bincount(inverse[labels == label], minlength=len(values))) for label in (0, 1)]
    false_positive, sensitivity = (np.concatenate([[0.0], count / count[-1]]) for count in called)
    return false_positive, sensitivity


@dataclass(frozen=True)
class RocBand:
    """Bounds of the sensitivity, `(G,)`, at each value of 1 - specificity, `(G,)`."""

    false_positive: Floats
    low: Floats
    high: Floats


def roc_band(
    labels: ArrayLike,
    scores: ArrayLike,
    *,
    patients: ArrayLike,
    n_resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> RocBand:
    """Return the pointwise band of the ROC curve: the bootstrap over patients, read vertically.

    The sensitivities of the resampled curves at each of 101 values of 1 - specificity (vertical averaging: Fawcett,
    Pattern Recognition Letters 27 (2006) 861, algorithm 3), between their percentiles. Pointwise: each sensitivity is
    inside with probability `level`, the whole curve less often.

    Args:
        labels: 1 positive, 0 negative, `(N,)`; both must occur.
        scores: Higher means more likely positive, `(N,)`.
        patients: The patient of each image, `(N,)`, as `patient_codes` reads it.
        n_resamples: Number of resampled curves; those without one of the classes are left out.
        seed: Of the resampling.
        level: Confidence of the band.
    """
    positive, scores = np.asarray(labels) == 1, np.asarray(scores, dtype=np.float64)
    grid = np.linspace(0, 1, 101)
    draws = patient_resamples(patients, labels=positive, n_resamples=n_resamples, seed=seed)
    # At a vertical step np.interp takes its upper end, where the curve leaves it.
    curves = [np.interp(grid, *roc_curve(positive[r], scores[r])) for r in draws if 0 < positive[r].mean() < 1]
    low, high = np.quantile(curves, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return RocBand(grid, low, high)
