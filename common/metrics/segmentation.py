"""How well a predicted mask covers a lesion. Masks are bool `(H, W)`; what is not defined is NaN."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import SplitError

Mask = NDArray[np.bool_]

THRESHOLDS = np.arange(1, 100) / 100
"""Probabilities among which the threshold is chosen."""

_EIGHT_NEIGHBOURS = np.ones((3, 3))
"""Pixels that touch at a corner are one component, as an eye sees them."""


def dice(reference: Mask, predicted: Mask) -> float:
    """Return twice the common area by the sum of both areas (Dice, Ecology 26 (1945) 297); NaN if both are empty."""
    total = np.count_nonzero(reference) + np.count_nonzero(predicted)
    return 2 * np.count_nonzero(reference & predicted) / total if total else float("nan")


def iou(reference: Mask, predicted: Mask) -> float:
    """Return the common area by that of the union (Jaccard's index); NaN if both are empty."""
    union = np.count_nonzero(reference | predicted)
    return np.count_nonzero(reference & predicted) / union if union else float("nan")


def hausdorff_95(reference: Mask, predicted: Mask, spacing: Sequence[float] = (1.0, 1.0)) -> float:
    """Return the 95 % Hausdorff distance of two masks' margins; NaN if either is empty.

    Of each margin's pixels the 95th percentile of the distances to the other margin, and the greater of the two, as
    MONAI's `compute_hausdorff_distance(percentile=95)` has it.

    Args:
        reference: The lesion.
        predicted: What was predicted.
        spacing: Distance of rows and of columns; the result's unit.
    """
    from scipy.ndimage import binary_erosion, distance_transform_edt

    if not (reference.any() and predicted.any()):
        return float("nan")
    rows, columns = (np.flatnonzero((reference | predicted).any(axis=axis)) for axis in (1, 0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)  # both margins lie inside: as far apart
    margins = [mask & ~binary_erosion(mask) for mask in (reference[box], predicted[box])]
    away = [distance_transform_edt(~margin, sampling=spacing) for margin in margins]
    return float(max(np.percentile(away[1][margins[0]], 95), np.percentile(away[0][margins[1]], 95)))


def components(predicted: Mask) -> tuple[NDArray[np.int32], int]:
    """Return the number of the connected part that each pixel belongs to, 0 for none, and how many there are."""
    from scipy.ndimage import label

    numbered, count = label(predicted, _EIGHT_NEIGHBOURS)
    return numbered, int(count)


def shared_out(predicted: Mask, lesions: Sequence[Mask]) -> tuple[list[Mask], int]:
    """Return which part of a prediction belongs to each lesion, and how many of its components belong to none.

    A component belongs to the lesion that it shares most pixels with.
    """
    numbered, count = components(predicted)
    if not lesions:
        return [], count
    common = np.stack([np.bincount(numbered[lesion], minlength=count + 1) for lesion in lesions])[:, 1:]
    owner = np.where(common.any(axis=0), common.argmax(axis=0), -1)  # of components 1, 2 ...
    owners = np.concatenate([[-1], owner])[numbered]
    return [owners == number for number in range(len(lesions))], int(np.count_nonzero(owner < 0))


def dice_at_thresholds(reference: Mask, probability: NDArray[Any]) -> NDArray[np.float64]:
    """Return the Dice of `probability >= threshold` at each of `THRESHOLDS`; NaN where both are empty."""
    passed = np.searchsorted(THRESHOLDS, probability.astype(np.float64), side="right")  # how many thresholds
    areas, common = (
        np.bincount(passed[where].ravel(), minlength=len(THRESHOLDS) + 1)[::-1].cumsum()[::-1][1:]
        for where in (np.ones_like(reference), reference)
    )
    total = areas + np.count_nonzero(reference)
    return np.divide(2 * common, total, out=np.full(len(THRESHOLDS), np.nan), where=total > 0)


def dice_threshold(curves: Sequence[NDArray[np.float64]]) -> float:
    """Return the threshold of greatest mean Dice; among equals the one nearest to an even chance.

    Args:
        curves: Of `dice_at_thresholds`, one for each image with a lesion.

    Raises:
        SplitError: There is none.
    """
    if not curves:
        raise SplitError("a threshold is chosen on validation images with a lesion, got none: choose another fold")
    means = np.mean(curves, axis=0)
    best = THRESHOLDS[np.isclose(means, means.max(), rtol=0, atol=1e-12)]
    return float(best[np.argmin(np.abs(best - 0.5))])
