"""The mean of what is measured on each image, over seeds, where it varies with patients and with seeds."""

import numpy as np
from numpy.typing import ArrayLike

from .difference import Difference
from .influence import unbiased
from .initialisations import over_seeds
from .patients import patient_codes


def mean_over_seeds(values: ArrayLike, patients: ArrayLike) -> Difference:
    """Return the mean over images and seeds with its standard error: clustered by patient, and over seeds.

    The variance is that of `initialisation_difference`, with a mean in place of an AUC.

    Args:
        values: Of each seed and image, such as differences of two models, `(S, N)`.
        patients: The patient of each image, `(N,)`, as `patient_codes` reads it.
    """
    every, codes = np.asarray(values, dtype=np.float64), patient_codes(patients)
    by_seed = every.mean(axis=1)
    count = 1 + int(codes.max())
    left = (every - by_seed[:, None]) / len(codes)
    moved = np.array([np.bincount(codes, weights=row, minlength=count) for row in left]) * unbiased(count) ** 0.5
    spread = over_seeds(by_seed, moved, max(count - 1.0, 1.0))
    return Difference(value=float(every.mean()), error=spread.variance**0.5, freedom=spread.freedom, n=len(codes))
