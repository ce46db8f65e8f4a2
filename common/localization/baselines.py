"""What a map must beat to have found anything: maps that need no training, and masks of others."""

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from ..errors import SplitError
from ..statistics import patient_codes

ARMS = {
    "map": "the trained network's map",
    "centre": "centre prior",
    "whole": "whole image",
    "untrained": "random weights",
    "shuffled": "another patient's mask",
}
"""What is measured, by its key in every file: the map itself, then its baselines."""

SPREAD = 0.25
"""Standard deviation of the centre prior as a share of height and width; its regions are ellipses of the image's shape,
whose size the threshold chooses, so the spread matters to the energy alone."""

SEED = 0
"""Of the draw of other patients' masks."""


def centre_prior(height: int, width: int) -> torch.Tensor:
    """Return a Gaussian about the centre, `(H, W)` float32, 1 in its strongest pixels."""
    rows, columns = (((torch.arange(side) + 0.5) / side - 0.5) / SPREAD for side in (height, width))
    found = torch.exp(-(rows[:, None] ** 2 + columns[None, :] ** 2) / 2)
    return found / found.max()


def others(patients: ArrayLike) -> NDArray[np.intp]:
    """Return for each image the index of one of another patient, drawn by `SEED`, `(N,)`.

    Raises:
        SplitError: All are of one patient.
    """
    codes = patient_codes(patients)
    if codes.size == 0 or codes.max() == 0:
        raise SplitError("masks are shuffled among patients, two or more in each part; got one: prepare more patients")
    generator = np.random.default_rng(SEED)
    return np.array([generator.choice(np.flatnonzero(codes != code)) for code in codes])
