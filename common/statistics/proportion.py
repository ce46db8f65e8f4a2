"""Intervals for proportions such as sensitivity, and for the mean of several, for images that come in patients."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .interval import NAN, Interval, normal_quantile
from .patients import patient_codes


def proportion_interval(successes: ArrayLike, *, patients: ArrayLike | None = None, level: float = 0.95) -> Interval:
    """Return the share of successes with its Wilson interval, widened where a patient has several images.

    Wilson's interval (Journal of the American Statistical Association 22 (1927) 209) stands on the effective number
    of images of Rao and Scott (Biometrics 48 (1992) 577): images divided by the design effect.

    Args:
        successes: True where the image counts, `(N,)`; only the images the proportion is of (for the sensitivity, the
            positive ones).
        patients: The patient of each image, as `patient_codes` reads it; without it, each image is its own.
        level: Confidence of the interval.

    Returns:
        The proportion; n is the number of images, not the effective one. NaN value and bounds without images.
    """
    hits = np.asarray(successes, dtype=bool)
    if hits.size == 0:
        return Interval(NAN, NAN, NAN, 0)
    share = float(hits.mean())
    size = float(hits.size) if patients is None else _effective_size(hits, patient_codes(patients))
    low, high = _wilson(share, size, level=level)
    return Interval(share, low, high, hits.size)


def _wilson(share: float, size: float, *, level: float) -> tuple[float, float]:
    z = normal_quantile(level)
    centre = (share + z**2 / (2 * size)) / (1 + z**2 / size)
    half = z / (1 + z**2 / size) * (share * (1 - share) / size + z**2 / (4 * size**2)) ** 0.5
    # The bound at a share of exactly 0 or 1 is that share, which rounding would miss.
    return (0.0 if share == 0 else centre - half), (1.0 if share == 1 else centre + half)


def _effective_size(hits: NDArray[np.bool_], codes: NDArray[np.intp]) -> float:
    """Return the number of independent images that would be as informative, between 1 and N.

    The design effect is Rao and Scott's variance of a ratio over patients, divided by that of independent images,
    both with their `count - 1`, so it is exactly 1 when each patient has one image. Where nothing varies (all or no
    successes, or one patient) it cannot be estimated, and the number of patients stands for it: the fewest that
    the images can be worth.
    """
    images = np.bincount(codes)
    patients, n = len(images), len(hits)
    share = hits.mean()
    if patients == 1 or share in (0, 1):
        return float(patients)
    deviations = np.bincount(codes, weights=hits - share)
    clustered = patients / (patients - 1) * deviations @ deviations / n**2
    independent = share * (1 - share) / (n - 1)
    # A design effect below 1 is taken as chance: images of one patient do not contradict each other by design.
    return float(n / max(clustered / independent, 1.0))


def mean_of_proportions_interval(*proportions: Interval) -> Interval:
    """Return the mean of proportions with its MOVER interval: balanced accuracy from the recall of each class.

    Method of variance estimates recovery: Zou and Donner, Statistics in Medicine 27 (2008) 1693, equation 3, for the
    sum of independent estimates, divided by their number. They are taken as independent, also where patients have
    images of several classes. n is the sum of all.
    """
    count = len(proportions)
    low = float(np.hypot.reduce([its.value - its.low for its in proportions])) / count
    high = float(np.hypot.reduce([its.high - its.value for its in proportions])) / count
    value = sum(its.value for its in proportions) / count
    return Interval(value, value - low, value + high, sum(its.n for its in proportions))
