"""Which images belong together: the one place that knows what an empty patient means."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def patient_codes(patients: ArrayLike) -> NDArray[np.intp]:
    """Return the number of each image's patient, `(N,)`, from 0 to the number of patients minus one.

    Args:
        patients: A name or number per image, `(N,)`. An empty string means that the patient is not known: such an
            image is its own patient.
    """
    names = np.asarray(patients)
    if names.dtype.kind in "iu":  # numbers are sorted ten times as fast as their names, and none is empty
        return np.unique(names, return_inverse=True)[1]
    names = names.astype(str)
    known, codes = np.unique(names, return_inverse=True)
    alone = names == ""
    codes[alone] = len(known) + np.arange(np.count_nonzero(alone))
    return np.unique(codes, return_inverse=True)[1]
