"""Several tests at once."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def holm(p: ArrayLike) -> NDArray[np.float64]:
    """Return the adjusted p of each test, `(K,)`: below 0.05 only where a family of tests errs in less than 5 %.

    Holm, Scandinavian Journal of Statistics 6 (1979) 65: the smallest times K, the next times K - 1 and so on, and none
    below the one before it.
    """
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(np.maximum.accumulate(values[order] * np.arange(values.size, 0, -1)), 1.0)
    return adjusted
