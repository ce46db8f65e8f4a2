"""Intervals by resampling patients, for metrics that have no variance formula of their own."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .interval import NAN, Interval
from .patients import patient_codes


def bootstrap_interval(
    metric: Callable[[NDArray[np.intp]], float],
    patients: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    n_resamples: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> Interval:
    """Return a metric with the percentile interval of the cluster bootstrap.

    Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13; patients are drawn, with all their images
    (Field and Welsh, Journal of the Royal Statistical Society B 69 (2007) 369).

    Args:
        metric: Called with the indices of the images to measure; the value is that of all images in their order.
        patients: The patient of each image, `(N,)`, as `patient_codes` reads it.
        labels: 1 positive, 0 negative, `(N,)`. With it, patients with and without a positive image are drawn apart,
            so that each resample has as many of them as the data.
        n_resamples: Number of resamples.
        seed: Of the resampling; the same seed gives the same interval.
        level: Confidence of the interval.

    Returns:
        The metric; n is the number of images. Bounds are NaN where resampling has nothing to say: the metric is the
        same in all resamples (a perfect score, or a single patient), or undefined in all of them. Without images the
        value is NaN too.
    """
    return bootstrap_intervals([metric], patients, labels=labels, n_resamples=n_resamples, seed=seed, level=level)[0]


def bootstrap_intervals(
    metrics: Sequence[Callable[[NDArray[np.intp]], float]],
    patients: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    n_resamples: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> list[Interval]:
    """Return several metrics from the same resamples, each with the interval that `bootstrap_interval` gives it.

    The other arguments are those of `bootstrap_interval`.
    """
    n = len(np.asarray(patients))
    if n == 0:
        return [Interval(NAN, NAN, NAN, 0) for _ in metrics]
    draws = patient_resamples(patients, labels=labels, n_resamples=n_resamples, seed=seed)
    resampled = np.array([[metric(rows) for metric in metrics] for rows in draws])
    return [
        _percentiles(float(metric(np.arange(n))), values, n, level=level)
        for metric, values in zip(metrics, resampled.T, strict=True)
    ]


def bootstrap_means(
    values: ArrayLike, patients: ArrayLike, *, n_resamples: int = 2000, seed: int = 0, level: float = 0.95
) -> list[Interval]:
    """Return the mean of each column of `values`, `(N, K)`, with the interval that `bootstrap_interval` gives it.

    The other arguments are those of `bootstrap_interval`. One product of matrices, so thousands of columns take a
    second.
    """
    columns = np.asarray(values, dtype=np.float64)
    n = len(columns)
    if n == 0:
        return [Interval(NAN, NAN, NAN, 0)] * columns.shape[1]
    draws = patient_resamples(patients, n_resamples=n_resamples, seed=seed)
    drawn = np.array([np.bincount(rows, minlength=n) for rows in draws], dtype=np.float64)
    resampled = drawn @ columns / drawn.sum(axis=1, keepdims=True)
    means = columns.mean(axis=0)
    same = np.ptp(resampled, axis=0) < ROUNDING
    resampled[:, same] = means[same]
    return [_percentiles(float(mean), drawn, n, level=level) for mean, drawn in zip(means, resampled.T, strict=True)]


ROUNDING = 1e-12
"""Below this, means of values in [-1, 1] differ by the order of their summation alone."""


def _percentiles(value: float, resampled: NDArray[np.float64], n: int, *, level: float) -> Interval:
    values = resampled[~np.isnan(resampled)]
    if values.size == 0 or values.min() == values.max():
        return Interval(value, NAN, NAN, n)
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return Interval(value, float(low), float(high), n)


def patient_resamples(
    patients: ArrayLike, *, labels: ArrayLike | None = None, n_resamples: int, seed: int
) -> Iterator[NDArray[np.intp]]:
    """Yield the indices of the images of each resample: as many patients as there are, drawn with replacement.

    Arguments are those of `bootstrap_interval`.
    """
    codes = patient_codes(patients)
    images = np.argsort(codes, kind="stable")  # the images of one patient side by side
    counts = np.bincount(codes)
    starts = np.cumsum(counts) - counts
    strata = patient_strata(codes, labels)
    generator = np.random.default_rng(seed)
    for _ in range(n_resamples):
        drawn = np.concatenate([s[generator.integers(0, s.size, s.size)] for s in strata])
        sizes = counts[drawn]
        within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)  # 0, 1, ... in each patient
        yield images[np.repeat(starts[drawn], sizes) + within]


def patient_strata(codes: NDArray[np.intp], labels: ArrayLike | None) -> list[NDArray[np.intp]]:
    """Return the patients that are drawn among themselves: with a positive image and without; all, without labels."""
    has_positive = np.zeros(1 + codes.max(initial=-1), dtype=bool)
    if labels is not None:
        has_positive[codes[np.asarray(labels) == 1]] = True
    return [stratum for stratum in (np.flatnonzero(has_positive), np.flatnonzero(~has_positive)) if stratum.size]
