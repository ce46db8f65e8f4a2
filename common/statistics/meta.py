"""Differences found in several tasks, together: do they go with a number, and how much do they vary besides?

Random-effects meta-regression, `y_i = a + b x_i + u_i + e_i` with variances tau2 of the tasks and `v_i` of the errors:

- tau2 by restricted maximum likelihood: Viechtbauer, Journal of Educational and Behavioral Statistics 30 (2005) 261;
- the slope's test and interval: Knapp and Hartung, Statistics in Medicine 22 (2003) 2693, whose factor is held at 1 or
  more, since of few tasks it may be small by chance (Jackson, Law, Ruecker and Schwarzer, Statistics in Medicine 36
  (2017) 3923);
- the share of the variance that is between tasks, I2: Higgins and Thompson, Statistics in Medicine 21 (2002) 1539;
- what to expect of another task: Higgins, Thompson and Spiegelhalter, Journal of the Royal Statistical Society A 172
  (2009) 137.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .interval import Interval, t_quantile

Floats = NDArray[np.float64]

FEWEST_TASKS = 8
"""Fewer tell nothing of a slope: with six degrees of freedom or less, tau2 and t leave no room for one."""


@dataclass(frozen=True, kw_only=True)
class MetaRegression:
    """A line through differences, and how far tasks lie from it.

    Attributes:
        slope: Change of the difference by 1 of `x`, with its 95 % interval.
        p: Of the slope, if there is none in truth.
        tau2: Variance of the true differences about the line.
        i2: Its share of all variance, in [0, 1].
        coefficients: `a` and `b`.
        covariance: Of the two, `(2, 2)`.
        freedom: Degrees of freedom.
        tasks: Their number.
    """

    slope: Interval
    p: float
    tau2: float
    i2: float
    coefficients: Floats
    covariance: Floats
    freedom: int
    tasks: int

    def at(self, x: float, *, of_another_task: bool = False) -> Interval:
        """Return the mean difference at `x` with its 95 % interval, or with that of the difference in another task."""
        row = np.array([1.0, x])
        variance = row @ self.covariance @ row + (self.tau2 if of_another_task else 0.0)
        value, half = float(row @ self.coefficients), t_quantile(0.95, self.freedom) * float(variance) ** 0.5
        return Interval(value, value - half, value + half, self.tasks)


def meta_regression(differences: ArrayLike, errors: ArrayLike, x: ArrayLike) -> MetaRegression:
    """Return the line through the differences of K tasks.

    Args:
        differences: Estimated, `(K,)`, three or more.
        errors: Their standard errors, `(K,)`, above 0.
        x: What the line is drawn over, `(K,)`, not all the same.
    """
    from scipy.special import stdtr

    y, own = np.asarray(differences, dtype=np.float64), np.asarray(errors, dtype=np.float64) ** 2
    design = np.stack([np.ones(len(y)), np.asarray(x, dtype=np.float64)], axis=1)
    freedom = len(y) - design.shape[1]
    tau2 = _tau2(y, own, design)
    coefficients, covariance, left = _weighted(y, own + tau2, design)
    covariance = covariance * max(left / freedom, 1.0)
    slope, error = float(coefficients[1]), float(covariance[1, 1]) ** 0.5
    half = t_quantile(0.95, freedom) * error
    return MetaRegression(
        slope=Interval(slope, slope - half, slope + half, len(y)),
        p=2 * float(stdtr(freedom, -abs(slope) / error)),
        tau2=tau2,
        i2=tau2 / (tau2 + freedom / _trace(own, design)),
        coefficients=coefficients,
        covariance=covariance,
        freedom=freedom,
        tasks=len(y),
    )


def _weighted(y: Floats, variance: Floats, design: Floats) -> tuple[Floats, Floats, float]:
    """Return the weighted least squares' coefficients, their covariance, and the weighted sum of squares left."""
    information = design.T @ (design / variance[:, None])
    covariance = np.asarray(np.linalg.inv(information), dtype=np.float64)
    coefficients = covariance @ design.T @ (y / variance)
    left = y - design @ coefficients
    return coefficients, covariance, float(left @ (left / variance))


def _tau2(y: Floats, own: Floats, design: Floats) -> float:
    """Return the variance of tasks under which their contrasts are most likely, 0 or more."""
    from scipy.optimize import minimize_scalar

    def loss(tau2: float) -> float:
        _, covariance, left = _weighted(y, own + tau2, design)
        return float(np.log(own + tau2).sum() - np.linalg.slogdet(covariance)[1] + left)

    # All of the spread about the mean, ten times over, is more than tasks can have.
    best = minimize_scalar(loss, bounds=(0.0, 10 * float(y.var(ddof=1))), method="bounded", options={"xatol": 1e-12})
    return float(best.x) if best.fun < loss(0.0) else 0.0


def _trace(own: Floats, design: Floats) -> float:
    """Return the trace of `W - W X (X' W X)^-1 X' W`, from which the tasks' typical own variance follows."""
    weighted = design / own[:, None]
    return float((1 / own).sum() - np.trace(np.linalg.inv(design.T @ weighted) @ weighted.T @ weighted))
