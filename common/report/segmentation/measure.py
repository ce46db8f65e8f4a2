"""Each image and each lesion of a part, measured at the size of its file.

A lesion is a mask's file: publishers draw one for each. Where an image has several, each component of the prediction
belongs to the lesion that it shares most pixels with, and a lesion is compared with what belongs to it; a component
that touches none is a false alarm, which lowers the image's Dice and no lesion's.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...metrics.segmentation import dice, dice_at_thresholds, dice_threshold, hausdorff_95, iou, shared_out
from ...transforms.masks import Mask, lesions

if TYPE_CHECKING:
    from ...handlers import CollectMasks


class Fit(NamedTuple):
    """How well a prediction covers its reference.

    Dice and IoU are NaN where both are empty; the Hausdorff distance, in pixels and in mm, where either is, and in mm
    where the file does not say how large a pixel is.
    """

    dice: float
    iou: float
    hausdorff_95: float
    hausdorff_95_mm: float
    reference_pixels: int
    predicted_pixels: int


class Image(NamedTuple):
    """An image: its row in the collection, its lesions' union against all that was predicted, and each lesion."""

    row: int
    fit: Fit
    lesions: list[Fit]
    false_alarms: int
    pixels: int

    @property
    def normal(self) -> bool:
        """Whether it has no lesion."""
        return not self.fit.reference_pixels


def measured(collected: "CollectMasks", threshold: float) -> list[Image]:
    """Return every image of a collection, in its order, where `probability >= threshold` is predicted."""
    return [
        _image(row, found, probability >= threshold, collected.spacings[row])
        for row, found, probability in _with_references(collected)
    ]


def chosen_threshold(validation: "CollectMasks") -> float:
    """Return the threshold of greatest mean Dice over the images with a lesion.

    Raises:
        SplitError: No image has one.
    """
    unions = ((union(found, probability.shape), probability) for _, found, probability in _with_references(validation))
    return dice_threshold([dice_at_thresholds(whole, probability) for whole, probability in unions if whole.any()])


def references(item: dict[str, Any], shape: tuple[int, ...] | None = None) -> list[Mask]:
    """Return the lesions of an item as they were drawn, bool `(H, W)` at the size of its file; none of a normal image.

    Raises:
        MaskError: A mask that cannot be read, or is not of the size `shape`.
    """
    paths = [item["label"]] if isinstance(item["label"], str | Path) else item["label"]
    return [lesion for lesion in lesions(paths, size=shape) if lesion.any()]


def union(masks: Sequence[Mask], shape: tuple[int, ...]) -> Mask:
    """Return the pixels of any of the masks, which are of this shape."""
    return np.logical_or.reduce(list(masks) or [np.zeros(shape, dtype=np.bool_)])


def _with_references(collected: "CollectMasks") -> Iterator[tuple[int, list[Mask], NDArray[np.float64]]]:
    for row, item in enumerate(collected.items):
        # In float64, in which thresholds are chosen and stored.
        probability = collected.probability(row).double().numpy()
        yield row, references(item, probability.shape), probability


def _image(row: int, found: list[Mask], predicted: Mask, spacing: tuple[float, float]) -> Image:
    own, strays = shared_out(predicted, found)
    each = [_fit(lesion, its, spacing) for lesion, its in zip(found, own, strict=True)]
    return Image(row, _fit(union(found, predicted.shape), predicted, spacing), each, strays, predicted.size)


def _fit(reference: Mask, predicted: Mask, spacing: tuple[float, float]) -> Fit:
    return Fit(
        dice(reference, predicted),
        iou(reference, predicted),
        hausdorff_95(reference, predicted),
        hausdorff_95(reference, predicted, spacing) if np.isfinite(spacing).all() else float("nan"),
        int(np.count_nonzero(reference)),
        int(np.count_nonzero(predicted)),
    )
