"""The BCa interval of the cluster bootstrap: percentiles, mended for bias and for an error that is not constant."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .bootstrap import patient_resamples, patient_strata
from .interval import NAN, Interval
from .patients import patient_codes

Metric = Callable[[NDArray[np.intp]], float]

BLOCKS = 200
"""The most times that patients of a stratum are left out. The third moments of blocks add up to those of their
patients, so a skewness needs no more; a metric of a second then takes some minutes, not an hour."""


def bca_interval(
    metric: Metric,
    patients: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    n_resamples: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> Interval:
    """Return a metric with the bias-corrected and accelerated interval of the cluster bootstrap.

    Efron, Journal of the American Statistical Association 82 (1987) 171; the acceleration from leaving out one patient
    at a time, within strata: Davison and Hinkley, Bootstrap Methods and their Application (1997), 5.3.2. Of more than
    `BLOCKS` patients, some are left out together.

    Arguments are those of `bootstrap_interval`, and so are the cases without an interval; one more is a metric that is
    undefined without some of the patients.
    """
    from scipy.special import ndtr, ndtri

    codes = patient_codes(patients)
    n = len(codes)
    if n == 0:
        return Interval(NAN, NAN, NAN, 0)
    value = float(metric(np.arange(n)))
    draws = patient_resamples(patients, labels=labels, n_resamples=n_resamples, seed=seed)
    resampled = np.array([metric(rows) for rows in draws])
    resampled = resampled[~np.isnan(resampled)]
    if np.isnan(value) or resampled.size == 0 or resampled.min() == resampled.max():
        return Interval(value, NAN, NAN, n)
    # Resamples that equal the value count half: a metric of few images has many of them.
    below = np.mean(resampled < value) + np.mean(resampled == value) / 2
    bias = ndtri(np.clip(below, 0.5 / resampled.size, 1 - 0.5 / resampled.size))
    z = bias + ndtri([(1 - level) / 2, (1 + level) / 2])
    acceleration = _acceleration(metric, codes, patient_strata(codes, labels))
    if np.isnan(acceleration):
        return Interval(value, NAN, NAN, n)
    low, high = np.quantile(resampled, ndtr(bias + z / (1 - acceleration * z)))
    return Interval(value, float(low), float(high), n)


def _acceleration(metric: Metric, codes: NDArray[np.intp], strata: list[NDArray[np.intp]]) -> float:
    """Return the skewness of what the patients move the metric by, divided by 6."""
    squares = cubes = 0.0
    for stratum in strata:
        blocks = np.array_split(stratum, min(len(stratum), BLOCKS))
        without = np.array([metric(np.flatnonzero(~np.isin(codes, block))) for block in blocks])
        moved = (len(blocks) - 1) * (without.mean() - without) / len(blocks)
        squares += float((moved**2).sum())
        cubes += float((moved**3).sum())
    return cubes / (6 * squares**1.5) if squares != 0 else 0.0  # NaN stays NaN
