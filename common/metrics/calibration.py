"""Whether a probability of 0.8 comes true in eight cases of ten, and the temperature that mends it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

SMALLEST_PROBABILITY = 1e-7
"""Probabilities are clipped here before their logarithm: just below float32's rounding of 1 (2**-23 = 1.2e-7)."""

TEMPERATURES = (0.2, 20.0)
"""Lowest and highest temperature that `fit_temperature` returns.

Validation images that are separated without an error are ever more likely as T falls to 0, those predicted no better
than by chance as T rises to infinity. The lowest makes log odds five times as large: 0.8 becomes 0.999. The highest can
flatten a saturated probability, log odds of ln(1 / SMALLEST_PROBABILITY) = 16, to 0.69.
"""


def brier_score(labels: ArrayLike, probabilities: ArrayLike) -> float:
    """Return the mean squared difference between probability and outcome, in [0, 1]; lower is better.

    Brier, Monthly Weather Review 78 (1950) 1, on the positive class alone. NaN without images.

    Args:
        labels: 1 positive, 0 negative, `(N,)`.
        probabilities: Of the positive class, in [0, 1], `(N,)`.
    """
    outcomes, predicted = _as_floats(labels, probabilities)
    return float(np.mean((predicted - outcomes) ** 2)) if outcomes.size else float("nan")


@dataclass(frozen=True)
class ReliabilityCurve:
    """Mean probability, observed share of positives and number of images in each bin, `(B,)`; NaN in an empty bin."""

    predicted: Floats
    observed: Floats
    count: NDArray[np.intp]


def reliability_curve(labels: ArrayLike, probabilities: ArrayLike, bins: int = 15) -> ReliabilityCurve:
    """Return what was predicted and what came true, in bins of equal width over [0, 1].

    Arguments are those of `brier_score`. For several classes, give whether the first choice was right and its
    probability (Guo et al., ICML 2017).
    """
    outcomes, predicted = _as_floats(labels, probabilities)
    which = _bin(predicted, bins)
    count = np.bincount(which, minlength=bins)

    def mean(values: Floats) -> Floats:
        total = np.bincount(which, weights=values, minlength=bins)
        return np.divide(total, count, out=np.full(bins, np.nan), where=count > 0)

    return ReliabilityCurve(mean(predicted), mean(outcomes), count)


def expected_calibration_error(labels: ArrayLike, probabilities: ArrayLike, bins: int = 15) -> float:
    """Return the mean distance between predicted and observed over the bins, weighted by images, in [0, 1].

    Naeini, Cooper and Hauskrecht, AAAI 2015. By chance alone it is above 0, the more so in few images. NaN without
    images. Arguments are those of `reliability_curve`.
    """
    gaps = calibration_gaps(labels, probabilities, bins)
    return float(gaps.mean()) if gaps.size else float("nan")


def calibration_gaps(labels: ArrayLike, probabilities: ArrayLike, bins: int = 15) -> Floats:
    """Return what each image adds to the expected calibration error, in [-1, 1], `(N,)`: their mean is the error.

    It is predicted minus observed, with the sign turned in bins that predict too little. Resampling these, rather than
    the error itself, holds the signs still: each resample would otherwise turn its own noise into error, and the
    interval would lie above the value it belongs to. Arguments are those of `reliability_curve`.
    """
    outcomes, predicted = _as_floats(labels, probabilities)
    which = _bin(predicted, bins)
    return (predicted - outcomes) * np.sign(np.bincount(which, weights=predicted - outcomes, minlength=bins))[which]


def _bin(predicted: Floats, bins: int) -> NDArray[np.intp]:
    return np.minimum((predicted * bins).astype(np.intp), bins - 1)


def fit_temperature(labels: ArrayLike, probabilities: ArrayLike) -> float:
    """Return the temperature within `TEMPERATURES` under which the labels are most likely; 1 changes nothing.

    Minimises the negative log-likelihood of `apply_temperature` (Guo et al., ICML 2017). It is convex in 1 / T, so it
    has one minimum.

    Args:
        labels: Index of the class, `(N,)`.
        probabilities: Of each class, `(N, C)`, rows sum to 1.
    """
    from scipy.optimize import minimize_scalar

    rows, classes = np.arange(len(np.asarray(labels))), np.asarray(labels)

    def loss(log_temperature: float) -> float:
        return -float(np.mean(_log_softened(probabilities, np.exp(log_temperature))[rows, classes]))

    best = minimize_scalar(loss, bounds=np.log(TEMPERATURES), method="bounded")
    return float(np.exp(best.x))


def apply_temperature(probabilities: ArrayLike, temperature: float) -> Floats:
    """Return softmax(log p / T), float64 `(N, C)`: the ranking of the classes in a row stays.

    Args:
        probabilities: Of each class, `(N, C)`, clipped at `SMALLEST_PROBABILITY`.
        temperature: T; above 1 less certain, below 1 more.
    """
    return np.exp(_log_softened(probabilities, temperature))


def _log_softened(probabilities: ArrayLike, temperature: float) -> Floats:
    from scipy.special import log_softmax

    clipped = np.clip(np.asarray(probabilities, dtype=np.float64), SMALLEST_PROBABILITY, 1.0)
    return np.asarray(log_softmax(np.log(clipped) / temperature, axis=1))


def _as_floats(labels: ArrayLike, probabilities: ArrayLike) -> tuple[Floats, Floats]:
    return np.asarray(labels, dtype=np.float64), np.asarray(probabilities, dtype=np.float64)
