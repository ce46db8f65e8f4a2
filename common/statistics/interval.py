"""A measured value with its confidence interval: the form in which every score leaves this project."""

from dataclasses import asdict, dataclass

NAN = float("nan")
"""What stands where a value or a bound is undefined; becomes null in JSON."""


@dataclass(frozen=True)
class Interval:
    """A value, the bounds of its confidence interval, and the number of images (or other units) it stands on."""

    value: float
    low: float
    high: float
    n: int

    def as_dict(self) -> dict[str, float | int]:
        """Return `{"value", "low", "high", "n"}`, the form of `metrics.json`."""
        return asdict(self)

    def bounds(self) -> str:
        """Return the value with its interval, without n, which must then stand beside it."""
        bounds = "no interval" if self.low != self.low else f"{self.low:.3f}, {self.high:.3f}"  # NaN is not itself
        return f"{self.value:.3f} [{bounds}]"

    def __str__(self) -> str:
        return f"{self.bounds()}, n = {self.n}"


def normal_quantile(level: float) -> float:
    """Return z of a two-sided interval at `level`: 1.96 for 0.95."""
    from scipy.special import ndtri

    return float(ndtri((1 + level) / 2))


def t_quantile(level: float, freedom: float) -> float:
    """Return t of a two-sided interval at `level` with so many degrees of freedom: 2.26 for 0.95 and 9."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + level) / 2))
