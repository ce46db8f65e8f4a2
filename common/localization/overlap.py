"""How a map and a mask overlap, at every threshold at once.

A map is kept in steps of 1 / `STEPS`. How many of its pixels have each value, outside and inside the lesion, says all
that is measured of it. Overlaps are those of the network's input; stretching map and mask alike changes none of them,
so they are those of the source up to resampling.
"""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

STEPS = 200
"""Thresholds 0, 0.005 ... 1: finer than a Dice's third decimal can tell, and a map is a byte a pixel."""

THRESHOLDS = np.arange(STEPS + 1) / STEPS
"""A region is where the map reaches the threshold: at 0 the whole image, at 1 its strongest pixels."""

Reals = NDArray[np.float64]
Counts = NDArray[np.int64]


class Overlaps(NamedTuple):
    """Of N images: `dice` and `iou` at each threshold, `(N, STEPS + 1)`; `pointing` and `energy`, `(N,)`.

    `pointing` is the share of the map's strongest pixels, mostly one, that lie inside the lesion (Zhang et al., IJCV
    2018, without their tolerance of 15 pixels): of a map that is the same everywhere, what a random pixel would hit.
    `energy` is the share of the map's sum that does (Wang et al., CVPR Workshops 2020). A map without any evidence has
    0 in both.
    """

    dice: Reals
    iou: Reals
    pointing: Reals
    energy: Reals


def in_steps(maps: torch.Tensor) -> torch.Tensor:
    """Return maps in [0, 1] as uint8 steps, rounded down, so that a region is the same as of the map itself."""
    return (maps * STEPS).floor().to(torch.uint8)


def counted(steps: torch.Tensor, masks: torch.Tensor) -> Counts:
    """Return how many pixels of each map have each step, outside and inside its mask, `(B, 2, STEPS + 1)`.

    Args:
        steps: uint8 `(B, H, W)`, of `in_steps`.
        masks: bool `(B, H, W)`.
    """
    batch, values = len(steps), STEPS + 1
    first = 2 * values * torch.arange(batch, dtype=torch.int32, device=steps.device)
    index = steps + values * masks.to(torch.int32) + first[:, None, None]
    return torch.bincount(index.flatten(), minlength=2 * values * batch).view(batch, 2, values).cpu().numpy()


def overlaps(counts: Counts) -> Overlaps:
    """Return what is measured, of `counted`; every mask has a lesion."""
    every, inside = counts.sum(axis=1), counts[:, 1]
    region, hit = (np.cumsum(pixels[:, ::-1], axis=1)[:, ::-1] for pixels in (every, inside))
    lesion = hit[:, :1]
    steps = np.arange(STEPS + 1)
    return Overlaps(
        dice=2 * hit / (region + lesion),
        iou=hit / (region + lesion - hit),
        pointing=inside[:, -1] / np.maximum(every[:, -1], 1),
        energy=(inside @ steps) / np.maximum(every @ steps, 1),
    )
