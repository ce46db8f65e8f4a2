"""The verdict: is one initialisation better than another on this data set, equivalent, or can it not be told?"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

from .holm import holm
from .initialisations import ENOUGH_SEEDS, Estimate, initialisation_difference
from .interval import NAN, normal_quantile, t_quantile
from .paired import Paired
from .power import ALPHA, FEWEST_PATIENTS, MARGIN, deciding_error
from .wording import sentence

FEWEST_IN_A_FOLD = 2
"""Patients of each class in each fold: a single one has no spread, so what it moves the AUC by cannot be seen."""


class Decision(str, Enum):
    """What is said of the first initialisation, compared with the second."""

    BETTER = "better"
    WORSE = "worse"
    EQUIVALENT = "equivalent"
    CANNOT_TELL = "cannot tell"
    NONE = "no verdict"


class Reason(str, Enum):
    """Why no verdict is given."""

    FEW_PATIENTS = f"fewer than {FEWEST_PATIENTS} patients are positive, or negative"
    FEW_IN_A_FOLD = f"a fold has fewer than {FEWEST_IN_A_FOLD} positive, or negative, patients"
    CONSTANT = "every network of both says the same of every image: none of them has learned"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A decision with all it stands on.

    Attributes:
        decision: Of the first initialisation, compared with the second.
        reason: Why there is no verdict; None where there is one.
        within_margin: Whether the 90 % interval lies inside the margin: so a difference may be found, and be small.
        difference: Mean AUC difference within folds, over folds and seeds, first less second.
        low: Lower bound of its 95 % interval.
        high: Upper bound.
        low_90: Lower bound of its 90 % interval, which is held against the margin.
        high_90: Upper bound.
        margin: Of equivalence.
        areas: Mean AUC of the first and of the second.
        images: Number of images.
        patients: Number of patients.
        positives: Patients with a positive image.
        seeds: Number of seeds.
        folds: Number of folds, of all repeats.
        initialisations: Whether it is about initialisations; False with too few seeds: about the trained models only.
        p: Of the difference; NaN without a verdict.
        p_holm: The same, adjusted for all comparisons made together.
        equivalence_p: Of two one-sided tests against the margin.
        false_superiority: Probability that the one that looks better is not.
        patients_needed: Patients with which one of the decisions would likely come out, if the difference is as it was
            estimated; None where there is a decision, no verdict, or no number of patients would do.
        sentence: The verdict in words.
    """

    decision: Decision
    reason: Reason | None
    within_margin: bool
    difference: float
    low: float
    high: float
    low_90: float
    high_90: float
    margin: float
    areas: tuple[float, float]
    images: int
    patients: int
    positives: int
    seeds: int
    folds: int
    initialisations: bool
    p: float
    p_holm: float
    equivalence_p: float
    false_superiority: float
    patients_needed: int | None
    sentence: str

    def as_dict(self) -> dict[str, Any]:
        """Return all of it, for JSON."""
        return asdict(self)


def verdicts(
    comparisons: Mapping[str, Sequence[Paired]], *, arms: tuple[str, str], margin: float = MARGIN
) -> dict[str, Verdict]:
    """Return the verdict of each comparison, p adjusted for all of them.

    A Holm-adjusted p below 0.05 makes the first arm better or worse; else a 90 % interval inside the margin makes both
    equivalent; else it cannot be told. Comparisons without a verdict make no test, so the others do not pay for them.

    Args:
        comparisons: By name, such as the data set's: a `Paired` for each fold and seed.
        arms: What the first and the second initialisation are called.
        margin: AUC difference below which two initialisations are equivalent.
    """
    estimates = {name: initialisation_difference(pairs) for name, pairs in comparisons.items()}
    reasons = {name: reason(estimate) for name, estimate in estimates.items()}
    tested = [name for name in estimates if reasons[name] is None]
    adjusted = dict(zip(tested, holm([estimates[name].difference.p() for name in tested]), strict=True))
    return {
        name: _verdict(
            estimate,
            arms=arms,
            margin=margin,
            reason=reasons[name],
            p_holm=float(adjusted.get(name, NAN)),
            tests=len(tested),
        )
        for name, estimate in estimates.items()
    }


def reason(estimate: Estimate) -> Reason | None:
    """Return why no verdict can be given, or None."""
    if min(estimate.positives, estimate.negatives) < FEWEST_PATIENTS:
        return Reason.FEW_PATIENTS
    if estimate.fewest < FEWEST_IN_A_FOLD:
        return Reason.FEW_IN_A_FOLD
    return Reason.CONSTANT if estimate.constant else None


def _verdict(
    estimate: Estimate, *, arms: tuple[str, str], margin: float, reason: Reason | None, p_holm: float, tests: int
) -> Verdict:
    difference = estimate.difference
    whole, inner = difference.interval(0.95), difference.interval(1 - 2 * ALPHA)
    within = -margin < inner.low and inner.high < margin
    if reason is not None:
        decision = Decision.NONE
    elif p_holm < ALPHA:
        decision = Decision.BETTER if difference.value > 0 else Decision.WORSE
    else:
        decision = Decision.EQUIVALENT if within else Decision.CANNOT_TELL
    open_ = decision is Decision.CANNOT_TELL
    facts: dict[str, Any] = {
        "decision": decision,
        "reason": reason,
        "within_margin": within,
        "difference": difference.value,
        "low": whole.low,
        "high": whole.high,
        "low_90": inner.low,
        "high_90": inner.high,
        "margin": margin,
        "areas": estimate.areas,
        "images": estimate.images,
        "patients": estimate.patients,
        "positives": estimate.positives,
        "seeds": estimate.seeds,
        "folds": estimate.folds,
        "initialisations": estimate.seeds >= ENOUGH_SEEDS,
        "p": NAN if reason else difference.p(),
        "p_holm": p_holm,
        "equivalence_p": difference.equivalence_p(margin),
        "false_superiority": difference.false_superiority(),
        "patients_needed": patients_to_decide(estimate, margin=margin, tests=tests) if open_ else None,
    }
    return Verdict(**facts, sentence=sentence(facts, arms))


def patients_to_decide(estimate: Estimate, *, margin: float, tests: int = 1) -> int | None:
    """Return with how many patients a decision is likely (`POWER`); None if no number would do.

    If the difference is as estimated. The patients' part of the variance shrinks as their number grows, that of the
    seeds does not.

    Args:
        estimate: So far.
        margin: Of equivalence.
        tests: Comparisons that share the 5 % (by Bonferroni's rule, the first step of Holm's).
    """
    allowed = deciding_error(estimate.difference.value, margin, alpha=ALPHA / tests)
    # What the few degrees of freedom of few seeds, or patients, cost.
    allowed *= normal_quantile(1 - ALPHA) / t_quantile(1 - ALPHA, estimate.difference.freedom)
    left = allowed**2 - estimate.seed_variance / estimate.seeds
    if left <= 0:
        return None
    return max(math.ceil(estimate.patients * estimate.patient_variance / left), estimate.patients + 1)
