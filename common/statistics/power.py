"""What a study of a given size can tell, and the size that could: normal approximations, for planning."""

import math
from dataclasses import dataclass

MARGIN = 0.02
"""Two AUCs that differ by less are called equivalent: two points of a hundred, below what readers differ by."""

POWER = 0.8
"""The probability to decide that a planned size gives: the usual one."""

ALPHA = 0.05
"""Of every test here: two-sided of a difference, and of two one-sided tests each."""

FEWEST_PATIENTS = 20
"""Patients of each class below which no verdict is given: placements of fewer do not tell their own variance.

docs/statistics.md has what intervals of 10 and 20 positive patients cover.
"""

TYPICAL_AUC = 0.85
"""Taken before anything is trained: around what breast ultrasound and chest radiographs reach."""

TYPICAL_CORRELATION = 0.5
"""Of two networks' AUCs over samples of patients, before anything is trained; more correlated arms need fewer."""


def planned_variance(area: float, positives: int, negatives: int) -> float:
    """Return the variance that the AUC of so many patients will have.

    Hanley and McNeil, Radiology 143 (1982) 29, equations 1 and 2.
    """
    above, below = area / (2 - area) - area**2, 2 * area**2 / (1 + area) - area**2
    return (area * (1 - area) + (positives - 1) * above + (negatives - 1) * below) / (positives * negatives)


def equivalence_power(error: float, margin: float, *, difference: float = 0.0) -> float:
    """Return the probability that the 90 % interval will lie inside the margin.

    Phillips, Journal of Pharmacokinetics and Biopharmaceutics 18 (1990) 137, for a standard error that is known.
    """
    from scipy.special import ndtr, ndtri

    z = ndtri(1 - ALPHA)
    return max(0.0, float(ndtr((margin - difference) / error - z) + ndtr((margin + difference) / error - z) - 1))


def deciding_error(difference: float, margin: float, *, alpha: float = ALPHA) -> float:
    """Return the largest standard error with which `POWER` decides: for a difference, or else for equivalence.

    Args:
        difference: Taken as the true one.
        margin: Of equivalence.
        alpha: Two-sided, of the test of the difference.
    """
    from scipy.optimize import brentq
    from scipy.special import ndtri

    different = abs(difference) / float(ndtri(1 - alpha / 2) + ndtri(POWER))
    gap = margin - abs(difference)
    if gap <= 0:
        return different

    def lacking(error: float) -> float:
        return equivalence_power(error, margin, difference=abs(difference)) - POWER

    # Between an error of a tenth of what is left to the margin (power 1) and of all of it (power 0.26 at most).
    return max(different, float(brentq(lacking, gap / 10, gap)))


@dataclass(frozen=True)
class Reach:
    """What can be said before training of whether "equivalent" can come out.

    Attributes:
        power: Probability that it does if both initialisations are equal; 0 where no verdict is possible.
        patients: Patients with which that would be `POWER`, at the same prevalence.
        sentence: The same in words.
    """

    power: float
    patients: int
    sentence: str


def reach(
    positives: int,
    negatives: int,
    *,
    patients: int | None = None,
    margin: float = MARGIN,
    area: float = TYPICAL_AUC,
    correlation: float = TYPICAL_CORRELATION,
) -> Reach:
    """Return whether "equivalent" can come out with so many patients.

    The variance over seeds is not known yet and left out, so this is the best case.

    Args:
        positives: Patients with a positive image, 1 or more.
        negatives: Patients with a negative image, 1 or more.
        patients: All of them, where some have both; else their sum.
        margin: Of equivalence.
        area: The AUC expected of both.
        correlation: Of their AUCs over samples of patients.
    """
    error = (2 * (1 - correlation) * planned_variance(area, positives, negatives)) ** 0.5
    power = equivalence_power(error, margin)
    patients = patients or positives + negatives
    needed = math.ceil(patients * (error / deciding_error(0.0, margin)) ** 2)
    if min(positives, negatives) < FEWEST_PATIENTS:
        why = f"it takes {FEWEST_PATIENTS} positive and as many negative patients, and there are"
        return Reach(0.0, needed, f"No verdict is possible: {why} {positives} and {negatives}.")
    chance = "out of reach" if power == 0 else "unlikely" if power < POWER else "within reach"
    sentence = (
        f'"Equivalent" within {margin:g} is {chance} with {patients} patients, {positives} of them positive: '
        f"{power:.0%} would find it if both were equal with AUC {area:g} and correlation {correlation:g}"
        f"{'' if power >= POWER else f'; about {needed} patients would give {POWER:.0%}'}."
    )
    return Reach(power, needed, sentence)
