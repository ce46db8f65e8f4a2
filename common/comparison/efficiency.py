"""Label efficiency: how good each initialisation is with how many training patients, and up to how many one pays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..statistics import Interval, Paired, Payoff, initialisation_difference, payoff
from ..statistics.delong import logit_bounds, score_bounds
from ..statistics.interval import t_quantile
from ..statistics.verdict import reason


@dataclass(frozen=True, kw_only=True)
class Curve:
    """One initialisation and the reference on shares of the training patients of one problem.

    Attributes:
        bundle: Of the problem.
        first: The initialisation.
        second: The reference.
        sizes: Percentages of the training patients.
        patients: Their mean number over folds and seeds.
        areas: Mean AUC of the first and of the second, of each size.
        differences: Of the two, of each size.
        payoff: What follows.
        reason: Why nothing does, where too few patients are tested; else empty.
    """

    bundle: str
    first: str
    second: str
    sizes: Sequence[int]
    patients: Sequence[float]
    areas: tuple[Sequence[Interval], Sequence[Interval]]
    differences: Sequence[Interval]
    payoff: Payoff
    reason: str

    @property
    def sentence(self) -> str:
        """What it says, in words."""
        if self.reason:
            return f"Up to how many training patients {self.first} pays is not said, since {self.reason}."
        return f"{self.payoff.sentence(self.first, self.second)}."


def curve(
    bundle: str,
    arms: tuple[str, str],
    pairs: Mapping[int, Sequence[Paired]],
    *,
    patients: Mapping[int, float],
    margin: float,
) -> Curve:
    """Return the curve of two initialisations.

    Args:
        bundle: Of the problem.
        arms: What they are called.
        pairs: By size, one for each fold and seed.
        patients: By size, the mean number to train on.
        margin: What a gain must exceed to be worth having.
    """
    sizes = sorted(pairs)
    estimates = [initialisation_difference(pairs[size]) for size in sizes]
    found, why = [its.difference.interval() for its in estimates], reason(estimates[-1])
    numbers = [patients[size] for size in sizes]
    return Curve(
        bundle=bundle,
        first=arms[0],
        second=arms[1],
        sizes=sizes,
        patients=numbers,
        areas=([area(pairs[size]) for size in sizes], [area(list(map(_turned, pairs[size]))) for size in sizes]),
        differences=found,
        payoff=payoff(numbers, found, margin=margin),
        reason=why.value if why else "",
    )


def area(pairs: Sequence[Paired]) -> Interval:
    """Return the mean within-fold AUC of the first model of pairs, with the interval of an initialisation.

    It is the difference to a model that says the same of every image: that has an AUC of 0.5, which no patient moves.
    """
    alone = [replace(its, score_b=np.zeros(len(its.label))) for its in pairs]
    estimate = initialisation_difference(alone)
    its, value = estimate.difference, estimate.areas[0]
    if value in (0, 1) or its.error == 0:
        low, high = score_bounds(value, estimate.positives, estimate.negatives, level=0.95)
    else:
        low, high = logit_bounds(value, t_quantile(0.95, its.freedom) * its.error)
    return Interval(value, low, high, its.n)


def _turned(pair: Paired) -> Paired:
    return replace(pair, score_a=pair.score_b, score_b=pair.score_a)
