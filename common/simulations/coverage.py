"""How often the AUC's interval, and that of a difference, hold the truth; how often a test finds what is not there."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from ..statistics.covariance import error_without_spread
from ..statistics.delong import auc_bounds
from ..statistics.influence import Influence, image_influence, patient_influence
from .scores import SIZES, Images, images, noise, separation, true_area

Floats = NDArray[np.float64]

PLANTED = 0.03
"""How far the AUC of the third model lies below that of the first."""

AT_ONCE = 2_000_000
"""Scores drawn at a time: 16 MB an array."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What is drawn: three models on the same patients, of AUC `area`, `area`, and `area` less `PLANTED`.

    Attributes:
        positives: Patients with a positive image.
        area: True AUC, before rounding.
        icc: Correlation of the scores within patients.
        negatives: Patients without a positive image, as a multiple of those with.
        sizes: Images of the patients, in turn.
        step: What scores are rounded to, so that many are equal; None for none.
        correlation: Of the models' scores.
    """

    positives: int
    area: float
    icc: float
    negatives: int = 2
    sizes: tuple[int, ...] = SIZES
    step: float | None = None
    correlation: float = 0.5


@dataclass(frozen=True, kw_only=True)
class Rates:
    """What became of the draws of a cell.

    Attributes:
        area: Share of draws whose 95 % interval of the AUC holds the true one.
        difference: The same of the difference between the first and the third model.
        error: Share of draws in which the first and second model, equal in truth, differ with p < 0.05.
        error_plain: The same of DeLong's own test, which takes each image for a patient.
        images: Number of images.
        patients: Number of patients.
    """

    area: float
    difference: float
    error: float
    error_plain: float
    images: int
    patients: int


def rates(cell: Cell, *, draws: int, seed: int) -> Rates:
    """Return how often intervals and tests of a cell are right.

    Args:
        cell: What is drawn.
        draws: How often.
        seed: Of the draws.
    """
    of = images(cell.positives, cell.negatives * cell.positives, cell.sizes)
    apart = [separation(area) for area in (cell.area, cell.area, cell.area - PLANTED)]
    truth = [true_area(its, step=cell.step) for its in apart]
    hits = np.zeros(4)
    for scores in _scores(cell, of, apart, draws=draws, seed=seed):
        areas, influence = image_influence(of.positive, scores)
        moved = patient_influence(influence, of.positive, of.patient)
        bounds = np.array([auc_bounds(float(area[0]), moved[i, 0], level=0.95) for i, area in enumerate(areas)])
        hits[0] += np.count_nonzero((bounds[:, 0] <= truth[0]) & (truth[0] <= bounds[:, 1]))
        error = (areas[:, 0] - areas[:, 2]) - (truth[0] - truth[2])
        hits[1] += np.count_nonzero(np.abs(error) <= _reach(areas[:, 0], moved[:, 0] - moved[:, 2]))
        found = areas[:, 0] - areas[:, 1]
        hits[2] += np.count_nonzero(np.abs(found) > _reach(areas[:, 0], moved[:, 0] - moved[:, 1]))
        plain = patient_influence(influence[:, :2], of.positive, None)
        hits[3] += np.count_nonzero(np.abs(found) > _reach(areas[:, 0], plain[:, 0] - plain[:, 1]))
    area, difference, error_rate, plain_rate = (hits / draws).tolist()
    return Rates(
        area=area,
        difference=difference,
        error=error_rate,
        error_plain=plain_rate,
        images=of.positive.size,
        patients=of.patients,
    )


def _scores(cell: Cell, of: Images, apart: list[float], *, draws: int, seed: int) -> Iterator[Floats]:
    """Yield the scores of all draws, `(D, 3, N)` at a time."""
    generator = np.random.default_rng(seed)
    at_once = max(1, AT_ONCE // (3 * of.positive.size))
    for start in range(0, draws, at_once):
        count = min(at_once, draws - start)
        scores = (1 - cell.correlation) ** 0.5 * noise(of, (count, 3), icc=cell.icc, generator=generator)
        scores += cell.correlation**0.5 * noise(of, (count, 1), icc=cell.icc, generator=generator)
        scores += np.multiply.outer(apart, of.positive)
        yield scores if cell.step is None else np.rint(scores / cell.step)


def _reach(areas: Floats, contrast: Influence) -> Floats:
    """Return half of the 95 % interval of each draw's difference: `auc_difference`, of many at once."""
    errors = contrast.variance() ** 0.5
    freedom = np.where(errors > 0, contrast.freedom(), np.inf)
    for i in np.flatnonzero(errors == 0):
        errors[i] = error_without_spread(float(areas[i]), contrast.counts)
    reach: Floats = stdtrit(freedom, 0.975) * errors
    return reach
