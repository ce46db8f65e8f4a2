"""Scores of models whose true AUC is known, on images that come in patients."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SIZES = (1, 2, 3)
"""Images of the patients, in turn: unequal, two on average."""


@dataclass(frozen=True)
class Images:
    """Which images there are: whether each is positive, and of which patient (from 0), both `(N,)`."""

    positive: NDArray[np.bool_]
    patient: NDArray[np.intp]

    @property
    def patients(self) -> int:
        """Return their number."""
        return int(self.patient[-1]) + 1


def images(positives: int, negatives: int, sizes: Sequence[int] = SIZES) -> Images:
    """Return the images of so many patients with a positive image, and so many without.

    The third image of a positive patient is negative, so that patients have images of both classes.

    Args:
        positives: Patients with a positive image.
        negatives: Patients without.
        sizes: Images of the patients, in turn.
    """
    turns = cycle(sizes)
    counts = [next(turns) for _ in range(positives + negatives)]
    patient = np.repeat(np.arange(len(counts)), counts)
    within = np.concatenate([np.arange(count) for count in counts])
    return Images((patient < positives) & (within != 2), patient)


def noise(of: Images, shape: tuple[int, ...], *, icc: float, generator: np.random.Generator) -> Floats:
    """Return standard normals, `(*shape, N)`, that correlate by `icc` within patients and not between them."""
    shared = generator.standard_normal((*shape, of.patients))[..., of.patient]
    shared *= icc**0.5
    shared += (1 - icc) ** 0.5 * generator.standard_normal((*shape, of.positive.size))
    return shared


def separation(area: float) -> float:
    """Return how far apart the means of two normals of variance 1 are whose AUC is `area`: sqrt(2) of its quantile."""
    from scipy.special import ndtri

    return float(2**0.5 * ndtri(area))


def true_area(apart: float, *, step: float | None) -> float:
    """Return the AUC of two normals of variance 1 with means so far `apart`, values rounded to multiples of `step`.

    Rounded, it is the share of pairs that differ and are ordered rightly, and half of those that are equal.
    """
    from scipy.special import ndtr

    if step is None:
        return float(ndtr(apart / 2**0.5))
    edges = step * (np.arange(np.floor(-8 / step), np.ceil((8 + apart) / step) + 1) + 0.5)
    above, below = np.diff(ndtr(edges - apart)), np.diff(ndtr(edges))
    return float(above @ (np.cumsum(below) - below / 2))
