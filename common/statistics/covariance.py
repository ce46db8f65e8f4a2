"""Two or more models on the same images: the covariance of their AUCs, and the difference of two."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .delong import score_bounds
from .difference import NOTHING, Difference
from .influence import auc_influences
from .interval import normal_quantile
from .patients import patient_codes

Floats = NDArray[np.float64]


def auc_covariance(labels: ArrayLike, scores: ArrayLike, *, patients: ArrayLike | None = None) -> tuple[Floats, Floats]:
    """Return the AUCs of K models, `(..., K)`, and their covariance, `(..., K, K)`.

    Args:
        labels: 1 positive, 0 negative, `(N,)`; both occur.
        scores: Higher means more likely positive, `(..., K, N)`.
        patients: The patient of each image, as `patient_codes` reads it; without it, each image is its own.
    """
    areas, moved = auc_influences(
        np.asarray(labels) == 1,
        np.asarray(scores, dtype=np.float64),
        None if patients is None else patient_codes(patients),
    )
    return areas, moved.covariance()


def auc_difference(
    labels: ArrayLike, score_a: ArrayLike, score_b: ArrayLike, *, patients: ArrayLike | None = None
) -> Difference:
    """Return by how much the AUC of the first model exceeds that of the second on the same images.

    DeLong's test of two correlated areas, with Obuchowski's variance where patients have several images, and t instead
    of the normal distribution (`Influence.freedom`).

    Args:
        labels: 1 positive, 0 negative, `(N,)`; both occur.
        score_a: Of the first model, `(N,)`; higher means more likely positive.
        score_b: Of the second.
        patients: The patient of each image, as `patient_codes` reads it; without it, each image is its own.
    """
    positive = np.asarray(labels) == 1
    scores = np.stack([np.asarray(score, dtype=np.float64) for score in (score_a, score_b)])
    areas, moved = auc_influences(positive, scores, None if patients is None else patient_codes(patients))
    contrast = moved[0] - moved[1]
    variance = float(contrast.variance())
    error, freedom = variance**0.5, float(contrast.freedom())
    if variance <= NOTHING and not same_order(*scores):
        error, freedom = error_without_spread(float(areas.mean()), contrast.counts), np.inf
    return Difference(value=float(areas[0] - areas[1]), error=error, freedom=freedom, n=positive.size)


def error_without_spread(area: float, counts: tuple[int, ...]) -> float:
    """Return what stands for the standard error of a difference where each image has one placement in both models.

    Two models with an AUC of 1 may differ in the next patients. Each has the score interval of such an AUC; its longer
    side stands for the normal distribution's, and the two models count as independent, which is the widest.

    Args:
        area: The mean of their AUCs.
        counts: How many patients have a positive and a negative image.
    """
    low, high = score_bounds(area, *counts[:2], level=0.95)
    return float(2**0.5 * max(area - low, high - area) / normal_quantile(0.95))


def same_order(one: Floats, other: Floats) -> bool:
    """Return whether two scores order all images alike, ties included."""
    from scipy.stats import rankdata

    return bool((rankdata(one) == rankdata(other)).all())
