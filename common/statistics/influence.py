"""What each patient moves an AUC by: its variance, covariances and degrees of freedom come from there.

- DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988) 837: variance and covariance from placements;
- Obuchowski, Biometrics 53 (1997) 567, equations 3 to 5: the same for several images a patient, which are not
  independent;
- Brunner and Munzel, Biometrical Journal 42 (2000) 17: the degrees of freedom of a variance from placements.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .placements import placements

Floats = NDArray[np.float64]

ROUNDING = 1e-12
"""A variance below this share of its own terms is a zero that rounding hides (float64 carries 2e-16)."""


@dataclass(frozen=True)
class Influence:
    """By how much each patient's images move an AUC, or a difference of two.

    Attributes:
        above: Of a patient's positive images, `(..., P)`: their placements less the AUC, a share of all such images.
        below: The same of the negative images.
        counts: How many patients have a positive image, a negative image, any image.
    """

    above: Floats
    below: Floats
    counts: tuple[int, int, int]

    def __getitem__(self, models: "int | slice | tuple[int | slice, ...]") -> "Influence":
        """Return that of some of the models (the axes before the last)."""
        return Influence(self.above[models], self.below[models], self.counts)

    def __sub__(self, other: "Influence") -> "Influence":
        """Return that of the difference of two AUCs of the same patients."""
        return Influence(self.above - other.above, self.below - other.below, self.counts)

    def covariance(self) -> Floats:
        """Return Obuchowski's covariance of K models, `(..., K, K)`; with one image a patient it is DeLong's."""
        crossed = self.above @ _transposed(self.below)
        above, below = self.above @ _transposed(self.above), self.below @ _transposed(self.below)
        factors = [unbiased(count) for count in self.counts]
        return factors[0] * above + factors[1] * below + factors[2] * (crossed + _transposed(crossed))

    def variance(self) -> Floats:
        """Return Obuchowski's variance, `(...)`; 0 where placements have no spread."""
        above, below = self._terms()
        variance = above + below + 2 * unbiased(self.counts[2]) * (self.above * self.below).sum(axis=-1)
        return np.where(variance > ROUNDING * (above + below), variance, 0.0)

    def freedom(self) -> Floats:
        """Return the degrees of freedom of the variance, `(...)`: those of t that its quotient follows nearly.

        Satterthwaite's, of the variance of positive and of negative patients (Brunner and Munzel's equation for ranks,
        with patients for cases): between the smaller count less 1 and the sum of both less 2.
        """
        terms = self._terms()
        least = [term**2 / max(count - 1, 1) for term, count in zip(terms, self.counts, strict=False)]
        return np.divide((terms[0] + terms[1]) ** 2, sum(least), out=np.ones_like(terms[0]), where=sum(least) > 0)

    def _terms(self) -> tuple[Floats, Floats]:
        above, below = ((moved**2).sum(axis=-1) for moved in (self.above, self.below))
        return unbiased(self.counts[0]) * above, unbiased(self.counts[1]) * below


def auc_influences(
    positive: NDArray[np.bool_], scores: Floats, codes: NDArray[np.intp] | None
) -> tuple[Floats, Influence]:
    """Return the AUCs, `(...)`, and what each patient moves them by.

    Args:
        positive: True for a positive image, False for a negative one, `(N,)`; both occur.
        scores: `(..., N)`.
        codes: The number of each image's patient, `(N,)`; None if each image is its own.
    """
    areas, influence = image_influence(positive, scores)
    return areas, patient_influence(influence, positive, codes)


def image_influence(positive: NDArray[np.bool_], scores: Floats) -> tuple[Floats, Floats]:
    """Return the AUCs, `(...)`, and what each image moves them by, `(..., N)`: its share of its class's placements."""
    placed = placements(positive, scores)
    areas = placed[..., positive].mean(axis=-1)
    m = np.count_nonzero(positive)
    placed -= areas[..., None]
    placed *= np.where(positive, 1 / m, 1 / (positive.size - m))
    return areas, placed


def patient_influence(influence: Floats, positive: NDArray[np.bool_], codes: NDArray[np.intp] | None) -> Influence:
    """Return the sum over each patient's images.

    Args:
        influence: What each image moves, `(..., N)`.
        positive: True for a positive image, `(N,)`.
        codes: The number of each image's patient, `(N,)`, from 0; None if each image is its own.
    """
    if codes is None:
        m = int(np.count_nonzero(positive))
        above, below = np.where(positive, influence, 0.0), np.where(positive, 0.0, influence)
        return Influence(above, below, (m, positive.size - m, positive.size))
    size = 1 + int(codes.max())
    counts = [int(np.count_nonzero(np.bincount(its))) for its in (codes[positive], codes[~positive], codes)]
    above, below = (_sums(influence[..., rows], codes[rows], size) for rows in (positive, ~positive))
    return Influence(above, below, (counts[0], counts[1], counts[2]))


def _sums(values: Floats, codes: NDArray[np.intp], size: int) -> Floats:
    rows = values.reshape(-1, values.shape[-1])
    sums = np.array([np.bincount(codes, weights=row, minlength=size) for row in rows])
    return sums.reshape(*values.shape[:-1], size)


def unbiased(count: int) -> float:
    """Return count / (count - 1), which makes a mean square about an estimated mean a variance; 1 for a single one."""
    return count / max(count - 1, 1)


def _transposed(values: Floats) -> Floats:
    return np.swapaxes(values, -1, -2)
