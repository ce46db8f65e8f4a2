"""Captions burned into the frames of DDTI, which give the label away, taken off."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from monai.transforms import InvertibleTransform, MapTransform, SpatialCrop

FRAME = (360, 560)
"""Height and width of DDTI's frames in pixels."""

CAPTIONS_FROM = 298
"""First row of those that bear captions such as "TIRADS 4C (4C)": these rows alone reach an AUC of 0.66 in DDTI."""

KEEP = "keep"
"""What an item says under `captions` where the data set was prepared as published, with its captions."""


class CropCaptiond(MapTransform, InvertibleTransform):
    """The image at each key without the rows below 298, if it has DDTI's size; any other image as it is.

    Takes and returns tensors `(C, H, W)`; of `(C, 360, 560)` remains `(C, 298, 560)`. Stands in training and inference
    alike, before any resizing. An item whose `captions` are `keep` is left whole.

    Args:
        keys: Keys of the items that hold images, or masks of their size.
        keep: Whether captions stay whatever the items say; for a folder of images and a model that was trained on
            captions.
    """

    def __init__(self, keys: Hashable | Sequence[Hashable], *, keep: bool = False) -> None:
        super().__init__(keys)
        self.keep = keep
        self.crop = SpatialCrop(roi_start=(0, 0), roi_end=(CAPTIONS_FROM, FRAME[1]))

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Return the item with its images cropped."""
        item = dict(data)
        if self.keep or item.get("captions") == KEEP:
            return item
        for key in self.key_iterator(item):
            if tuple(item[key].shape[-2:]) == FRAME:
                item[key] = self.crop(item[key])
        return item

    def inverse(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Return the item with zeros where the captions were."""
        item = dict(data)
        for key in self.key_iterator(item):
            if item[key].applied_operations[-1:] and item[key].applied_operations[-1]["id"] == id(self.crop):
                item[key] = self.crop.inverse(item[key])
        return item
