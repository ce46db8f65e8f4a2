"""Annotated images as the network gets them, with their masks in the same geometry."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from monai.data import Dataset
from monai.transforms import Compose, Lambdad, Resized

from ..io import ReadImaged
from ..transforms import CropCaptiond, ReadMaskd

MASK = "mask"
"""Key of an item's masks, and then of their union."""


def masked_images(
    items: Sequence[dict[str, Any]], transforms: Sequence[Callable[[Any], Any]], *, size: Sequence[int]
) -> Dataset:
    """Return the images as the bundle's `transforms` make them, with `mask`, 0 or 1, `(1, H, W)`, of the same size.

    The mask is read once the image is, loses the rows that a bundle cuts off its images, and is resized to the nearest
    pixel. `size` of an item is the mask's before that, rows and columns.

    Args:
        items: With the key `mask`.
        transforms: Of the bundle; images are read by the first `ReadImaged`.
        size: `[H, W]` of the network's input.
    """
    read = 1 + next(place for place, transform in enumerate(transforms) if isinstance(transform, ReadImaged))
    captions = [CropCaptiond(MASK, keep=its.keep) for its in transforms if isinstance(its, CropCaptiond)]
    masks = [
        ReadMaskd(MASK),
        *captions,
        Lambdad(MASK, _size, overwrite="size"),
        Resized(MASK, tuple(size), mode="nearest-exact"),
    ]
    return Dataset(items, Compose([*transforms[:read], *masks, *transforms[read:]]))


def _size(mask: torch.Tensor) -> torch.Tensor:
    return torch.tensor(mask.shape[-2:])
