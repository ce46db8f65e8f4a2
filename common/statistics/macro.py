"""The mean of the areas under several ROC curves, of classes or findings, on the same patients."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .delong import auc_influence, auc_interval
from .interval import NAN, Interval
from .patients import patient_codes


def macro_auc_interval(
    labels: ArrayLike, scores: ArrayLike, *, patients: ArrayLike | None = None, level: float = 0.95
) -> Interval:
    """Return the mean AUC of the columns, each of equal weight, with the interval that theirs imply.

    The interval is recovered from those of the columns (Zou, Psychological Methods 12 (2007) 399: distances of the
    bounds add like standard errors, with their correlation), so a finding of few positives, whose own interval is
    wide and not symmetric, makes this one wide too; the delta method and the bootstrap both take a single positive
    patient for certain. The correlations are those of what each patient moves (`auc_influence`): 0 for a column whose
    placements have no spread.

    Args:
        labels: 1 positive, 0 negative, `(N, C)`; an image with any other label is left out of that column.
        scores: Higher means more likely positive, `(N, C)`.
        patients: The patient of each image, as `patient_codes` reads it; without it, each image is its own.
        level: Confidence of the interval.

    Returns:
        The mean over the columns that have both classes, NaN if none has; n is the number of images in any of these.
    """
    labels, scores = np.asarray(labels), np.asarray(scores, dtype=np.float64)
    codes = np.arange(len(labels)) if patients is None else patient_codes(patients)
    columns = [c for c in range(labels.shape[1]) if (labels[:, c] == 1).any() and (labels[:, c] == 0).any()]
    n = int(np.isin(labels[:, columns], (0, 1)).any(axis=1).sum())
    if not columns:
        return Interval(NAN, NAN, NAN, n)
    areas = [auc_interval(labels[:, c], scores[:, c], patients=codes, level=level) for c in columns]
    together = _correlation(np.array([auc_influence(labels[:, c], scores[:, c], codes) for c in columns]))
    value, low, high = np.array([[area.value, area.low, area.high] for area in areas]).T
    below, above = ((its @ together @ its) ** 0.5 / len(columns) for its in (value - low, high - value))
    mean = float(value.mean())
    return Interval(mean, float(mean - below), float(mean + above), n)


def _correlation(moved: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the correlation of the rows, `(C, C)`: 1 of each with itself, 0 where a row has no spread."""
    length = np.linalg.norm(moved, axis=1, keepdims=True)
    unit = np.divide(moved, length, out=np.zeros_like(moved), where=length > 1e-12)
    correlation: NDArray[np.float64] = unit @ unit.T
    np.fill_diagonal(correlation, 1.0)
    return correlation
