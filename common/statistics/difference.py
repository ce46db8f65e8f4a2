"""A difference with its standard error, and what follows from the two: interval, tests, chance of being wrong."""

from dataclasses import dataclass

from .interval import Interval, t_quantile

NOTHING = 1e-24
"""A variance up to this is rounding: an AUC is known to 1e-16, and a thousand of them add up to less than 1e-12."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """An estimated difference whose error, divided by its standard error, follows Student's t.

    Attributes:
        value: The first less the second.
        error: Its standard error; 0 where both are the same by construction.
        freedom: Degrees of freedom of the standard error.
        n: Number of images (or other units) it stands on.
    """

    value: float
    error: float
    freedom: float
    n: int

    def interval(self, level: float = 0.95) -> Interval:
        """Return the difference with its interval."""
        half = t_quantile(level, self.freedom) * self.error
        return Interval(self.value, self.value - half, self.value + half, self.n)

    def p(self) -> float:
        """Return the probability of a difference as large as this, either way, if there is none in truth."""
        return 2 * self._beyond(abs(self.value))

    def equivalence_p(self, margin: float) -> float:
        """Return the p of two one-sided tests (TOST): below 0.05 where the 90 % interval is inside the margin.

        Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15 (1987) 657.
        """
        return self._beyond(margin - abs(self.value))

    def false_superiority(self) -> float:
        """Return the probability that the one that looks better is not, with all differences as likely before the data.

        Christodoulou et al., False Promises in Medical Imaging AI? (arXiv 2505.04720, 2025), there of Dice scores. With
        equal odds before, this is half of the two-sided p; it is 0.5 where both look the same.
        """
        return self._beyond(abs(self.value))

    def _beyond(self, distance: float) -> float:
        """Return the probability that the error exceeds a distance."""
        from scipy.special import stdtr

        if self.error == 0:
            return 0.5 if distance == 0 else float(distance < 0)
        return float(stdtr(self.freedom, -distance / self.error))
