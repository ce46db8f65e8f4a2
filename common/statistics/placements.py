"""Placements: the share of the other class that each image is ordered rightly against; everything about the AUC."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def placements(positive: NDArray[np.bool_], scores: Floats) -> Floats:
    """Return each image's placement, `(..., N)`, in [0, 1]: its mean over either class is the AUC.

    For a positive image the share of the negative ones that score lower, for a negative image the share of the positive
    ones that score higher; equal scores count half. One sort gives all of them (midranks: Sun and Xu, IEEE Signal
    Processing Letters 21 (2014) 1389, equations 6 to 12), so the cost is O(N log N).

    Args:
        positive: True for a positive image, False for a negative one, `(N,)`; both occur.
        scores: Higher means more likely positive, `(..., N)`: of one model, or of many models or draws at once.
    """
    n = positive.size
    order = np.argsort(scores, axis=-1)
    ordered = np.take_along_axis(scores, order, axis=-1)
    first, after = _ties(ordered)
    below = np.zeros((*scores.shape[:-1], n + 1))  # positive images among the first 0, 1, ... N of the order
    np.cumsum(positive[order], axis=-1, out=below[..., 1:])
    positives_below = (np.take_along_axis(below, first, axis=-1) + np.take_along_axis(below, after, axis=-1)) / 2
    negatives_below = (first + after) / 2 - positives_below
    m = int(np.count_nonzero(positive))
    placed = np.where(positive[order], negatives_below / (n - m), 1 - positives_below / m)
    result = np.empty_like(placed)
    np.put_along_axis(result, order, placed, axis=-1)
    return result


def _ties(ordered: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return, for ascending values `(..., N)`, where the values equal to each begin, and where they have ended."""
    n = ordered.shape[-1]
    here = np.broadcast_to(np.arange(n), ordered.shape)
    differs = ordered[..., 1:] != ordered[..., :-1]
    if differs.all():
        return here, here + 1
    edge = np.ones((*ordered.shape[:-1], 1), dtype=bool)
    first = np.maximum.accumulate(np.where(np.concatenate([edge, differs], axis=-1), here, 0), axis=-1)
    last = np.where(np.concatenate([differs, edge], axis=-1), here + 1, n)
    return first, np.minimum.accumulate(last[..., ::-1], axis=-1)[..., ::-1]
