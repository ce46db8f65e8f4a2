"""The mean of differences over splits of the same data, whose training parts overlap."""

import numpy as np
from numpy.typing import ArrayLike

from .difference import Difference


def corrected_resampled_difference(differences: ArrayLike, *, tested: float, n: int) -> Difference:
    """Return the mean difference over splits with the corrected resampled t-test of Nadeau and Bengio.

    Machine Learning 52 (2003) 239, section 3.1: variance over splits times 1/J + tested/trained, since trainings that
    share data are not independent; for repeated folds, Bouckaert and Frank, PAKDD 2004, LNCS 3056, 3.

    Args:
        differences: One of each split, `(J,)`, two or more.
        tested: Share of the data that a split tests: 0.2 with five folds.
        n: Number of images.
    """
    values = np.asarray(differences, dtype=np.float64)
    factor = 1 / values.size + tested / (1 - tested)
    return Difference(
        value=float(values.mean()),
        error=float((factor * values.var(ddof=1)) ** 0.5),
        freedom=float(values.size - 1),
        n=n,
    )
