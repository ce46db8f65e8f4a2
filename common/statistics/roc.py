"""The ROC curve and the band it lies in."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .bootstrap import patient_resamples
from .paired import Paired, crossed

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


@dataclass(frozen=True)
class MeanRoc:
    """A mean ROC curve: sensitivity with its bounds, `(G,)` each, at each value of 1 - specificity, `(G,)`."""

    false_positive: Floats
    sensitivity: Floats
    low: Floats
    high: Floats


def mean_roc(pairs: Sequence[Paired], *, n_resamples: int = 300, seed: int = 0, level: float = 0.95) -> MeanRoc:
    """Return the mean over folds and seeds of the first model's ROC curves, with its pointwise band.

    Vertical averaging, as in `roc_band`; scores of different models have no common scale, and are never pooled. The
    area below it is the mean of the areas. Patients are drawn over all folds, the same for all seeds: the band does not
    know how much a training varies.

    Args:
        pairs: One for each fold and seed; `score_b` is not looked at.
        n_resamples: Number of resampled curves.
        seed: Of the resampling.
        level: Confidence of the band.
    """
    grid = np.linspace(0, 1, 101)
    folds = list(crossed(pairs).values())
    label, patients = (np.concatenate([getattr(its[0], name) for its in folds]) for name in ("label", "patient"))
    scores = np.concatenate([[pair.score_a for pair in its] for its in folds], axis=-1)
    fold = np.repeat(np.arange(len(folds)), [len(its[0].label) for its in folds])

    def mean_curve(rows: NDArray[np.intp]) -> Floats:
        parts = [rows[fold[rows] == number] for number in range(len(folds))]
        mean: Floats = np.mean([_mean_curve(grid, label[part], scores[:, part]) for part in parts], axis=0)
        return mean

    draws = patient_resamples(patients, labels=label, n_resamples=n_resamples, seed=seed)
    resampled = [mean_curve(rows) for rows in draws]
    low, high = np.nanquantile(resampled, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return MeanRoc(grid, mean_curve(np.arange(len(label))), low, high)


def _mean_curve(grid: Floats, label: NDArray[np.int_], scores: Floats) -> Floats:
    """Return the mean sensitivity over models; NaN if a class is missing."""
    if not 0 < np.mean(label == 1) < 1:
        return np.full(len(grid), np.nan)
    mean: Floats = np.mean([np.interp(grid, *roc_curve(label, score)) for score in scores], axis=0)
    return mean
