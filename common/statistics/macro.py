"""The mean of the areas under several ROC curves, of classes or findings, on the same patients."""

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .delong import auc_influence, auc_interval
from .interval import NAN, Interval
from .patients import patient_codes


class ClassAreas(NamedTuple):
    """Areas under the curves of the columns that have both classes, by column, and how these go together, `(C, C)`.

    n is the number of images in any of these columns.
    """

    by_column: dict[int, Interval]
    together: NDArray[np.float64]
    n: int


def macro_auc_interval(
    labels: ArrayLike, scores: ArrayLike, *, patients: ArrayLike | None = None, level: float = 0.95
) -> Interval:
    """Return the mean AUC of the columns, each of equal weight, with the interval that theirs imply.

    Arguments are those of `class_areas`; NaN if no column has both classes.
    """
    areas = class_areas(labels, scores, patients=patients, level=level)
    return mean_area(areas, areas.by_column)


def class_areas(
    labels: ArrayLike, scores: ArrayLike, *, patients: ArrayLike | None = None, level: float = 0.95
) -> ClassAreas:
    """Return the area of each column, and the correlations of what each patient moves (`auc_influence`).

    These are 0 for a column whose placements have no spread.

    Args:
        labels: 1 positive, 0 negative, `(N, C)`; an image with any other label is left out of that column.
        scores: Higher means more likely positive, `(N, C)`.
        patients: The patient of each image, as `patient_codes` reads it; without it, each image is its own.
        level: Confidence of the intervals.
    """
    labels, scores = np.asarray(labels), np.asarray(scores)
    codes = np.arange(len(labels)) if patients is None else patient_codes(patients)
    columns = [c for c in range(labels.shape[1]) if (labels[:, c] == 1).any() and (labels[:, c] == 0).any()]
    whose = None if patients is None else codes
    areas = {c: auc_interval(labels[:, c], scores[:, c], patients=whose, level=level) for c in columns}
    moved = np.array([auc_influence(labels[:, c], scores[:, c], codes) for c in columns])
    n = int(np.isin(labels[:, columns], (0, 1)).any(axis=1).sum())
    return ClassAreas(areas, _correlation(moved) if columns else np.empty((0, 0)), n)


def mean_area(areas: ClassAreas, columns: Collection[int]) -> Interval:
    """Return the mean of the areas of some columns, with the interval that theirs imply; NaN without any.

    It is recovered from those of the columns (Zou, Psychological Methods 12 (2007) 399: distances of the bounds add
    like standard errors, with their correlation), so a finding of few positives, whose own interval is wide and not
    symmetric, makes this one wide too; the delta method and the bootstrap both take a single positive patient for
    certain.
    """
    places = [place for place, column in enumerate(areas.by_column) if column in columns]
    if not places:
        return Interval(NAN, NAN, NAN, areas.n)
    measured = list(areas.by_column.values())
    value, low, high = np.array([[measured[p].value, measured[p].low, measured[p].high] for p in places]).T
    together = areas.together[np.ix_(places, places)]
    below, above = (max(its @ together @ its, 0.0) ** 0.5 / len(places) for its in (value - low, high - value))
    mean = float(value.mean())
    return Interval(mean, float(mean - below), float(mean + above), areas.n)


def _correlation(moved: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the correlation of the rows, `(C, C)`: 1 of each with itself, 0 where a row has no spread."""
    length = np.linalg.norm(moved, axis=1, keepdims=True)
    unit = np.divide(moved, length, out=np.zeros_like(moved), where=length > 1e-12)
    correlation: NDArray[np.float64] = unit @ unit.T
    np.fill_diagonal(correlation, 1.0)
    return correlation
