"""Up to how many patients a difference is worth having: where a curve of differences falls below a margin."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .interval import NAN, Interval

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Payoff:
    """Below how many training patients one initialisation gains more than the margin over another.

    Attributes:
        patients: Where the curve of differences falls through the margin; NaN where that cannot be told.
        low: Up to here it surely pays; NaN where it surely does at no number.
        high: From here on it surely does not; NaN where there is no such number.
        start: From here on it surely pays, without a gap up to `low`; NaN where it surely does at no number. Above
            `first` where very few patients teach neither.
        first: The smallest number of patients that was tried.
        last: The largest.
        margin: What a gain must exceed.
    """

    patients: float
    low: float
    high: float
    start: float
    first: float
    last: float
    margin: float

    def as_dict(self) -> dict[str, Any]:
        """Return all of it, for JSON."""
        return asdict(self)

    def sentence(self, first: str, second: str) -> str:
        """Return it in words.

        Args:
            first: What the initialisation is called.
            second: What it is compared with.
        """
        pays = f"gains more than {self.margin:g} AUC over {second}"
        tried = f"of {self.first:.0f} to {self.last:.0f} that were tried"
        shown = f", and is shown to from {self.start:.0f} on" if self.start > self.first else ""
        if self.low >= self.last:
            return f"{first} {pays} up to all {self.last:.0f} training patients ({tried}){shown}"
        if self.high <= self.first:
            return f"{first} does not pay: from {self.first:.0f} training patients on it {pays} nowhere ({tried})"
        if not np.isnan(self.patients):
            return (
                f"{first} pays below n = {self.patients:.0f} training patients [{self.low:.0f}, {self.high:.0f}] "
                f"({tried}): there it {pays}{shown}"
            )
        if not np.isnan(self.low):
            return f"{first} {pays} up to {self.low:.0f} training patients; beyond, it cannot be told ({tried}){shown}"
        if not np.isnan(self.high):
            return f"{first} does not pay from {self.high:.0f} training patients on; below, it cannot be told ({tried})"
        return f"It cannot be told up to how many training patients {first} {pays} ({tried})"


def payoff(patients: Sequence[float], differences: Sequence[Interval], *, margin: float) -> Payoff:
    """Return where a curve of differences, and each side of its band, last falls through the margin.

    Curve and band are straight between sizes over the logarithm of the patients. The interval holds what a pointwise
    test does not reject (the idea of Fieller, Journal of the Royal Statistical Society B 16 (1954) 175, there for one
    straight line). It is on the safe side between sizes: the standard error of a weighted mean of two differences is
    at most the weighted mean of theirs.

    Args:
        patients: Numbers to train on, rising, two or more.
        differences: Of each, first less second, with their 95 % intervals.
        margin: What a gain must exceed.
    """
    numbers = np.asarray(patients, dtype=np.float64)
    value, lower, upper = (
        np.array([getattr(its, name) for its in differences]) - margin for name in ("value", "low", "high")
    )
    pays, ends = bool((lower > 0).any()), bool(upper[-1] < 0)
    return Payoff(
        patients=_last_fall(numbers, value) if pays and ends else NAN,
        low=_last_fall(numbers, lower) if pays else NAN,
        high=_last_fall(numbers, upper) if ends else NAN,
        start=_last_rise(numbers, lower) if pays else NAN,
        first=float(numbers[0]),
        last=float(numbers[-1]),
        margin=margin,
    )


def _last_rise(numbers: Floats, heights: Floats) -> float:
    """Return the number from which a line through points is above 0 without a gap up to its last fall."""
    last = np.flatnonzero(heights > 0)[-1]
    below = np.flatnonzero(heights[:last] <= 0)
    run = slice(below[-1] if below.size else 0, last + 1)
    return _last_fall(numbers[run][::-1], heights[run][::-1])


def _last_fall(numbers: Floats, heights: Floats) -> float:
    """Return the last number up to which a line through points is above 0; the first where it never is."""
    above = np.flatnonzero(heights > 0)
    last = int(above[-1]) if above.size else 0
    if not above.size or last == len(numbers) - 1:
        return float(numbers[last])
    share = heights[last] / (heights[last] - heights[last + 1])
    return float(numbers[last] * (numbers[last + 1] / numbers[last]) ** share)
